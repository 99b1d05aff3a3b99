// What a sender can shape so that it costs the App far more than it weighs, in memory or in time; each beside the same in a plain shape.
import { createHmac } from "node:crypto";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { jsonLines } from "../../src/agents/events/lines.ts";
import { maskCredentials } from "../../src/base/credentials.ts";
import { createPace } from "../../src/base/pace.ts";
import { threadQueue } from "../../src/base/thread-queue.ts";
import { freezeIssue } from "../../src/brief/freeze.ts";
import { dataBlock } from "../../src/brief/quote.ts";
import { createSessions } from "../../src/cockpit/people/sessions.ts";
import { createSigner } from "../../src/cockpit/signed.ts";
import { cappedLog } from "../../src/container/log.ts";
import { openIntake } from "../../src/gateway/git/intake.ts";
import { flushPacket, packet } from "../../src/gateway/git/pktline.ts";
import { findSecrets } from "../../src/gateway/git/secrets.ts";
import { readCommits } from "../../src/gateway/git/tree-diff.ts";
import { createInFlight } from "../../src/gateway/in-flight.ts";
import { takeBody } from "../../src/gateway/model/intake.ts";
import { createSseReader } from "../../src/gateway/model/sse.ts";
import { readWhole } from "../../src/gateway/model/upstream.ts";
import { readLines } from "../../src/gateway/tools/upstream/lines.ts";
import { readSigned } from "../../src/github/deliveries/body.ts";
import { createHolding } from "../../src/github/deliveries/holding.ts";
import { readPayload } from "../../src/github/deliveries/read-payload.ts";
import { closesOthers } from "../../src/policy/closing.ts";
import type { Answer, Task } from "../base/tasks.ts";
import type { Kind } from "./spelling.ts";

/** So many bytes come one by one where they are held. */
const many = 20_000;
/** What each of them may take: a block has room for as many again, a piece of its own takes more than a hundred. */
const mostEach = 40;
/** What reading may take of a processor, in milliseconds; in a plain shape it takes a tenth of that, even beside other work. */
const mostMs = 1_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of memory, on the heap and beside it, after a collection. */
function inUse(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Whether what `hold` resolves to takes more than it may for each of `many` bytes, in most of five times: what others let go meanwhile counts, too. */
async function holdsTooMuch(hold: () => unknown): Promise<boolean> {
  let often = 0;
  for (let time = 0; time < 5; time++) if ((await taken(hold)) > mostEach * many) often += 1;
  return often > 2;
}

async function taken(hold: () => unknown): Promise<number> {
  const before = inUse();
  const held = await hold();
  const took = inUse() - before;
  if (held === undefined) throw new Error("Nothing was held, so nothing was measured.");
  return took;
}

async function takesTooLong(work: () => unknown): Promise<boolean> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 > mostMs;
}

/** In pieces of one byte, each in memory of its own as a socket's are. */
function* byByte(bytes: Buffer): Generator<Buffer> {
  for (const byte of bytes) yield Buffer.from(new Uint8Array([byte]));
}

/** A request or an answer, as Node would hand it over, whose body comes in these pieces, one after the other; `onLast` holds its end back. */
function coming(pieces: Iterable<Buffer>, onLast?: () => void): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  const left = pieces[Symbol.iterator]();
  message._read = () => {};
  const pump = () => {
    const next = left.next();
    if (!next.done) {
      message.push(next.value);
      setImmediate(pump);
    } else if (onLast === undefined) message.push(null);
    else onLast();
  };
  setImmediate(pump);
  message.complete = true;
  return message;
}

const text = Buffer.alloc(many, "x");
const json = Buffer.from(`["${"x".repeat(many - 4)}"]`);
const pace = createPace({ burst: 1e9, perSecond: 1e9, mostMs: 1 });
const wide = { depth: 64, parts: 500_000 };
const lineBounds = { lineBytes: 8 * 1024 * 1024, json: wide };

const commands = Buffer.concat([
  ...Array.from({ length: 200 }, (_, n) =>
    packet(`${"0".repeat(40)} ${"1".repeat(40)} refs/heads/x${n}${n === 0 ? "\0report-status" : ""}`),
  ),
  flushPacket,
]);

/** Four megabytes of text with an escape in every seventy bytes: what ends it is far ahead all the time. */
const escapes = Buffer.from(`{"jsonrpc":"${`${"x".repeat(66)}\\n`.repeat(60_000)}"}`);

const self = { appId: 1, slug: "loopgate", triggerLabels: ["loop"], newLoopId: () => "k3f9" };
const secret = "a secret of the attack's";

async function body(pieces: Iterable<Buffer>): Promise<unknown> {
  const holder = createInFlight(64 * 1024 * 1024).holder();
  const taken = await takeBody(coming(pieces), { limit: 2 * many, holder, pace, json: wide });
  return typeof taken === "string" ? undefined : taken;
}

