// What of a change makes its judges see less, read from the objects of a repository alone, beside everything else that the App does.
import { setFlagsFromString } from "node:v8";
import { atMost } from "../base/at-most.ts";
import { Fault } from "../base/fault.ts";
import { startThread } from "../base/thread.ts";
import { readBothSides } from "../gateway/git/changed-texts.ts";
import { changedFile } from "../verify/gaming/changed-file.ts";
import type { FileSide } from "../verify/gaming/compare-bytes.ts";
import type { ChangedFile, Gaming } from "../verify/gaming/gaming.ts";
import { languageOf } from "../verify/gaming/syntax.ts";
import type { Answer } from "./gaming-thread.ts";

// A grammar's largest functions take V8 seconds of a processor to optimize, on threads of its own and for each reading thread again,
// which is gone before they are of use: 0.9 to 3 s for a change of one line (Node 24.21), against 0.2 as they are first compiled.
for (const flag of ["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]) setFlagsFromString(flag);

/** Changes of many loops that come at once do not fill the machine's memory. */
const oneAtATime = atMost(1);

/** What `head` changes against `base`. Throws Fault. */
export async function readGaming(span: {
  readonly gitDir: string;
  readonly base: string;
  readonly head: string;
}): Promise<Gaming> {
  const texts = await readBothSides(span);
  const files = texts.map(
    ({ path, before, after, modes }): ChangedFile =>
      changedFile(path, sideOf(before, modes.before), sideOf(after, modes.after)),
  );
  return oneAtATime(() => inThread(files, bounds));
}

function sideOf(bytes: string | null, mode: string): FileSide | null {
  return bytes === null ? null : { bytes, mode };
}

export interface ThreadBounds {
  readonly ms: number;
  readonly megabytes: number; // of its heap
}

/** A change of a thousand files takes a few seconds and some two hundred megabytes. */
const bounds: ThreadBounds = { ms: 60_000, megabytes: 768 };

/**
 * Reading takes seconds of a processor, and whoever wrote the change can make it more; so a thread does it, for one change alone. Where
 * that takes longer or more memory than it may, none of its code was read. Throws Fault where this installation lacks a grammar.
 */
export function inThread(files: readonly ChangedFile[], { ms, megabytes }: ThreadBounds): Promise<Gaming> {
  if (files.length === 0) return Promise.resolve({ finds: [], unread: [] });
  const bounds = { oldMegabytes: megabytes, youngMegabytes: 32 };
  const worker = startThread(new URL("./gaming-thread.ts", import.meta.url), bounds, files);
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => void worker.terminate(), ms);
    worker.once("message", (answer: Answer) => {
      if (answer.ok) resolve(answer.gaming);
      else
        reject(new Fault(`A change cannot be read for gaming: ${answer.message}`, { kind: "invalid", retry: "never" }));
      void worker.terminate();
    });
    worker.on("error", () => {}); // said by what "exit" tells
    worker.once("exit", () => {
      clearTimeout(late);
      resolve({ finds: [], unread: codeIn(files) }); // after an answer it changes nothing
    });
  });
}

function codeIn(files: readonly ChangedFile[]): string[] {
  return files.flatMap(({ path, before, after }) => (languageOf(path, after ?? before ?? "") === null ? [] : [path]));
}
