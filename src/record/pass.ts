// A pass of a schedule as a hidden, sealed text in the issue that it opened: by it the App finds its own issues again.
import { z } from "zod";
import { pack, unpack } from "./pack.ts";
import { isSeal, type Sealed, sealOf } from "./seal.ts";

const VERSION = 1;
const block =
  /<!-- loopgate:schedule v1 name=([a-z][a-z0-9-]*) pass=(\d{1,9}) seal=([0-9a-f]{64}) data=([A-Za-z0-9+/]+={0,2}) -->/;

const Data = z.object({
  at: z.number().int(), // the time it was for, epoch milliseconds
  base: z.string(), // commit that loops began from then
  unanswered: z.array(z.number().int()), // issues right before it that nobody answered, oldest first
});

/** A pass as its issue has it. */
export type SealedPass = z.infer<typeof Data> & { readonly name: string; readonly pass: number };

/** The text to append to the issue's body. */
export function encodePass(
  repositoryId: number,
  { name, pass, at, base, unanswered }: SealedPass,
  key: Uint8Array,
): string {
  const data = pack({ at, base, unanswered });
  const seal = sealOf(sealed({ repositoryId, name, pass, data }), key);
  return `<!-- loopgate:schedule v${VERSION} name=${name} pass=${pass} seal=${seal} data=${data} -->`;
}

/** The pass in an issue's body; null where there is none that was sealed for this repository. */
export function decodePass(repositoryId: number, body: string, key: Uint8Array): SealedPass | null {
  const [, name, pass, seal, data] = block.exec(body) ?? [];
  if (name === undefined || seal === undefined || data === undefined) return null;
  const number = Number(pass);
  if (!isSeal(seal, sealed({ repositoryId, name, pass: number, data }), key)) return null;
  const read = Data.safeParse(unpack(data));
  return read.success ? { ...read.data, name, pass: number } : null;
}

/** The issue has no number yet when it is sealed. */
function sealed({
  repositoryId,
  name,
  pass,
  data,
}: {
  repositoryId: number;
  name: string;
  pass: number;
  data: string;
}): Sealed {
  return { kind: "pass", version: VERSION, repositoryId, issue: 0, loop: name, revision: pass, data };
}
