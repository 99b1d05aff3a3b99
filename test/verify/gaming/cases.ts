// The cases of fixtures/gaming: a change each, with what is to be found in it.
import { readdirSync, readFileSync } from "node:fs";
import { changedFile } from "../../../src/verify/gaming/changed-file.ts";
import { type RuleName, ruleNames } from "../../../src/verify/gaming/find.ts";
import type { ChangedFile } from "../../../src/verify/gaming/gaming.ts";

export interface Case {
  readonly family: string; // a language, or `configuration`: the fixture's own name
  readonly rule: RuleName;
  readonly isTrue: boolean; // false: innocent, however much it looks like it
  readonly title: string;
  readonly files: readonly ChangedFile[];
}

const folder = new URL("../../../fixtures/gaming/", import.meta.url);

/**
 * A case begins with `#### true rule: title` or `#### innocent rule: title`; each of its files with `<<<< path`, then what it was,
 * `====`, what it is, and `>>>>`. A side that is only `(none)` is not there. In `bytes.cases` `\x80` is that byte, a backslash at the end
 * of a line takes the line's end away, and ` +x` behind the path is a program before, ` +x+x` also after.
 */
export function readCases(): readonly Case[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".cases"))
    .sort()
    .flatMap((name) => casesIn(name.replace(/\.cases$/, ""), readFileSync(new URL(name, folder), "utf8")));
}

function casesIn(family: string, text: string): Case[] {
  return text.split(/^(?=#### )/m).flatMap((part) => {
    const [, kind, rule, title] = /^#### (true|innocent) (\w+): (.+)\n/.exec(part) ?? [];
    if (kind === undefined || title === undefined) return [];
    const known = ruleNames.find((one) => one === rule);
    if (known === undefined) throw new Error(`${family}: no rule is called ${rule}`);
    return [
      { family, rule: known, isTrue: kind === "true", title, files: family === "bytes" ? keptIn(part) : filesIn(part) },
    ];
  });
}

function filesIn(part: string): ChangedFile[] {
  const files = part.matchAll(/^<<<< (.+)\n([\s\S]*?)^====\n([\s\S]*?)^>>>>$/gm);
  const side = (text: string | undefined) => (text === undefined || text === "(none)\n" ? null : text);
  return [...files].map(({ 1: path = "", 2: before, 3: after }) => ({
    path,
    before: side(before),
    after: side(after),
  }));
}

function keptIn(part: string): ChangedFile[] {
  return filesIn(part).map(({ path, before, after }) => {
    const [, name = "", was = "", is = ""] = /^(.+?)( \+x)?(\+x)?$/.exec(path) ?? [];
    const side = (text: string | null, isProgram: boolean) => {
      if (text === null) return null;
      const bytes = text
        .replace(/\\\n/g, "")
        .replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
      return { bytes, mode: isProgram ? "100755" : "100644" };
    };
    return changedFile(name, side(before, was !== ""), side(after, is !== ""));
  });
}
