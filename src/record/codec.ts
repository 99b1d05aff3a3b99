// The record: a loop's whole state as one hidden, sealed block of its status comment, and back.
import { assert } from "../base/assert.ts";
import type { RecordFault } from "../loop/cause.ts";
import { LoopState } from "../loop/state.ts";
import { upgradeState } from "../loop/upgrade.ts";
import { pack, unpack } from "./pack.ts";
import { isSeal, sealOf } from "./seal.ts";
import { shrinkSteps } from "./shrink.ts";

/** A block is kept below this many bytes; see shrink.ts for what older attempts lose. */
export const RECORD_BYTES = 20_000;

const VERSION = 1;
const opening = /<!--\s*loopgate:record/gi;
// One line, no quotes, no hyphen but the comment's own.
const block =
  /<!-- loopgate:record v(\d{1,6}) loop=([A-Za-z0-9._]+(?:-[A-Za-z0-9._]+)*) rev=(\d{1,15}) seal=([0-9a-f]{64}) data=([A-Za-z0-9+/]+={0,2}) -->/;

export type DecodedRecord =
  | { readonly kind: "ok"; readonly state: LoopState }
  | { readonly kind: "absent" }
  | { readonly kind: "tampered"; readonly why: RecordFault }
  | { readonly kind: "newer"; readonly version: number }; // sealed by a later version of the App: not to be touched

/** The block to append to the status comment. Detail of older attempts is dropped until it fits `RECORD_BYTES`. */
export function encodeRecord(state: LoopState, key: Uint8Array): string {
  let text = "";
  for (const shrink of shrinkSteps) {
    text = blockOf(shrink(state), key);
    if (text.length < RECORD_BYTES) return text;
  }
  return text;
}

/** Reads the record out of a comment's body. Anything but one intact block that was sealed for this issue is no record. */
export function decodeRecord(
  body: string,
  key: Uint8Array,
  expected: { readonly repositoryId: number; readonly issue: number },
): DecodedRecord {
  const count = body.match(opening)?.length ?? 0;
  if (count === 0) return { kind: "absent" };
  if (count > 1) return tampered("several_records");
  const match = block.exec(body);
  if (match === null) return tampered("malformed");
  const [version, loop, revision, seal, data] = match.slice(1) as [string, string, string, string, string];
  const sealed = { ...expected, version: Number(version), loop, revision: Number(revision), data };
  const isCanonical = String(sealed.version) === version && String(sealed.revision) === revision;
  if (!isCanonical || !isSeal(seal, sealed, key)) return tampered("wrong_seal");
  if (sealed.version > VERSION) return { kind: "newer", version: sealed.version };
  return stateFrom(data);
}

function blockOf(state: LoopState, key: Uint8Array): string {
  const data = pack(state);
  const { id: loop, revision } = state;
  const { repositoryId, number: issue } = state.issue;
  const seal = sealOf({ version: VERSION, repositoryId, issue, loop, revision, data }, key);
  const text = `<!-- loopgate:record v${VERSION} loop=${loop} rev=${revision} seal=${seal} data=${data} -->`;
  assert(block.exec(text)?.[0] === text, `the loop id ${JSON.stringify(loop)} cannot be part of a record`);
  return text;
}

/** The data carries our seal, so what does not read as a state here was written by a faulty version of ours. */
function stateFrom(data: string): DecodedRecord {
  const parsed = LoopState.safeParse(upgradeState(unpack(data)));
  if (parsed.success) return { kind: "ok", state: parsed.data };
  return tampered("unreadable");
}

function tampered(why: RecordFault): DecodedRecord {
  return { kind: "tampered", why };
}
