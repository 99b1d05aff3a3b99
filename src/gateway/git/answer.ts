// What a pushing client is told: git's own report, so that `git push` prints our reason beside the ref.
import type { PushRequest } from "./commands.ts";
import { flushPacket, onBand, packet } from "./pktline.ts";

export interface PushAnswer {
  /** Per ref null for accepted, or the reason in one short line; the same for all refs of the push. */
  readonly reason: string | null;
  /** Further lines, which git shows as `remote: …`. */
  readonly lines: readonly string[];
}

/** The body of a receive-pack answer in the form the client asked for. */
export function renderAnswer(request: PushRequest, answer: PushAnswer): Buffer {
  const sideBand = request.capabilities.includes("side-band-64k");
  const wantsReport = request.capabilities.some((each) => each === "report-status" || each === "report-status-v2");
  const report = wantsReport ? renderReport(request, answer.reason) : Buffer.alloc(0);
  if (!sideBand) return report;
  const said = onBand(2, Buffer.from(answer.lines.map((line) => `${oneLine(line)}\n`).join("")));
  return Buffer.concat([said, onBand(1, report), flushPacket]);
}

/** An error at the start of a conversation, which git prints as `fatal: remote error: …`. */
export function renderError(message: string): Buffer {
  return Buffer.concat([packet(`ERR ${oneLine(message)}\n`), flushPacket]);
}

function renderReport(request: PushRequest, reason: string | null): Buffer {
  const verdict = (ref: string) => (reason === null ? `ok ${ref}\n` : `ng ${ref} ${oneLine(reason)}\n`);
  const refs = request.commands.map((command) => packet(verdict(command.ref)));
  return Buffer.concat([packet("unpack ok\n"), ...refs, flushPacket]);
}

/** Findings name paths that an agent chose: no control or terminal sequence passes. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, "?").slice(0, 500);
}
