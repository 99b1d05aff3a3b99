// The door for deliveries, over real HTTP, with Probot and the App behind it.
import { createHash, createHmac, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { pino } from "pino";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import app from "../../../src/app.ts";
import { Fault } from "../../../src/base/fault.ts";
import type { Arrival } from "../../../src/github/deliveries/arrival.ts";
import { type DeliveryLog, type DoorPaces, deliveryHandler } from "../../../src/github/deliveries/deliveries.ts";
import { createHolding } from "../../../src/github/deliveries/holding.ts";
import { startProbot } from "../../../src/github/deliveries/probot.ts";
import { payloadReader } from "../../../src/github/deliveries/reading.ts";

const secret = "the secret now in use";
const oldSecret = "the secret on its way out";
const body = JSON.stringify({ action: "opened", installation: { id: 7 }, note: "naïve – ünïcode" });

const reader = payloadReader({ appId: 1, slug: "loopgate", triggerLabels: ["loop"], newLoopId: () => "k3f9" });
const ignoredHere = { kind: "ignored", reason: "the payload is not shaped like the event issues" };

type Probot = Awaited<ReturnType<typeof startProbot>>;
let probot: Probot;
let server: Server;
let stored: Arrival[];
let log: DeliveryLog[];
let storeFault: Fault | null;
let onLog: (entry: DeliveryLog) => void;

beforeAll(async () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  probot = await startProbot(app, { appId: 1, privateKey, secret, log: pino({ level: "silent" }) });
});

beforeEach(async () => {
  stored = [];
  log = [];
  storeFault = null;
  onLog = (entry) => log.push(entry);
  await listen(probot);
});

afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

async function listen(behind: Probot, paces?: DoorPaces): Promise<void> {
  const accept = async (delivery: Arrival) => {
    if (storeFault) throw storeFault;
    const isNew = stored.every((one) => one.guid !== delivery.guid && one.bodySha256 !== delivery.bodySha256);
    if (isNew) stored.push(delivery);
    return isNew;
  };
  const secrets = [secret, oldSecret] as const;
  const handle = deliveryHandler({
    probot: behind,
    secrets,
    reader,
    accept,
    now: () => 1_000,
    log: (entry) => onLog(entry),
    paces,
  });
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

const sign = (text: string | Buffer, by = secret) => `sha256=${createHmac("sha256", by).update(text).digest("hex")}`;

interface Sent {
  readonly text?: string | Buffer<ArrayBuffer>;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

async function deliver({ text = body, method = "POST", headers = {} }: Sent = {}) {
  const all: Record<string, string | undefined> = {
    "content-type": "application/json",
    "x-github-event": "issues",
    "x-github-delivery": "guid-1",
    "x-hub-signature-256": sign(text),
    ...headers,
  };
  const given = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method,
    headers: given,
    body: method === "GET" ? undefined : text,
  });
  return { status: response.status, said: await response.text() };
}

describe("a signed delivery", () => {
  test("is stored, read, before it is answered", async () => {
    expect(await deliver()).toEqual({ status: 202, said: `stored: ${ignoredHere.reason}\n` });
    expect(stored).toEqual([
      {
        guid: "guid-1",
        bodySha256: createHash("sha256").update(body).digest("hex"),
        receivedAt: 1_000,
        translated: ignoredHere,
        origin: { installationId: 7, repositoryId: null, thread: null },
      },
    ]);
    expect(log).toEqual([
      { guid: "guid-1", event: "issues", status: 202, outcome: "stored", reason: ignoredHere.reason },
    ]);
  });

  test("under a secret on its way out is stored too (F23)", async () => {
    expect(await deliver({ headers: { "x-hub-signature-256": sign(body, oldSecret) } })).toMatchObject({ status: 202 });
    expect(stored).toHaveLength(1);
  });

  test("that comes twice is acknowledged and stored once (T17)", async () => {
    await deliver();
    expect(await deliver()).toEqual({ status: 202, said: "duplicate: this delivery is already stored\n" });
    expect(await deliver({ headers: { "x-github-delivery": "guid-2" } })).toMatchObject({ status: 202 });
    expect(stored).toHaveLength(1);
  });

  test("of an event nobody handles is acknowledged, logged and not stored", async () => {
    const star = await deliver({ headers: { "x-github-event": "star" } });
    expect(star).toEqual({ status: 202, said: "ignored: the event is not handled\n" });
    expect(log).toMatchObject([{ event: "star", outcome: "ignored", reason: "the event is not handled" }]);
    expect(stored).toEqual([]);
  });

  test("is answered with 503 when the store fails, so that it can be redelivered (F7)", async () => {
    storeFault = new Fault("Could not store the delivery: the disk is full.", { kind: "engine", retry: "later" });
    expect(await deliver()).toEqual({ status: 503, said: "failed: The delivery could not be stored.\n" });
    expect(log).toMatchObject([
      { status: 503, outcome: "failed", reason: "Could not store the delivery: the disk is full." },
    ]);
    storeFault = null;
    expect(await deliver()).toMatchObject({ status: 202 });
    expect(stored).toHaveLength(1);
  });
});