/** A body that nobody signed, before its end. */
async function delivery(pieces: Iterable<Buffer>): Promise<unknown> {
  const { promise: isOut, resolve } = Promise.withResolvers<void>();
  const request = coming(pieces, resolve);
  const signature = `sha256=${"0".repeat(64)}`;
  const rules = { secrets: [secret], signature, limit: 2 * many, holding: createHolding(1e9) };
  const reading = readSigned(request, rules);
  await isOut;
  return { request, reading };
}

async function isBelieved(bytes: Buffer): Promise<boolean> {
  const signature = `sha256=${createHmac("sha256", secret).update(bytes).digest("hex")}`;
  const rules = { secrets: [secret], signature, limit: 2 * many, holding: createHolding(1e9) };
  return typeof (await readSigned(coming([bytes]), rules)) === "object";
}

function line(pieces: Iterable<Buffer>): { readonly take: unknown; readonly heard: string[] } {
  const heard: string[] = [];
  const take = readLines(lineBounds, ({ kind }) => heard.push(kind));
  for (const piece of pieces) take(piece);
  return { take, heard };
}

function output(pieces: Iterable<Buffer>) {
  const log = cappedLog(4 * many);
  for (const piece of pieces) log.write(piece);
  return log;
}

/** An answer that the provider has not ended: what came of it is held meanwhile. */
async function answer(pieces: Iterable<Buffer>): Promise<unknown> {
  const { promise: isOut, resolve } = Promise.withResolvers<void>();
  const message = coming(pieces, resolve);
  const reading = readWhole(message, 2 * many, createInFlight(64 * 1024 * 1024).holder());
  await isOut;
  return { message, reading };
}

/** Whether the others' tasks are answered although one ends the thread. */
async function othersAreLost(dies?: Task["dies"]): Promise<boolean> {
  const file = new URL("../base/tasks.ts", import.meta.url);
  const queue = threadQueue<Task, Answer>({ file, bounds: { oldMegabytes: 24, youngMegabytes: 2 } });
  const deadly = queue.ask({ name: "deadly", ...(dies === undefined ? {} : { dies }) }, "hostile");
  const others = await Promise.all(["one", "two"].map((name) => queue.ask({ name }, name)));
  await deadly;
  await queue.close();
  return others.some((one) => one === null);
}

/** How many of another's tasks come before the one that was asked for last. */
async function waitsForAll(asked: number): Promise<boolean> {
  const file = new URL("../base/tasks.ts", import.meta.url);
  const queue = threadQueue<Task, Answer>({ file, bounds: { oldMegabytes: 24, youngMegabytes: 2 } });
  const order: string[] = [];
  const ask = (name: string) => queue.ask({ name }, name).then(() => void order.push(name));
  await Promise.all([...Array.from({ length: asked }, () => ask("hostile")), ask("good")]);
  await queue.close();
  return order.indexOf("good") > 2;
}

function signsOut(times: number): boolean {
  const sessions = createSessions(createSigner(secret), { repositoriesOf: async () => new Set() });
  const begin = (id: number) => sessions.begin({ token: "t", lastsMs: 60_000, person: { id, login: `u${id}` } }, 1e12);
  const { session } = begin(1);
  for (let n = 0; n < times; n++) begin(2);
  return sessions.find(session, 1e12 + 1) === null;
}

const tokens = (reader: ReturnType<typeof createSseReader>, pieces: Iterable<Buffer>) => {
  let events = 0;
  for (const piece of pieces) events += reader.push(piece).length;
  return events;
};

const event = Buffer.concat([Buffer.from("data: "), Buffer.alloc(80_000, "x"), Buffer.from("\n\n")]);
const agents = Buffer.from(`{"type":"${"x".repeat(80_000)}"}\n`);

function agentEvents(pieces: Iterable<Buffer>): number {
  let read = 0;
  const reader = jsonLines(() => {
    read += 1;
    return [];
  });
  for (const piece of pieces) reader.read(piece);
  return read;
}

const blanks = " ".repeat(64_000);

/** Whether nobody else has a turn of the event loop while this is done. */
async function keepsAllTurns(work: () => Promise<unknown>): Promise<boolean> {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  await work();
  clearInterval(timer);
  return turns < 5;
}

const scanned = (text: string) => findSecrets([{ where: "a.txt", text }]);

const endless = "\n".repeat(100_000);

/** The message of a commit as it is read of git. */
function committed(body: string): string | undefined {
  const fields = [">", "0".repeat(40), "", "Loop", "loop@example.org", "Loop", "loop@example.org", "1790000000", body];
  return readCommits(Buffer.from(`${fields.join("\0")}\0`))[0]?.commit.message;
}

