// The change that a canary is: the attempt's commit with something bad in it, in the quarantine of its reviewer's run and nowhere else.
import type { PushedChange } from "../engine/ports.ts";
import { readChangedTexts } from "../gateway/git/changed-texts.ts";
import { childWith, type Quarantine } from "../gateway/git/quarantine.ts";
import type { Planted } from "../loop/state.ts";
import { plantIn } from "../verify/canary.ts";
import { readChange } from "./quarantine.ts";

/** What `head` changes since `base`, with one fault planted in it; the same head gives the same commit. Null: it leaves no text. Throws Fault. */
export async function plantedChange(
  quarantine: Quarantine,
  base: string,
  head: string,
): Promise<(PushedChange & { readonly planted: Planted }) | null> {
  const seeded = plantIn(await readChangedTexts({ gitDir: quarantine.gitDir, base, head }), head);
  if (seeded === null) return null;
  const commit = await childWith(quarantine, head, seeded.replaced);
  return { ...(await readChange(quarantine, base, commit)), planted: seeded.planted };
}
