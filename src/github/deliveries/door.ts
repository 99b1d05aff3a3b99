// What a request must look like before a byte of its body is read.
import type { IncomingMessage } from "node:http";

export type Admission =
  | { readonly ok: true; readonly guid: string; readonly event: string; readonly signature: string }
  | {
      readonly ok: false;
      readonly refusal: { readonly status: number; readonly outcome: "refused"; readonly reason: string };
    };

/** Judges method and headers alone. SHA-1 signatures are refused even where a SHA-256 one is missing by mistake. */
export function admit({ method, headers }: Pick<IncomingMessage, "method" | "headers">): Admission {
  if (method !== "POST") return no(405, "only POST is accepted");
  if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) return no(415, "the body must be JSON");
  const guid = only(headers["x-github-delivery"], /^[\w-]{1,100}$/);
  const event = only(headers["x-github-event"], /^[a-z_]{1,100}$/);
  if (guid === null || event === null) return no(400, "the headers of a GitHub delivery are missing");
  const signature = only(headers["x-hub-signature-256"], /^sha256=[0-9a-f]{64}$/);
  if (signature !== null) return { ok: true, guid, event, signature };
  if (headers["x-hub-signature"] !== undefined) return no(401, "a SHA-1 signature is not enough");
  return no(401, "the delivery is not signed with SHA-256");
}

function no(status: number, reason: string): Admission {
  return { ok: false, refusal: { status, outcome: "refused", reason } };
}

function only(header: string | string[] | undefined, shape: RegExp): string | null {
  return typeof header === "string" && shape.test(header) ? header : null;
}