const attempt = (
  what: string,
  attack: () => boolean | Promise<boolean>,
  control: () => boolean | Promise<boolean>,
): Kind["attempts"][number] => ({ title: `T8: what costs much: ${what}`, attack, control });

export const costs: Kind = {
  name: "what costs much",
  attempts: [
    attempt(
      "a tool server's line that comes byte by byte",
      () => holdsTooMuch(() => line(byByte(text))),
      () => line([json, Buffer.from("\n")]).heard.length === 1,
    ),
    attempt(
      "a run's output that comes byte by byte",
      () => holdsTooMuch(() => output(byByte(text))),
      () => output([text]).text().length === many,
    ),
    attempt(
      "a provider's answer that comes byte by byte",
      () => holdsTooMuch(() => answer(byByte(text))),
      async () => (await readWhole(coming([text]), 2 * many, createInFlight(1e9).holder())).text.length === many,
    ),
    attempt(
      "a model call's body that comes byte by byte",
      () => holdsTooMuch(() => body(byByte(json))),
      async () => (await body([json])) !== undefined,
    ),
    attempt(
      "a delivery's body that comes byte by byte",
      () => holdsTooMuch(() => delivery(byByte(text))),
      () => isBelieved(text),
    ),
    attempt(
      "the commands of a push that come byte by byte",
      () => takesTooLong(() => openIntake(coming(byByte(commands)))),
      async () => (await openIntake(coming([commands]))).request?.commands.length === 200,
    ),
    attempt(
      "an event of a provider's stream that comes byte by byte",
      () => takesTooLong(() => tokens(createSseReader(), byByte(event))),
      () => tokens(createSseReader(), [event]) === 1,
    ),
    attempt(
      "a line of an agent's events that comes byte by byte",
      () => takesTooLong(() => agentEvents(byByte(agents))),
      () => agentEvents([agents]) === 1,
    ),
    attempt(
      "a tool server's line of escapes",
      () => takesTooLong(() => line([escapes, Buffer.from("\n")])),
      () => line([json, Buffer.from("\n")]).heard.length === 1,
    ),
    attempt(
      "a delivery of escapes",
      () => takesTooLong(() => readPayload("issues", escapes, self)),
      () => readPayload("issues", Buffer.from("{}"), self).ok,
    ),
    attempt(
      "a file of blanks in a push",
      () => takesTooLong(() => scanned(blanks)),
      async () => (await scanned(`aws_secret_access_key = ${"k".repeat(40)}`)).length === 1,
    ),
    attempt(
      "a large file in a push",
      () => keepsAllTurns(() => scanned("a line of it\n".repeat(200_000))),
      async () => !(await keepsAllTurns(() => new Promise((done) => setTimeout(done, 200)))),
    ),
    attempt(
      "a line of blanks that a run prints",
      () => takesTooLong(() => maskCredentials(blanks)),
      () => maskCredentials(`password = ${"k".repeat(16)}`) !== `password = ${"k".repeat(16)}`,
    ),
    attempt(
      "keys that begin in a run's output and do not end",
      () => takesTooLong(() => maskCredentials("-----BEGIN PRIVATE KEY-----\n".repeat(100_000))),
      () => !maskCredentials("-----BEGIN PRIVATE KEY-----\nk\n-----END PRIVATE KEY-----").includes("k\n"),
    ),
    attempt(
      "a commit's message that begins to close again and again",
      () => takesTooLong(() => closesOthers("fixes:https://".repeat(18_000), 12)),
      () => closesOthers("fixes https://github.com/acme/shop/issues/99", 12).length === 1,
    ),
    attempt(
      "a commit's message of ends of lines",
      () => takesTooLong(() => committed(`${endless}x`)),
      () => committed("Mend it\n\n\n") === "Mend it",
    ),
    attempt(
      "a text of ends of lines for a brief",
      () => takesTooLong(() => dataBlock("a note", `${endless}x`)),
      () => dataBlock("a note", "x\n\n").includes("===\nx\n==="),
    ),
    attempt(
      "an issue of nothing but lists in each other",
      () => takesTooLong(() => freezeIssue({ title: "t", body: `${"- ".repeat(32_000)}x`, comments: [] })),
      () => freezeIssue({ title: "t", body: "> > - [ ] mend it", comments: [] }).text.includes("> > - [ ] mend it\n"),
    ),
    attempt(
      "a request of which the thread that reads it dies, with others in line",
      () => othersAreLost("memory"),
      async () => !(await othersAreLost()),
    ),
    attempt(
      "a request that a bug ends the reading thread of, with others in line",
      () => othersAreLost("a bug"),
      async () => !(await othersAreLost()),
    ),
    attempt(
      "ten large requests of one run before another's",
      () => waitsForAll(10),
      async () => !(await waitsForAll(1)),
    ),
    attempt(
      "a thousand sessions of one person",
      () => signsOut(1_000),
      () => !signsOut(5),
    ),
  ],
};