describe("nothing is stored of", () => {
  const cases: readonly [title: string, sent: Sent, status: number, reason: string][] = [
    [
      "a delivery signed with another secret (F23)",
      { headers: { "x-hub-signature-256": sign(body, "a secret that is not ours") } },
      401,
      "the signature does not match the body",
    ],
    [
      "a body changed after it was signed",
      { headers: { "x-hub-signature-256": sign(`${body} `) } },
      401,
      "the signature does not match the body",
    ],
    [
      "an unsigned delivery",
      { headers: { "x-hub-signature-256": undefined } },
      401,
      "the delivery is not signed with SHA-256",
    ],
    [
      "a delivery signed with SHA-1 only",
      {
        headers: {
          "x-hub-signature-256": undefined,
          "x-hub-signature": `sha1=${createHmac("sha1", secret).update(body).digest("hex")}`,
        },
      },
      401,
      "a SHA-1 signature is not enough",
    ],
    [
      "a signature that is no signature",
      { headers: { "x-hub-signature-256": "sha256=0000" } },
      401,
      "the delivery is not signed with SHA-256",
    ],
    [
      "a delivery without an event's name",
      { headers: { "x-github-event": undefined } },
      400,
      "the headers of a GitHub delivery are missing",
    ],
    [
      "a delivery without a GUID",
      { headers: { "x-github-delivery": undefined } },
      400,
      "the headers of a GitHub delivery are missing",
    ],
    ["a form", { headers: { "content-type": "application/x-www-form-urlencoded" } }, 415, "the body must be JSON"],
    ["a GET", { method: "GET" }, 405, "only POST is accepted"],
    ["malformed JSON", { text: '{"action":' }, 400, "the body is not a JSON object"],
    ["JSON that is no object", { text: "[1]" }, 400, "the body is not a JSON object"],
    ["an empty body", { text: "" }, 401, "the signature does not match the body"],
    ["a body that is not UTF-8", { text: Buffer.from([0x7b, 0xff, 0x7d]) }, 400, "the body is not UTF-8"],
    ["a body of 26 MB (F26)", { text: Buffer.alloc(26 * 1_024 * 1_024, 0x20) }, 413, "the body is over 25 MB"],
  ];

  test.each(cases)("%s", async (_, sent, status, reason) => {
    expect(await deliver(sent)).toEqual({ status, said: `refused: ${reason}\n` });
    expect(log).toMatchObject([{ status, outcome: "refused", reason }]);
    expect(stored).toEqual([]);
  });
});

test("a body that breaks off is logged and not stored", async () => {
  const logged = new Promise<DeliveryLog>((resolve) => {
    onLog = resolve;
  });
  const begun = once(server, "request");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const head = ["POST / HTTP/1.1", "host: here", "content-type: application/json", "content-length: 1000"];
  head.push("x-github-event: issues", "x-github-delivery: guid-1", `x-hub-signature-256: ${sign(body)}`);
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  await begun;
  socket.destroy();
  expect(await logged).toMatchObject({ status: 400, outcome: "refused", reason: "the body broke off" });
  expect(stored).toEqual([]);
});

test("a delivery that no handler takes is answered with 503, never as if it were stored", async () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await listen(await startProbot(() => {}, { appId: 1, privateKey, secret, log: pino({ level: "silent" }) }));
  expect(await deliver()).toMatchObject({ status: 503 });
  expect(log).toMatchObject([{ outcome: "failed", reason: "no handler stored the delivery" }]);
});

test("a short secret refuses to start", () => {
  const options = { probot, reader, accept: async () => true, now: () => 0, log: () => {} };
  expect(() => deliveryHandler({ ...options, secrets: [secret, "short"] })).toThrow("shorter than 16 characters");
});

