// The facts of one attempt as a hidden, sealed block of its comment: the detail that the record forgets to stay small.
import { assert } from "../base/assert.ts";
import { Attempt, type LoopState } from "../loop/state.ts";
import { upgradeAttempt } from "../loop/upgrade-money.ts";
import { pack, unpack } from "./pack.ts";
import { isSeal, type Sealed, sealOf } from "./seal.ts";
import { shrinkSteps } from "./shrink.ts";

/** A block is kept below this many bytes; an attempt's visible comment has the rest. */
export const FACTS_BYTES = 12_000;

const VERSION = 1;
const opening = /<!--\s*loopgate:facts/gi;
const block =
  /<!-- loopgate:facts v(\d{1,6}) loop=([A-Za-z0-9._]+(?:-[A-Za-z0-9._]+)*) attempt=(\d{1,9}) seal=([0-9a-f]{64}) data=([A-Za-z0-9+/]+={0,2}) -->/;

/** The block to append to the attempt's comment. Detail is dropped until it fits `FACTS_BYTES`. */
export function encodeFacts(state: LoopState, attempt: Attempt, key: Uint8Array): string {
  let text = "";
  for (const shrink of shrinkSteps) {
    text = blockOf(state, shrink({ ...state, attempts: [attempt] }).attempts[0] ?? attempt, key);
    if (text.length < FACTS_BYTES) return text;
  }
  return text;
}

/**
 * The facts in a comment's body; null where there is not exactly one intact block, sealed for this attempt of this loop
 * of this issue by this version or an earlier one.
 */
export function decodeFacts(
  body: string,
  key: Uint8Array,
  expected: { readonly repositoryId: number; readonly issue: number; readonly loop: string; readonly attempt: number },
): Attempt | null {
  if (body.match(opening)?.length !== 1) return null;
  const [, version, loop, number, seal, data] = block.exec(body) ?? [];
  if (version !== String(VERSION) || seal === undefined || data === undefined) return null;
  if (loop !== expected.loop || number !== String(expected.attempt)) return null;
  const { repositoryId, issue, attempt } = expected;
  if (!isSeal(seal, sealedFacts({ repositoryId, issue, loop, attempt, data }), key)) return null;
  const parsed = Attempt.safeParse(upgradeAttempt(unpack(data)));
  return parsed.success && parsed.data.number === attempt ? parsed.data : null;
}

function blockOf({ id: loop, issue }: LoopState, attempt: Attempt, key: Uint8Array): string {
  const data = pack(attempt);
  const { repositoryId, number } = issue;
  const seal = sealOf(sealedFacts({ repositoryId, issue: number, loop, attempt: attempt.number, data }), key);
  const text = `<!-- loopgate:facts v${VERSION} loop=${loop} attempt=${attempt.number} seal=${seal} data=${data} -->`;
  assert(block.exec(text)?.[0] === text, `the loop id ${JSON.stringify(loop)} cannot be part of a block of facts`);
  return text;
}

type Unsealed = Pick<Sealed, "repositoryId" | "issue" | "loop" | "data"> & { readonly attempt: number };

/** Sealed as facts, so that neither can stand for a record, nor a record for them. */
function sealedFacts({ attempt, ...rest }: Unsealed): Sealed {
  return { ...rest, kind: "facts", version: VERSION, revision: attempt };
}
