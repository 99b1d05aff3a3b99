// Whether the tests that a page names are there, under these very titles.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Whether this file registers a test, an attack, a group or a table's row under the title. */
export function isTitleIn(text: string, title: string): boolean {
  const before = /(?:\b(?:test|it|describe)(?:\.\w+)*\(|\b(?:tryAttack)\(|\btitle: |\)\(|\[)\s*$/;
  for (let at = text.indexOf(`"${title}"`); at >= 0; at = text.indexOf(`"${title}"`, at + 1))
    if (before.test(text.slice(0, at))) return true;
  return false;
}

/** What is wrong with a cell that names a test, as `test/file.ts: “its title”`; null when nothing is. */
export function wrongWith(cell: string): string | null {
  const [, file = "", title = ""] = /^(test\/\S+\.ts): “(.+)”$/.exec(cell) ?? [];
  if (file === "" || !existsSync(join(root, file))) return "no such file";
  return isTitleIn(readFileSync(join(root, file), "utf8"), title) ? null : "no such title in this file";
}
