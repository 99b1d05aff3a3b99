// Which tests of a change are green without it: they prove nothing about it.
import { isTestPath } from "../../policy/test-paths.ts";
import type { CheckRun } from "../checked.ts";
import type { ChangedText } from "./hunk.ts";
import type { Named } from "./witness.ts";

/** What passed with the change, and the run of the same check with all of it taken back but its tests. */
export interface Compared {
  readonly passed: readonly Named[];
  readonly without: Pick<CheckRun, "reading"> | undefined;
}

/**
 * Names of new and changed tests that are green without the change, too, each once. A test is known where reports name its file and that
 * file's text names it: it is new where only the text at the head does, and changed where the line that names it or one below that
 * stands deeper is another than before. One whose lines cannot be told so is left out.
 */
export function idleIn(files: readonly ChangedText[], compared: readonly Compared[]): readonly string[] {
  const changed = new Map(files.filter(({ path }) => isTestPath(path)).map((file) => [file.path, file]));
  const names = compared.flatMap(({ passed, without }) => {
    const still = new Set(without?.reading.tests.filter(({ status }) => status === "passed").map(keyOf));
    return passed
      .filter((test) => {
        const text = changed.get(test.file ?? "");
        return text !== undefined && still.has(keyOf(test)) && isTouched(text, test.name);
      })
      .map(({ suite, name }) => [...suite, name].join(" > "));
  });
  return [...new Set(names)];
}

const keyOf = ({ file, suite, name }: Named) => JSON.stringify([file, suite, name]);

function isTouched({ before, after }: ChangedText, name: string): boolean {
  const own = ownLines(after, name);
  return own !== null && (placeIn(before, name) < 0 || before?.includes(own) !== true);
}

/** The line that names the test, those below it that stand deeper, and the one that closes them. Null: the text does not name it. */
function ownLines(text: string | null, name: string): string | null {
  const at = placeIn(text, name);
  if (text === null || at < 0) return null;
  const [first = "", ...below] = text.slice(text.lastIndexOf("\n", at) + 1).split("\n");
  const ends = below.findIndex((line) => line.trim() !== "" && depthOf(line) <= depthOf(first));
  const isClosed = ends >= 0 && /^\s*(?:[)\]}]|end\b|done\b|fi\b)/.test(below[ends] ?? "");
  const own = ends < 0 ? below : below.slice(0, ends + (isClosed ? 1 : 0));
  return [first, ...own].join("\n").trimEnd();
}

function depthOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Texts are bytes in latin1. */
function placeIn(text: string | null, name: string): number {
  return text?.indexOf(Buffer.from(name, "utf8").toString("latin1")) ?? -1;
}
