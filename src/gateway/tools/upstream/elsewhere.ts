// A pipe to an MCP server elsewhere, by streamable HTTP: over TLS, to public addresses, without redirects, with a credential that only this end knows.
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import type { LookupFunction } from "node:net";
import { createBlocks } from "../../../base/blocks.ts";
import { Fault } from "../../../base/fault.ts";
import { parseJson } from "../../../base/parse-json.ts";
import type { ToolServer } from "../../../loop/state.ts";
import { hostOf } from "../../../policy/tool-servers.ts";
import { publicOnly } from "../../egress/public-only.ts";
import { createSseReader } from "../../model/sse.ts";
import { greeting, type Pipe } from "./client.ts";

/** How a server elsewhere is reached. */
export interface Reach {
  readonly url: string;
  /** Null: it is shown none. */
  readonly credential: { readonly header: string; readonly value: string } | null;
  /** Looks names up; public addresses alone where it is not said otherwise. */
  readonly lookup?: LookupFunction;
  /** Certificates that are trusted; those of Node where it is not said otherwise. */
  readonly ca?: string;
}

/** What the operator lets servers elsewhere be: looked at when one is called, not only when its loop began. */
export interface Elsewhere {
  readonly hosts: readonly string[];
  readonly credentials: Readonly<
    Record<string, { readonly host: string; readonly header: string; readonly value: string }>
  >;
  /** Absent: names lead to public addresses, and Node says whom to trust. */
  readonly reach?: Pick<Reach, "lookup" | "ca">;
}

export interface ElsewherePipe extends Pipe {
  /** Ends what is under way, and the session if there is one. */
  end(): void;
}

type Message = Readonly<Record<string, unknown>>;

const bounds = {
  /** Bytes of one answer, whatever it is made of. */
  answerBytes: 4 * 1024 * 1024,
  /** A little more than a call is waited for. */
  answerMs: 55_000,
  silenceMs: 50_000,
};

interface Open {
  readonly reach: Reach;
  readonly hear: (chunk: Buffer) => void;
  readonly ended: AbortController;
  session: string | null;
  revision: string | null;
}

/** `hear` is given what comes back, a message on a line; each request is answered, by an error where there is nothing else. */
export function createElsewherePipe(reach: Reach, hear: (chunk: Buffer) => void): ElsewherePipe {
  const open: Open = { reach, hear, ended: new AbortController(), session: null, revision: null };
  let before: Promise<void> = Promise.resolve();
  return {
    write(text) {
      const message = parseJson(text) as Message;
      // What opens a session has to be answered before anything else is sent in it.
      const opens = message.method === "initialize" || message.method === "notifications/initialized";
      const sent = before.then(() => exchange(open, text, message));
      if (opens) before = sent;
    },
    end() {
      open.ended.abort();
      if (open.session === null) return;
      const named = { "mcp-session-id": open.session };
      void post(open, "DELETE", "", named, AbortSignal.timeout(5_000)).then(drop, () => {});
    },
  };
}

/** The host is its own and the credential too, or it is not called. Throws Fault. */
export function reachOf(elsewhere: Elsewhere | undefined, { credential }: ToolServer, url: string): Reach {
  const host = hostOf(url);
  const isOpen = host !== null && elsewhere?.hosts.includes(host) === true;
  if (!isOpen) throw notAllowed("This App's operator does not allow its host.");
  if (credential === undefined) return { ...elsewhere.reach, url, credential: null };
  const found = Object.hasOwn(elsewhere.credentials, credential) ? elsewhere.credentials[credential] : undefined;
  if (found?.host.toLowerCase() !== host)
    throw notAllowed("This App's operator has set no such credential for its host.");
  return { ...elsewhere.reach, url, credential: { header: found.header, value: found.value } };
}

function notAllowed(why: string): Fault {
  return new Fault(why, { kind: "refused", retry: "never" });
}

function drop(answer: IncomingMessage): void {
  answer.destroy();
}

/** Never rejects: a request that fails is answered with why. */
async function exchange(open: Open, text: string, message: Message): Promise<void> {
  try {
    await sendOnce(open, text, message);
  } catch (error) {
    const why = error instanceof Fault ? error.message : "The connection to it failed.";
    if (message.id !== undefined && message.method !== undefined)
      say(open, { jsonrpc: "2.0", id: message.id, error: { code: -32000, message: why } });
  }
}

async function sendOnce(open: Open, text: string, message: Message): Promise<void> {
  const signal = AbortSignal.any([open.ended.signal, AbortSignal.timeout(bounds.answerMs)]);
  const session = open.session;
  const answer = await post(open, "POST", text, headersOf(open, message), signal);
  const status = answer.statusCode ?? 0;
  if (status === 404 && session !== null && message.method !== "initialize") {
    drop(answer);
    await openAnew(open, session, signal);
    return take(open, await post(open, "POST", text, headersOf(open, message), signal), message);
  }
  return take(open, answer, message);
}

/** A server that forgot the session has done nothing of what it was sent in it. */
async function openAnew(open: Open, forgotten: string, signal: AbortSignal): Promise<void> {
  if (open.session !== forgotten) return; // another call was first
  open.session = null;
  const hello = { jsonrpc: "2.0", id: "again", method: "initialize", params: greeting };
  const answer = await post(open, "POST", JSON.stringify(hello), headersOf(open, hello), signal);
  noteSession(open, answer);
  drop(answer);
  const ready = { jsonrpc: "2.0", method: "notifications/initialized" };
  drop(await post(open, "POST", JSON.stringify(ready), headersOf(open, ready), signal));
}

