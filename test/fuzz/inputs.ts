// What is thrown at doors: requests that are nearly right, wrong in every part, or no requests at all. From a seed.
import { createHmac } from "node:crypto";

/** A repeatable source of chance. */
export interface Chance {
  below(limit: number): number;
  of<T>(values: readonly T[]): T;
}

/** Mulberry32: small, and good enough to vary inputs. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, of: (values) => values[below(values.length)] as (typeof values)[number] };
}

/** What a door knows as its own, so that some inputs get past its first checks. */
export interface Known {
  readonly paths: readonly string[];
  readonly headers: readonly string[];
  /** What it is mostly asked with; `GET` and `POST` where it is not said. */
  readonly methods?: readonly string[];
  /** Signs a body as GitHub would; absent: nothing is signed here. */
  readonly secret?: string;
}

const methods = [
  "GET",
  "POST",
  "PUT",
  "HEAD",
  "DELETE",
  "PATCH",
  "OPTIONS",
  "CONNECT",
  "TRACE",
  "PROPFIND",
  "get",
  "",
  "P\0ST",
  "PRI",
];
const oddTargets = [
  "//",
  "///",
  "http://",
  "http://[",
  "http://[::1",
  "http://a b/",
  "//[",
  "//:99999999/",
  "*",
  "?",
  "#",
  "/%",
  "/%zz",
  "/%00",
  "/%c0%af",
  "/../../etc/passwd",
  "/..%2f..%2f",
  "\\\\",
  "http://%",
  "https://:@/",
  "/a?b=%",
  "/a#%",
  "http://localhost:99999/",
  "javascript:1",
  "\u00ff",
  "//user:pw@/x",
  "/\u202e",
  "http:/",
  ":",
  "/;",
  "/a//b///c",
  "/%F0%9F%92%A9",
  "/a%20b",
  "/__proto__",
  "/constructor",
] as const;
const versions = ["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1 ", "HTTP", "", "http/1.1"];
const ends = ["\r\n", "\n", "\r", "\r\n ", "\0\r\n"];
const oddHeaders = [
  "host:",
  "host: [",
  "host: a b",
  "host: \u00ff",
  "content-length: -1",
  "content-length: 99999999999999999999",
  "content-length: 5",
  "content-length: 5\r\ncontent-length: 6",
  "transfer-encoding: chunked",
  "transfer-encoding: chunked, gzip",
  "transfer-encoding: x",
  "expect: 100-continue",
  "expect: x",
  "upgrade: websocket\r\nconnection: upgrade",
  "connection: close",
  "cookie: %",
  "cookie: a=b; a",
  "accept: text/html",
  "accept-encoding: gzip;q=x",
  "content-encoding: gzip",
  "content-type: application/json",
  "content-type: ;;;",
  "content-type: multipart/form-data",
  "content-type: application/x-www-form-urlencoded",
  "authorization: Basic %%%",
  "authorization: Basic Og==",
  "authorization: Bearer x",
  "authorization: ",
  "x-hub-signature-256: sha256=00",
  "x-github-event: issues",
  "x-github-event: \0",
  "x-github-delivery: g",
  "range: bytes=0-",
  "if-none-match: *",
  "origin: null",
  "x-http-method-override: DELETE",
  "git-protocol: version=9",
  "te: trailers",
  ": empty",
  "a",
  "__proto__: x",
  "proxy-authorization: Basic Og==",
] as const;
const oddBodies = [
  "",
  "{",
  "}",
  "[]",
  "null",
  "0",
  '""',
  "{}",
  '{"a":1}',
  "\0",
  "\u00ff\u00fe",
  "5\r\nhello\r\n0\r\n\r\n",
  "zz\r\n",
  "-1\r\n\r\n",
  "0\r\n\r\n",
  "ffffffffffffffff\r\n",
  "a=b&c=%zz",
  "_method=delete",
  "0032want 0000\n0000",
  "0009done\n",
  '{"__proto__":{"x":1}}',
  '{"action":"labeled"}',
  '{"installation":{"id":1e400}}',
  '{"model":"m","stream":"yes"}',
  '{"query":"{"}',
  '{"query":"{__schema{types{name}}}"}',
] as const;

/** One raw input for a door. */
export function anInput(chance: Chance, known: Known): Buffer {
  const kind = chance.below(20);
  if (kind === 0) return noise(chance, chance.below(300));
  const body = aBody(chance);
  if (kind >= 10) return wellFormed(chance, known, body);
  const head = [
    `${chance.below(3) ? chance.of(known.methods ?? ["GET", "POST"]) : chance.of(methods)} ${aTarget(chance, known)} ${chance.below(8) ? "HTTP/1.1" : chance.of(versions)}`,
    ...(chance.below(8) ? ["host: localhost"] : []),
    ...someOf(chance, [...known.headers, ...oddHeaders], 6),
    ...(chance.below(3) ? [`content-length: ${body.length}`] : []),
    ...(known.secret !== undefined && chance.below(2) ? signed(known.secret, body) : []),
  ];
  const end = chance.below(12) ? "\r\n" : chance.of(ends);
  const text = Buffer.from(`${head.join(end)}${end}${end}`, chance.below(6) ? "latin1" : "utf8");
  const whole = Buffer.concat([text, body]);
  if (kind === 1) return whole.subarray(0, chance.below(whole.length + 1));
  if (kind === 2) whole[chance.below(whole.length)] = chance.below(256);
  return whole;
}

