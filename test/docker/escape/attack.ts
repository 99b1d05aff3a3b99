// An attack and its control: how both are registered as tests, and what a probe's evidence of them is.
import { expect, test } from "vitest";

/** What each attack of a run came back with, by the attack's name. */
export type Evidence = Readonly<Record<string, string>>;

export interface Attack {
  /** A sentence that begins with the T number. */
  readonly title: string;
  /** The probe's name for it. */
  readonly name: string;
  /** The evidence that the attack failed as intended. */
  readonly fails: RegExp;
  /** The evidence that it works where the guard is missing. */
  readonly works: RegExp;
}

const tried: string[] = [];

/** The titles of all attacks that were registered so far. */
export function triedAttacks(): readonly string[] {
  return tried;
}

/**
 * Registers one attack: the test that it fails, and the control that it works where its guard is taken away. The title
 * begins with the number of the threat or the invariant.
 */
export function tryAttack(title: string, { fails, works }: { fails: () => unknown; works: () => unknown }): void {
  tried.push(title);
  test(title, async () => void (await fails()));
  test(`control: without its guard it works: ${title}`, async () => void (await works()));
}

/**
 * Registers attacks whose evidence comes from one guarded and one weakened run. Neither evidence may pass for the other:
 * an attack that comes to the same on both shows nothing.
 */
export function attacksFail(attacks: readonly Attack[], guarded: () => Evidence, weakened: () => Evidence): void {
  for (const { title, name, fails, works } of attacks) {
    tryAttack(title, {
      fails: () => {
        expect(guarded()[name]).toMatch(fails);
        expect(guarded()[name]).not.toMatch(works);
      },
      works: () => {
        expect(weakened()[name]).toMatch(works);
        expect(weakened()[name]).not.toMatch(fails);
      },
    });
  }
}

/** The probes print one JSON line for each attack. */
export function readEvidence(log: string): Evidence {
  const lines = log.split("\n").filter((line) => line.startsWith('{"attack":'));
  return Object.fromEntries(lines.map((line) => JSON.parse(line)).map(({ attack, got }) => [attack, String(got)]));
}
