// What a hostile run costs the App: bytes under way are bounded over all runs, large requests and events block nobody.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { createInFlight } from "../../../src/gateway/in-flight.ts";
import { readyOf } from "../../../src/gateway/model/ready.ts";
import { createModelShared } from "../../../src/gateway/model/session.ts";
import { createSseReader } from "../../../src/gateway/model/sse.ts";
import * as payloads from "./payloads.ts";
import { anUpstream, events, json, type Upstream } from "./upstream.ts";
import { aWorld, type World } from "./world.ts";

const mebibyte = 1024 * 1024;
const answer = payloads.anthropicWhole({ input: 10, output: 1 });
const prices = { "anthropic/*": { input: 0, output: 0 } };

const call = ({ token }: Pick<World, "token">, content: string) => ({
  path: "/model/anthropic/v1/messages",
  headers: { "x-api-key": token },
  body: JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content }] }),
});

/** A provider that throws away what it is sent and answers when it may: it takes no time that the gateway would be blamed for. */
async function aSink(mayAnswer: (size: number) => Promise<void> = async () => {}): Promise<Upstream> {
  const server = createServer((incoming, response) => {
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
    });
    incoming.on("end", async () => {
      await mayAnswer(size);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received: [], script: () => {} };
}

/** The longest that the event loop stood still meanwhile, in milliseconds. */
async function longestStill(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 5 });
  histogram.enable();
  try {
    await work();
  } finally {
    await new Promise((resolve) => setTimeout(resolve, 20)); // so that a stand at the very end is seen
    histogram.disable();
  }
  return histogram.max / 1e6;
}