/** HTTP that is right, about something that may not be: it gets past the parser and meets the handlers. */
function wellFormed(chance: Chance, known: Known, body: Buffer): Buffer {
  const method = chance.of(known.methods ?? ["GET", "POST", "POST", "PUT", "DELETE"]);
  const target = chance.below(4)
    ? chance.of(known.paths)
    : `${chance.of(known.paths)}${chance.of(["/%", "/%00", "?a=%zz", "//", "/x", "?b"])}`;
  const head = [
    `${method} ${target} HTTP/1.1`,
    "host: localhost",
    `content-length: ${body.length}`,
    ...(known.secret !== undefined && chance.below(4)
      ? signed(known.secret, body)
      : new Set(someOf(chance, known.headers, 4))),
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}

function signed(secret: string, body: Buffer): string[] {
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  return [
    "content-type: application/json",
    `x-github-delivery: ${signature.slice(0, 20)}`,
    "x-github-event: issues",
    `x-hub-signature-256: sha256=${signature}`,
  ];
}

function aTarget(chance: Chance, { paths }: Known): string {
  const path = chance.of(paths);
  switch (chance.below(6)) {
    case 0:
      return chance.of(oddTargets);
    case 1:
      return `${path}${chance.of(oddTargets)}`;
    case 2:
      return noise(chance, 1 + chance.below(30)).toString("latin1");
    case 3:
      return `http://localhost${path}?${chance.of(oddTargets)}`;
    default:
      return path;
  }
}

function aBody(chance: Chance): Buffer {
  switch (chance.below(8)) {
    case 0:
      return noise(chance, chance.below(2_000));
    case 1:
      return Buffer.from(chance.of(["[", '{"a":', '"']).repeat(1 + chance.below(5_000)));
    case 2:
      return Buffer.from(`${'{"a":'.repeat(200)}1${"}".repeat(200)}`);
    case 3:
      return Buffer.from(mutated(chance));
    default:
      return Buffer.from(chance.of(oddBodies), "latin1");
  }
}

const right = {
  action: "labeled",
  issue: { number: 1, title: "t", state: "open", labels: [{ name: "loop" }], updated_at: "2026-01-01T00:00:00Z" },
  label: { name: "loop" },
  repository: { id: 1, name: "r", owner: { login: "o" } },
  installation: { id: 7 },
  sender: { id: 5, login: "alice", type: "User" },
};
const values: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  "",
  "x".repeat(3_000),
  [],
  {},
  [[[]]],
  { toString: 1 },
  "\ud800",
  { length: 9 },
];

/** A payload that is right but in one place. */
function mutated(chance: Chance): string {
  const payload: Record<string, unknown> = structuredClone(right);
  const key = chance.of(Object.keys(payload));
  const inner = payload[key];
  if (chance.below(2) && typeof inner === "object" && inner !== null) {
    const object = inner as Record<string, unknown>;
    object[chance.of(Object.keys(object))] = chance.of(values);
  } else payload[key] = chance.of(values);
  return JSON.stringify(payload);
}

/** What a tool server may print: messages that are right but in one place, lines that are none, and bytes. */
export function saidByAServer(chance: Chance): Buffer {
  if (chance.below(6) === 0) return noise(chance, chance.below(300));
  if (chance.below(6) === 0) return Buffer.from(`${chance.of(oddBodies)}\n`, "latin1");
  const message: Record<string, unknown> = {
    jsonrpc: "2.0",
    id: chance.of([1, 2, 3, 4, 99, "1", null, -1, {}, []]),
    ...(chance.below(3) ? {} : { method: chance.of(["ping", "roots/list", "sampling/createMessage", "", 7, {}]) }),
    ...(chance.below(2) ? { result: chance.of([...values, { tools: [{}] }, { content: [{ type: "text" }] }]) } : {}),
    ...(chance.below(3) ? {} : { error: chance.of([...values, { code: -32601, message: [] }]) }),
  };
  if (chance.below(4) === 0) message[chance.of(["id", "jsonrpc", "params", "__proto__"])] = chance.of(values);
  return Buffer.from(`${JSON.stringify(message)}${chance.of(["\n", "\n", "\n", "\r\n", "", "\n\n"])}`);
}

function someOf<T>(chance: Chance, all: readonly T[], most: number): T[] {
  return Array.from({ length: chance.below(most) }, () => chance.of(all));
}

function noise(chance: Chance, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => chance.below(256)));
}
