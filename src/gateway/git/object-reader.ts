// Objects of a repository of ours by name, read through a git process that stays open while questions keep coming.
import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/fault.ts";
import { gitFault } from "./failure.ts";
import { spawnGit, stopGit } from "./git.ts";

export interface FoundObject {
  readonly id: string;
  readonly type: "commit" | "tree" | "blob" | "tag";
  /** Bytes. */
  readonly size: number;
  /** Empty where only the size was asked for. */
  readonly content: Buffer;
}

/** How long a process waits for another question before it goes: on a busy machine the steps of one push lie seconds apart. */
const idleMs = 5_000;

/** An answer that takes longer than this will not come. */
const answerMs = 60_000;

/**
 * What the repository has under each name (an id, or an expression such as `<id>^{commit}`), in the order asked; null
 * where it has nothing. `contents` reads the bytes too: the caller has bounded their sizes. Throws `Fault` when git
 * fails. One process for each repository serves all questions until none comes for a second.
 */
export function readObjects(
  gitDir: string,
  what: "sizes" | "contents",
  names: readonly string[],
): Promise<readonly (FoundObject | null)[]> {
  const key = `${what} ${gitDir}`;
  const reader = open.get(key) ?? openReader(gitDir, what, (ended) => open.get(key) === ended && open.delete(key));
  open.set(key, reader);
  return Promise.all(names.map((name) => reader.ask(name)));
}

const open = new Map<string, Reader>();

interface Reader {
  ask(name: string): Promise<FoundObject | null>;
}

interface Asked {
  readonly answer: (found: FoundObject | null) => void;
  readonly fail: (error: Error) => void;
}

function openReader(gitDir: string, what: "sizes" | "contents", onEnd: (reader: Reader) => void): Reader {
  const mode = what === "sizes" ? "--batch-check" : "--batch";
  const child = spawnGit({ gitDir, args: ["cat-file", mode], config: ["core.deltaBaseCacheLimit=16m"] });
  const waiting: Asked[] = [];
  const answers = answerParser(what, (found) => waiting.shift()?.answer(found));
  let stderr = "";
  let timer: NodeJS.Timeout | undefined;
  const reader: Reader = {
    ask: (name) =>
      new Promise((answer, fail) => {
        assert(!/[\n\0]/.test(name), "a name of an object is one line");
        waiting.push({ answer, fail });
        child.stdin.write(`${name}\n`);
        wait();
      }),
  };
  const end = (error: Error) => {
    clearTimeout(timer);
    onEnd(reader);
    stopGit(child);
    for (const { fail } of waiting.splice(0)) fail(error);
  };
  const wait = () => {
    clearTimeout(timer);
    const isIdle = waiting.length === 0;
    timer = setTimeout(() => (isIdle ? retire() : end(tooLate())), isIdle ? idleMs : answerMs);
    if (isIdle) timer.unref();
  };
  const retire = () => {
    onEnd(reader);
    child.stdin.end();
  };
  child.stdout.on("data", (chunk: Buffer) => {
    try {
      answers(chunk);
      wait();
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)));
    }
  });
  child.stderr.on("data", (chunk: Buffer) => {
    if (stderr.length < 65_536) stderr += chunk.toString("utf8");
  });
  child.stdin.on("error", () => undefined); // git has ended; "close" says why
  child.on("error", (cause) => {
    end(new Fault("git cat-file could not be started on this host", { kind: "engine", retry: "never", cause }));
  });
  child.on("close", () => end(gitFault("Could not read objects", stderr)));
  return reader;
}

/** Takes git's answers apart: a line `<id> <type> <size>`, then the bytes and a line feed where contents were asked for. */
function answerParser(what: "sizes" | "contents", tell: (found: FoundObject | null) => void) {
  let held: Buffer[] = [];
  let bytes = 0;
  let needed = 1;
  return (chunk: Buffer): void => {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < needed) return;
    const all = Buffer.concat(held);
    let at = 0;
    needed = 1;
    for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, at)) {
      const header = headerOf(all.toString("latin1", at, end));
      const length = what === "contents" && header !== null ? header.size + 1 : 0;
      if (all.length < end + 1 + length) {
        needed = end + 1 + length - at;
        break;
      }
      tell(header === null ? null : { ...header, content: all.subarray(end + 1, end + length) });
      at = end + 1 + length;
    }
    held = at === all.length ? [] : [all.subarray(at)];
    bytes = all.length - at;
  };
}

function headerOf(line: string): Omit<FoundObject, "content"> | null {
  if (/ (missing|ambiguous)$/.test(line)) return null;
  const [, id, type, size] = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/.exec(line) ?? [];
  if (id !== undefined) return { id, type: type as FoundObject["type"], size: Number(size) };
  throw new Fault("Could not read objects: git answered in another form", { kind: "invalid", retry: "never" });
}

function tooLate(): Fault {
  const message = `git cat-file was stopped after ${answerMs / 1000} s without an answer`;
  return new Fault(message, { kind: "unavailable", retry: "later" });
}