describe("bytes under way", () => {
  test("one run alone has half of the room, and there is always some for another", () => {
    const room = createInFlight(1024);
    const [greedy, second, third] = [room.holder(), room.holder(), room.holder()];
    const takeAll = (holder: typeof greedy) => {
      let taken = 0;
      while (holder.grow(1)) taken++;
      return taken;
    };
    expect([takeAll(greedy), takeAll(second), takeAll(third)]).toEqual([512, 256, 128]);
    greedy.shrink(512);
    expect(second.grow(1)).toBe(true);
  });

  test("of sixteen calls with 19 MB each those over the run's share are refused, told and counted; another run's go on", async () => {
    const { promise: mayAnswer, resolve } = Promise.withResolvers<void>();
    const upstream = await aSink((size) => (size > 1000 ? mayAnswer : Promise.resolve()));
    const shared = createModelShared();
    const [hostile, good] = [await aWorld({ upstream, prices, shared }), await aWorld({ upstream, prices, shared })];
    const large = call(hostile, "x".repeat(19_000_000));
    const sent = Array.from({ length: 16 }, () => hostile.send(large));
    while (hostile.calls.length < 15) await hostile.nextCall();
    const refused = hostile.calls.map(({ outcome, problem }) => `${outcome} ${problem}`);
    expect(new Set(refused)).toEqual(new Set(["refused no_room"]));
    expect(shared.inFlight.bytes).toBeLessThanOrEqual(32 * mebibyte);
    expect((await good.send(call(good, "Hi"))).status).toBe(200);
    resolve();
    const answers = await Promise.all(sent.map((one) => one.catch(() => null)));
    const told = answers.find((one) => one?.status === 429);
    expect(JSON.parse(told?.text ?? "{}")).toMatchObject({ type: "error", error: { type: "rate_limit_error" } });
    expect(answers.filter((one) => one?.status === 200)).toHaveLength(1);
    expect(shared.inFlight.bytes).toBe(0);
  });

  test("T8: a run that sends more at once than it may is read at its pace, and whoever does not is not held up", async () => {
    const shared = createModelShared();
    const upstream = await aSink();
    const limits = { burstBytes: 200_000, bytesPerSecond: 20_000 };
    const [eager, calm] = [
      await aWorld({ upstream, prices, shared, limits }),
      await aWorld({ upstream, prices, shared, limits }),
    ];
    const sent = eager.send(call(eager, "x".repeat(400_000))).catch(() => "cut");
    expect((await calm.send(call(calm, "x".repeat(100_000)))).status).toBe(200);
    expect(await Promise.race([sent, delay(2_000, "in its turn")])).toBe("in its turn");
    expect(shared.inFlight.bytes).toBeGreaterThan(200_000);
  });

  test("are given back after every end of a call", async () => {
    const shared = createModelShared();
    const upstream = await anUpstream(json({ type: "error", error: { type: "overloaded_error" } }, 529));
    const world = await aWorld({ upstream, prices, shared });
    const fitting = call(world, "x".repeat(300_000));
    await world.send(fitting);
    await world.send({ ...fitting, body: "{".repeat(200) });
    await world.send({ ...fitting, body: `{"model":"m","messages":{}}` });
    upstream.script((_, response) => void response.socket?.destroy());
    await world.send(fitting);
    upstream.script((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${"x".repeat(100_000)}`, () => response.destroy());
    });
    await world.send(fitting).catch(() => null);
    while (world.calls.length < 5) await world.nextCall();
    expect(shared.inFlight.bytes).toBe(0);
  });
});

describe("a request that is large or deep", () => {
  test.each<[string, string, number]>([
    ["nests too deep", `${"[".repeat(5000)}${"]".repeat(5000)}`, 400],
    ["nests too deep in a tool's input", `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`, 400],
    ["has too many parts", `[${"0,".repeat(300_000)}0]`, 400],
    ["is all that it should be", `[${"0,".repeat(100)}0]`, 200],
  ])("that %s", async (_, input, status) => {
    const world = await aWorld({ upstream: await anUpstream(json(answer)), prices });
    const block = `{"type":"tool_use","id":"t","name":"n","input":${input}}`;
    const body = `{"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[${block}]}]}`;
    const got = await world.send({ ...call(world, ""), body });
    expect(got.status).toBe(status);
    expect(world.errors).toEqual([]);
    if (status === 400) expect(JSON.parse(got.text).error.message).toMatch(/^A request may (nest|have) \d+ /);
  });

  test("does not stop the App for as long as it takes to read", async () => {
    const world = await aWorld({ upstream: await aSink(), prices });
    const large = call(world, "x".repeat(19_000_000));
    await world.send(call(world, "x".repeat(200_000))); // the reading thread is there
    const bytes = Buffer.from(large.body);
    const from = performance.now();
    expect(readyOf(bytes, { wire: "anthropic_messages", kind: "generate" })).toHaveProperty("bulk");
    const reading = performance.now() - from;
    const still = await longestStill(() => world.send(large));
    expect(world.calls.at(-1)).toMatchObject({ outcome: "complete" });
    expect(still).toBeLessThan(reading / 2);
  });
});

describe("an event of a stream", () => {
  test("is put together in a time that grows with its length, however it is cut up", () => {
    const bytes = 32 * mebibyte;
    const reader = createSseReader();
    const piece = Buffer.from("x".repeat(1024));
    reader.push(Buffer.from("data: "));
    const began = process.cpuUsage();
    for (let at = 0; at < bytes; at += piece.length) reader.push(piece);
    expect(reader.push(Buffer.from("\n\n"))[0]?.data.length).toBe(bytes);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1_000).toBeLessThan(10_000); // some hundred milliseconds; read anew for each piece, minutes
  });

  test.each(["\n", "\r\n"])("ends after an empty line, wherever the pieces are cut (%j)", (end) => {
    const raw = [`event: a${end}data: é1${end}data: 2${end}${end}`, `data: 3${end}${end}`, `: ping${end}${end}`];
    for (const size of [1, 2, 3, 1000]) {
      const reader = createSseReader();
      const bytes = Buffer.from(raw.join(""));
      const events = [];
      for (let at = 0; at < bytes.length; at += size) events.push(...reader.push(bytes.subarray(at, at + size)));
      expect(events.map((one) => one.raw)).toEqual(raw);
      expect(events.map((one) => one.data)).toEqual(["é1\n2", "3", ""]);
      expect(reader.pending()).toBe(0);
    }
  });

  test("of 31 MB cuts the stream at its limit, and is charged; one of 3 MB passes", async () => {
    const [start = "", ...rest] = payloads.sse(payloads.anthropicStream({ input: 10, output: 5 }), true);
    const large = (megabytes: number) => [
      start,
      "data: ",
      ...Array(megabytes).fill("x".repeat(1_000_000)),
      "\n\n",
      ...rest,
    ];
    const upstream = await anUpstream(events(large(31)));
    const world = await aWorld({ upstream });
    const given = call(world, "Hi");
    const body = JSON.stringify({ ...JSON.parse(given.body), model: "claude-sonnet-4-5", stream: true });
    const recorded = world.nextCall();
    const cut = await world.send({ ...given, body });
    expect(cut).toMatchObject({ whole: false, text: start });
    expect(await recorded).toMatchObject({ outcome: "cut", estimated: true });
    upstream.script(events(large(3)));
    expect(await world.send({ ...given, body })).toMatchObject({ whole: true, text: large(3).join("") });
    expect(world.calls.at(-1)).toMatchObject({ outcome: "complete", outputTokens: 5 });
  });
});