function headersOf({ session, revision }: Open, { method, params }: Message): Record<string, string> {
  const { name, _meta } = (params ?? {}) as { readonly name?: unknown; readonly _meta?: Message };
  const stated = _meta?.["io.modelcontextprotocol/protocolVersion"];
  const newer = typeof stated === "string" ? { "mcp-protocol-version": stated, "mcp-method": String(method) } : null;
  return {
    ...(session === null || newer !== null ? {} : { "mcp-session-id": session }),
    ...(newer ?? (revision === null || method === "initialize" ? {} : { "mcp-protocol-version": revision })),
    ...(newer !== null && typeof name === "string" ? { "mcp-name": name } : {}),
  };
}

function noteSession(open: Open, { headers }: IncomingMessage): void {
  const session = headers["mcp-session-id"];
  if (typeof session === "string" && /^[\x21-\x7e]{1,512}$/.test(session)) open.session = session;
}

async function take(open: Open, answer: IncomingMessage, message: Message): Promise<void> {
  const status = answer.statusCode ?? 0;
  const kind = String(answer.headers["content-type"] ?? "")
    .split(";")[0]
    ?.trim()
    .toLowerCase();
  try {
    if (status >= 300 && status < 400) throw unfit("It answers with a redirect, which is not followed.");
    if (answer.headers["content-encoding"] !== undefined && answer.headers["content-encoding"] !== "identity")
      throw unfit("Its answer is packed in a way that was not asked for.");
    if (message.method === "initialize") noteSession(open, answer);
    if (status === 401 || status === 403) throw unfit(`It refuses the App's credential (HTTP ${status}).`);
    if (message.id === undefined || message.method === undefined) return; // only told: nothing comes of it
    if (kind === "text/event-stream" && status < 300) return await takeEvents(open, answer, message.id);
    const text = await takeText(answer);
    const heard = kind === "application/json" ? parseJson(text) : undefined;
    if (isAnswerTo(heard, message.id)) return told(open, heard, message);
    throw unfit(
      status < 300 ? "It answered with something that is no message of MCP." : `It answered with HTTP ${status}.`,
    );
  } finally {
    drop(answer);
  }
}

/** Events up to the one that answers: a server may keep its stream open for ever after. */
async function takeEvents(open: Open, answer: IncomingMessage, id: unknown): Promise<void> {
  const reader = createSseReader();
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bounds.answerBytes) throw tooMuch();
    for (const { data } of reader.push(chunk)) if (hearEvent(open, data, id)) return;
  }
  for (const { data } of reader.end()) if (hearEvent(open, data, id)) return;
  throw unfit("It ended its answer before it had answered.");
}

/** Whether that was the answer. */
function hearEvent(open: Open, data: string, id: unknown): boolean {
  const message = parseJson(data);
  if (typeof message !== "object" || message === null) return false;
  const isLast = isAnswerTo(message, id);
  if (isLast) told(open, message as Message, { id });
  else say(open, message as Message);
  return isLast;
}

async function takeText(answer: IncomingMessage): Promise<string> {
  const blocks = createBlocks(null);
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (blocks.length + chunk.length > bounds.answerBytes) throw tooMuch();
    blocks.push(chunk);
  }
  return Buffer.concat(blocks.pieces()).toString("utf8");
}

/** An error before a request was read has no id of its own. */
function isAnswerTo(heard: unknown, id: unknown): heard is Message {
  if (typeof heard !== "object" || heard === null || "method" in heard) return false;
  const { id: of, error } = heard as Message;
  return of === id || (of === null && error !== undefined);
}

function told(open: Open, heard: Message, { id }: Message): void {
  const { protocolVersion } = (heard.result ?? {}) as { readonly protocolVersion?: unknown };
  if (typeof protocolVersion === "string" && /^[\w.-]{1,40}$/.test(protocolVersion)) open.revision ??= protocolVersion;
  say(open, { ...heard, id });
}

/** On one line, and without the credential, which a server may repeat. */
function say({ hear, reach: { credential } }: Open, message: Message): void {
  const text = JSON.stringify(message);
  const secrets = credential === null ? [] : [credential.value, credential.value.split(" ").at(-1) ?? ""];
  const masked = secrets
    .filter((secret) => secret.length >= 8)
    .reduce((line, secret) => line.replaceAll(JSON.stringify(secret).slice(1, -1), "[credential]"), text);
  hear(Buffer.from(`${masked}\n`));
}

function post(
  { reach }: Open,
  method: "POST" | "DELETE",
  text: string,
  more: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { url, credential, lookup = publicOnly(unfitName), ca } = reach;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request(url, {
    method,
    agent: false, // a connection of its own for each, to an address that was looked at for it
    lookup,
    ...(ca === undefined ? {} : { ca }),
    signal,
    headers: {
      accept: "application/json, text/event-stream",
      "accept-encoding": "identity",
      "user-agent": "loopgate",
      ...more,
      ...(method === "POST" ? { "content-type": "application/json", "content-length": Buffer.byteLength(text) } : {}),
      ...(credential === null ? {} : { [credential.header]: credential.value }),
    },
  });
  outgoing.setTimeout(bounds.silenceMs, () => outgoing.destroy(unfit("It did not answer in time.")));
  outgoing.on("response", resolve);
  outgoing.on("error", reject);
  outgoing.end(text);
  return promise;
}

function unfitName(problem: string): Fault {
  return unfit(`It is not called: ${problem}.`);
}

function tooMuch(): Fault {
  return unfit("It answered with more than can be taken.");
}

function unfit(sentence: string): Fault {
  return new Fault(sentence, { kind: "unavailable", retry: "never" });
}
