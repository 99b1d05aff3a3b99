// The control of every other spelling: on a build without the guard that stops it, and with nothing else changed, it comes through.
// Which guard that is stands in held.json. To write that anew: UPDATE_DOCS=1 npm test test/attacks/weakened.test.ts
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { guards, stoppedElsewhere } from "./guards.ts";
import { kinds } from "./kinds.ts";
import { attemptsOn, builderIn, type Guard } from "./weakened.ts";

/** By kind and guard: what is spelled, in the words of its attempt. */
type Held = Record<string, Record<string, string[]>>;

const file = join(import.meta.dirname, "held.json");
const held: Held = JSON.parse(readFileSync(file, "utf8"));
const parent = mkdtempSync(join(tmpdir(), "lg-weak-"));
const build = builderIn(parent);
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** Which of these come through where the guard is not there. What the build throws at is not through. */
async function throughWithout(guard: Guard, wanted: (what: string) => boolean): Promise<string[]> {
  const weak = build([guard]);
  const attempts = await attemptsOn(weak, guard.file);
  const through: string[] = [];
  for (const [title, { attack }] of attempts) {
    const [, what] = title.split(`: ${guard.of}: `);
    if (what !== undefined && wanted(what) && (await comesThrough(attack))) through.push(what);
  }
  weak.remove();
  return through;
}

async function comesThrough(attack: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await attack();
  } catch {
    return false;
  }
}

test.runIf(process.env.UPDATE_DOCS)(
  "which guard holds what is found out anew",
  async () => {
    const found: Held = {};
    for (const guard of guards) {
      // Where several guards are switched off at a time, only what none of them held alone is to the point.
      const known = new Set(guard.edits.length === 1 ? [] : Object.values(found[guard.of] ?? {}).flat());
      const through = await throughWithout(guard, (what) => !known.has(what));
      if (through.length > 0) found[guard.of] = { ...found[guard.of], [guard.name]: through };
    }
    writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
  },
  1_200_000,
);

const heldBy = ({ of, name }: Guard) => held[of]?.[name] ?? [];

describe.each(guards.filter((guard) => heldBy(guard).length > 0))("$of: $name", (guard) => {
  const wanted = heldBy(guard);

  test(`without that, ${wanted.length} other spellings come through`, async () => {
    expect(await throughWithout(guard, (what) => wanted.includes(what))).toEqual(wanted);
  });
});

test("a guard that holds nothing by itself is one of several that hold the same", () => {
  const ofSeveral = guards.filter((guard) => guard.edits.length > 1 && heldBy(guard).length > 0);
  const idle = guards.filter((guard) => heldBy(guard).length === 0);
  const parts = ofSeveral.flatMap(({ of, edits }) => edits.map((edit) => `${of} ${edit}`));
  const needless = idle.filter(({ of, edits }) => !edits.every((edit) => parts.includes(`${of} ${edit}`)));
  expect(needless.map(({ of, name }) => `${of}: ${name}`)).toEqual([]);
});

test("every attempt is held by a guard that was switched off, or by what is not ours", () => {
  const all = kinds.flatMap(({ name, attempts }) =>
    attempts.map(({ title }) => [name, title.split(`: ${name}: `)[1]] as const),
  );
  const names = Object.entries(held).flatMap(([of, each]) =>
    Object.values(each).flatMap((whats) => whats.map((what) => [of, what] as const)),
  );
  const elsewhere = stoppedElsewhere.flatMap(({ of, what }) => what.map((one) => [of, one] as const));
  const text = (pairs: readonly (readonly [string, string | undefined])[]) =>
    [...new Set(pairs.map((pair) => pair.join(": ")))].toSorted();
  expect(text([...names, ...elsewhere])).toEqual(text(all));
});