test("bodies that nobody signed are held up to 32 MB in all, and a good delivery is answered meanwhile (F4)", async () => {
  const head = [
    "POST / HTTP/1.1",
    "host: here",
    "content-type: application/json",
    `content-length: ${25 * 1024 * 1024}`,
  ];
  head.push("x-github-event: push", "x-github-delivery: a", `x-hub-signature-256: sha256=${"0".repeat(64)}`);
  const chunk = Buffer.alloc(1024 * 1024, 97);
  const before = process.memoryUsage().arrayBuffers;
  const sockets = Array.from({ length: 60 }, () => connect((server.address() as AddressInfo).port, "127.0.0.1"));
  try {
    let most = 0;
    for (let round = 0; round < 3; round++) {
      for (const socket of sockets) {
        if (round === 0) socket.on("error", () => {}).write(`${head.join("\r\n")}\r\n\r\n`);
        socket.write(chunk);
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
      most = Math.max(most, process.memoryUsage().arrayBuffers - before - unsent(sockets));
      expect(
        await deliver({ text: `{"n":${round}}`, headers: { "x-github-delivery": `good-${round}` } }),
      ).toMatchObject({ status: 202 });
    }
    expect(most).toBeLessThan(100 * 1024 * 1024);
    expect(log.filter(({ status }) => status === 503).length).toBeGreaterThan(20);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}, 60_000);

/** Of the senders' own bytes, which this same process holds. */
function unsent(sockets: readonly Socket[]): number {
  return sockets.reduce((sum, socket) => sum + socket.writableLength, 0);
}

test("a refusal for want of room says when to come again", async () => {
  const holding = createHolding(100);
  const gone: string[] = [];
  const large = holding.hold(() => gone.push("large"));
  const small = holding.hold(() => gone.push("small"));
  expect(large.grow(80)).toBe(true);
  expect(small.grow(30)).toBe(true);
  expect(gone).toEqual(["large"]);
  small.verified();
  const next = holding.hold(() => gone.push("next"));
  expect(next.grow(90)).toBe(false);
  expect(gone).toEqual(["large"]);
  small.release();
  expect(holding.bytes).toBe(0);
});

describe("a signed body of nothing but structure", () => {
  const cases: readonly [string, string, string][] = [
    ["24 MB of opening brackets", "[".repeat(24 * 1024 * 1024), "the body nests more than 64 deep"],
    ["of more parts than a payload has", `{"a":[${"1,".repeat(1_000_000)}1]}`, "the body has more than 500000 parts"],
    ["of 50 KB of opening brackets", "[".repeat(50 * 1024), "the body is not a JSON object"],
  ];
  test.each(cases)(
    "%s is refused, and holds nobody up",
    async (_, text, reason) => {
      const answered: string[] = [];
      const large = deliver({ text }).then((answer) => {
        answered.push("large");
        expect(answer).toEqual({ status: 400, said: `refused: ${reason}\n` });
      });
      const small = deliver({ headers: { "x-github-delivery": "small" } }).then(() => answered.push("small"));
      await Promise.all([large, small]);
      if (text.length > 64 * 1024) expect(answered[0]).toBe("small");
    },
    30_000,
  );
});

test("a large body is read in a thread of its own, to the same end", async () => {
  const text = JSON.stringify({ action: "opened", installation: { id: 7 }, note: "x".repeat(2_000_000) });
  expect(await deliver({ text })).toEqual({ status: 202, said: `stored: ${ignoredHere.reason}\n` });
  expect(stored[0]).toMatchObject({ translated: ignoredHere, origin: { installationId: 7 } });
});

describe("what is not known to be GitHub's", () => {
  const taken = { unverified: 0, refused: 0 };
  const pace = (name: keyof typeof taken, waitMs = 0) => ({
    take: (amount: number) => {
      taken[name] += amount;
      return waitMs;
    },
  });

  async function paced(waitMs: { unverified?: number; refused?: number } = {}) {
    Object.assign(taken, { unverified: 0, refused: 0 });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await listen(probot, {
      unverified: pace("unverified", waitMs.unverified),
      refused: pace("refused", waitMs.refused),
    });
  }

  test("T8: a delivery of a usual size that is signed takes nothing of the paces, and one that is not waits for its answer", async () => {
    await paced({ refused: 150 });
    expect(await deliver()).toMatchObject({ status: 202 });
    expect(taken).toEqual({ unverified: 0, refused: 0 });
    const began = performance.now();
    expect(await deliver({ headers: { "x-hub-signature-256": sign("else") } })).toMatchObject({ status: 401 });
    expect(performance.now() - began).toBeGreaterThan(140);
    expect(await deliver({ method: "GET" })).toMatchObject({ status: 405 });
    expect(taken).toEqual({ unverified: 0, refused: 2 });
  });

  test("T8: of a long body only the first part is read at once, whoever it is from", async () => {
    await paced({ unverified: 5 });
    const text = JSON.stringify({ ...JSON.parse(body), more: "x".repeat(1_000_000) });
    expect(await deliver({ text })).toMatchObject({ status: 202 });
    expect(taken.unverified).toBeGreaterThan(600_000);
    expect(taken.unverified).toBeLessThan(900_000);
    expect(taken.refused).toBe(0);
  });
});
