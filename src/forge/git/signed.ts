// Commits that the forge makes for somebody: committed by `web-flow` and signed, as GitHub does.
import { createHmac, randomBytes } from "node:crypto";
import { type Core, webFlow } from "../core.ts";
import { readObject, writeObject } from "./objects.ts";
import { type Signature, signatureOf, writeCommit } from "./store.ts";

/** Only the forge can make a signature that it takes for its own. */
const key = randomBytes(32);

/**
 * Writes a commit whose committer is GitHub and which counts as verified: what GitHub does for merges and edits on its
 * pages, and for an App that names neither author nor committer.
 * https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
 */
export async function writeSigned(
  core: Core,
  dir: string,
  commit: { tree: string; parents: readonly string[]; message: string; author: Signature },
): Promise<string> {
  const committer = signatureOf(webFlow, core.now());
  const plain = await writeCommit(dir, { ...commit, committer });
  const payload = (await readObject(dir, plain))?.body.toString() ?? "";
  const signature = armoured(createHmac("sha256", key).update(payload).digest("base64"));
  const end = payload.indexOf("\n\n");
  const header = `gpgsig ${signature.trimEnd().replaceAll("\n", "\n ")}`;
  const whole = `${payload.slice(0, end)}\n${header}${payload.slice(end)}`;
  const sha = await writeObject(dir, "commit", Buffer.from(whole));
  core.signatures.set(sha, { signature, payload, at: core.now() });
  return sha;
}

const armoured = (text: string) => `-----BEGIN PGP SIGNATURE-----\n\n${text}\n-----END PGP SIGNATURE-----\n`;
