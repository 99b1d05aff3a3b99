// Reads what a push asks for: every ref command before the pack, not only the first (gitprotocol-pack).
import { isCommitId } from "./branch.ts";
import { readPacket } from "./pktline.ts";

export interface RefCommand {
  readonly old: string;
  readonly new: string;
  readonly ref: string;
}

export interface PushRequest {
  readonly commands: readonly RefCommand[];
  readonly capabilities: readonly string[];
  /** The client's repository is shallow: it does not have the history it pushes on. */
  readonly shallow: boolean;
  /** The commands came inside a signed push certificate. */
  readonly certificate: boolean;
}

export type PushReading =
  | { readonly state: "more" }
  | { readonly state: "malformed" }
  /** `end` is where the command section ends: push options or the pack start there. */
  | { readonly state: "read"; readonly request: PushRequest; readonly end: number };

/** The most bytes of commands that are read before a push is given up as malformed. */
export const maxCommandBytes = 256 * 1024;

/** Reads the command section at the start of a receive-pack request; a bare flush is a request without commands. */
export function readPush(bytes: Buffer): PushReading {
  let at = 0;
  let request: PushRequest = { commands: [], capabilities: [], shallow: false, certificate: false };
  for (;;) {
    const next = readPacket(bytes, at);
    if (next.kind === "more") return { state: bytes.length > maxCommandBytes ? "malformed" : "more" };
    if (next.kind === "flush") return { state: "read", request, end: next.next };
    if (next.kind !== "data") return { state: "malformed" };
    const longer = withLine(request, next.payload);
    if (longer === null) return { state: "malformed" };
    request = longer;
    at = next.next;
  }
}

function withLine(request: PushRequest, payload: Buffer): PushRequest | null {
  const [text = "", capabilities] = splitAtNul(payload.toString("latin1").replace(/\n$/, ""));
  const stated = capabilities === undefined ? request.capabilities : capabilities.split(" ").filter(Boolean);
  if (text === "push-cert") return { ...request, capabilities: stated, certificate: true };
  if (request.certificate) return request;
  if (/^shallow [0-9a-f]{40}$/.test(text)) return { ...request, shallow: true };
  const command = readCommand(text);
  return command && { ...request, capabilities: stated, commands: [...request.commands, command] };
}

/** Names are bytes; they are decoded as UTF-8 only where that loses nothing. */
function readCommand(text: string): RefCommand | null {
  const [old = "", to = ""] = [text.slice(0, 40), text.slice(41, 81)];
  const ref = Buffer.from(text.slice(82), "latin1").toString("utf8");
  if (text[40] !== " " || text[81] !== " " || ref === "" || !isCommitId(old) || !isCommitId(to)) return null;
  return { old, new: to, ref };
}

function splitAtNul(text: string): string[] {
  const nul = text.indexOf("\0");
  return nul < 0 ? [text] : [text.slice(0, nul), text.slice(nul + 1)];
}
