// When the App is killed: a seed decides the moments, the world's own pace what they fall upon.
import { random } from "../sim/random.ts";

/** One life of the App's process, up to its kill. */
export type Moment =
  | { readonly when: "starting"; readonly afterMs: number } // since the process was made, mostly before it serves
  | { readonly when: "serving"; readonly afterMs: number } // since it serves
  | { readonly when: "deed"; readonly count: number }; // with its so-manieth deed on GitHub done and the answer not yet given

/** The moment of each kill. One in eight is followed by another one at once, while the App recovers. */
export function momentsOf(seed: number, kills: number): readonly Moment[] {
  const dice = random("chaos", seed);
  const moments: Moment[] = [];
  while (moments.length < kills) {
    const kind = dice.next();
    if (kind < 0.5) moments.push({ when: "deed", count: dice.between(1, 12) });
    else if (kind < 0.75) moments.push({ when: "serving", afterMs: dice.between(50, 3_000) });
    else if (kind < 0.87) moments.push({ when: "serving", afterMs: dice.between(0, 250) });
    else moments.push({ when: "starting", afterMs: dice.between(0, 1_500) });
    if (dice.chance(1 / 8)) moments.push({ when: "starting", afterMs: dice.between(0, 2_500) });
  }
  return moments.slice(0, kills);
}
