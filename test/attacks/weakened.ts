// Builds with one guard switched off: a copy of the source in which a few words of it are changed. Nothing in the source knows of it.
import { cpSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../src/base/assert.ts";
import type { Kind } from "./spelling.ts";

/** A guard, and what switches it off. */
export interface Guard {
  /** The kind that it stands in front of, and the file that has its attempts. */
  readonly of: string;
  readonly file: string;
  /** What it does, as in "bots do not count". */
  readonly name: string;
  /** In this file of the source these words become others; they stand there once. */
  readonly edits: readonly (readonly [file: string, from: string, to: string])[];
}

const root = new URL("../../", import.meta.url).pathname;

export interface Build {
  readonly dir: string;
  remove(): void;
}

/** Makes copies of source and tests in `parent`, each without some guards. */
export function builderIn(parent: string): (guards: readonly Guard[]) => Build {
  const whole = join(parent, "whole");
  for (const name of ["src", "test"]) cpSync(join(root, name), join(whole, name), { recursive: true });
  let built = 0;
  return (guards) => {
    const dir = join(parent, `build-${++built}`);
    linkTree(whole, dir);
    for (const name of ["fixtures", "node_modules", "package.json"]) symlinkSync(join(root, name), join(dir, name));
    for (const { name, edits } of guards) for (const edit of edits) change(dir, name, edit);
    return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
  };
}

/** The same files under other names: a copy of one that is changed later leaves the others as they are. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkSync(source, target);
  }
}

/** Throws where the source does not have the words, or has them more than once. */
function change(dir: string, guard: string, [file, from, to]: Guard["edits"][number]): void {
  const path = join(dir, file);
  const text = readFileSync(path, "utf8");
  assert(text.split(from).length === 2, `${file} has once what switches off that ${guard}: ${from}`);
  rmSync(path);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}

/** The attempts of one file as they are made on that build, by their titles. */
export async function attemptsOn({ dir }: Build, file: string): Promise<ReadonlyMap<string, Kind["attempts"][number]>> {
  const module: Record<string, Kind | readonly Kind[]> = await import(
    /* @vite-ignore */ join(dir, "test/attacks", file)
  );
  const attempts = Object.values(module)
    .flat()
    .flatMap(({ attempts }) => attempts);
  return new Map(attempts.map((one) => [one.title, one]));
}
