// The budget: never passed, whatever the calls do; short before its end, with a last tenth for handing over.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Balance,
  createLedger,
  freeOf,
  grantOf,
  keptForHandover,
  type Ledger,
} from "../../../src/gateway/model/ledger.ts";
import * as payloads from "./payloads.ts";
import { anUpstream, events, json, type Received, type Script } from "./upstream.ts";
import { aWorld, dollar, type World } from "./world.ts";

const prices = { "anthropic/*": { input: 3, output: 15 } };

const claude = ({ token }: Pick<World, "token">, maxTokens: number, text = "Hi", stream = false) => ({
  path: "/model/anthropic/v1/messages",
  headers: { "x-api-key": token },
  body: { model: "any", max_tokens: maxTokens, stream, messages: [{ role: "user", content: text }] },
});

/** Answers with as much as it may, and nothing else. */
const verbose: Script = (received, response) =>
  json(payloads.anthropicWhole({ input: 100, output: received.body.max_tokens }))(received, response);

const sentenceIn = (text: string) => JSON.parse(text).error.message as string;

describe("a ledger", () => {
  const balance = (settled: number, reserved: number): Balance => ({ budget: 1001, settled, reserved });

  test("keeps a tenth, rounded up, from work", () => {
    expect(keptForHandover(1001)).toBe(101);
    expect(freeOf(balance(0, 0), "work")).toBe(900);
    expect(freeOf(balance(0, 0), "handover")).toBe(1001);
    expect(freeOf(balance(950, 40), "work")).toBe(0);
    expect(freeOf(balance(950, 40), "handover")).toBe(11);
  });

  test.each([
    ["all that is wanted", 100, 200, 200],
    ["what is left", 100, 2000, 400],
    ["the last of it", 400, 400, 400],
    ["nothing below what is needed", 401, 2000, null],
  ])("grants %s", (_, least, most, granted) => {
    expect(grantOf(balance(300, 200), { least, most, share: "work" })).toBe(granted);
  });

  test("settles a reservation once", async () => {
    const ledger = createLedger(1000);
    const held = await ledger.reserve({ least: 10, most: 100, share: "work" });
    await ledger.settle(held?.id ?? "", 30);
    await ledger.settle(held?.id ?? "", 30);
    expect(await ledger.balance()).toEqual({ budget: 1000, settled: 30, reserved: 0 });
  });
});

describe("a call near the end of the budget", () => {
  test("is answered as long as the budget pays: its output is clamped to that", async () => {
    const upstream = await anUpstream(verbose);
    const world = await aWorld({ upstream, prices, ledger: createLedger(0.05 * dollar) });
    await world.send(claude(world, 50_000));
    const [call] = world.calls;
    expect(upstream.received[0]?.body.max_tokens).toBe(call?.outputLimit);
    expect(call?.outputLimit).toBeLessThan(50_000);
    expect(call?.reservedUsd).toBeLessThanOrEqual(0.045);
    expect(call?.reservedUsd).toBeGreaterThan(0.0449);
  });

  test("asks for no more than a call may have, where the request says nothing", async () => {
    const upstream = await anUpstream(json(payloads.responsesWhole({ input: 10, output: 1 })));
    const world = await aWorld({ upstream });
    const headers = { authorization: `Bearer ${world.token}` };
    await world.send({ path: "/model/openai/v1/responses", headers, body: { model: "gpt-5", input: "Hi" } });
    expect(upstream.received[0]?.body.max_output_tokens).toBe(64_000);
  });

  test("is refused when work is over, however often it is made; the last tenth is for handing over, in short answers, to its end", async () => {
    const upstream = await anUpstream(verbose);
    const world = await aWorld({ upstream, prices, ledger: createLedger(dollar) });
    const send = async (times: number) => {
      const answers = [];
      for (let made = 0; made < times; made++) answers.push(await world.send(claude(world, 10_000)));
      return answers;
    };
    const work = await send(20);
    const refused = work.findIndex(({ status }) => status === 400);
    expect(refused).toBeGreaterThan(0);
    expect(work.slice(refused).map(({ status }) => status)).toEqual(Array(20 - refused).fill(400));
    expect(sentenceIn(work.at(-1)?.text ?? "")).toMatch(/^The budget for work is used up\./);
    const atWorksEnd = await world.ledger.balance();
    expect(atWorksEnd.settled).toBeGreaterThan(0.8 * dollar);
    expect(atWorksEnd.settled).toBeLessThanOrEqual(0.9 * dollar);

    world.keepOpen(true);
    const handover = await send(4);
    const calls = world.calls.slice(20);
    expect(calls.map(({ share }) => share)).toContain("handover");
    for (const { outputLimit } of calls.filter(({ share }) => share === "handover"))
      expect(outputLimit).toBeLessThanOrEqual(4096);
    expect(sentenceIn(handover.at(-1)?.text ?? "")).toMatch(/^The budget is used up\./);
    const { settled } = await world.ledger.balance();
    expect(settled).toBeGreaterThan(0.9 * dollar);
    expect(settled).toBeLessThanOrEqual(dollar);
  });

  test("is refused again once the time for handing over has passed", async () => {
    const upstream = await anUpstream(verbose);
    const world = await aWorld({ upstream, prices, ledger: createLedger(dollar) });
    world.keepOpen(true);
    while ((await world.ledger.balance()).settled <= 0.9 * dollar) await world.send(claude(world, 5000));
    expect((await world.send(claude(world, 1))).status).toBe(200);
    world.keepOpen(false);
    expect((await world.send(claude(world, 1))).status).toBe(400);
  });

  test("that is too large for what is left leaves it to smaller ones, which are work as before", async () => {
    const upstream = await anUpstream(verbose);
    const world = await aWorld({ upstream, prices, ledger: createLedger(dollar) });
    expect((await world.send(claude(world, 1000, "x".repeat(400_000)))).status).toBe(400);
    expect((await world.send(claude(world, 1000))).status).toBe(200);
    expect(world.calls).toMatchObject([{ problem: "budget" }, { share: "work", outputLimit: 1000 }]);
  });

  test("waits for calls in flight rather than being refused", async () => {
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: firstArrived } = Promise.withResolvers<void>();
    const upstream = await anUpstream(async (received, response) => {
      firstArrived();
      await mayEnd;
      json(payloads.anthropicWhole({ input: 100, output: 10 }))(received, response);
    });
    const ledger = observed(createLedger(0.05 * dollar));
    const world = await aWorld({ upstream, prices, ledger });
    const first = world.send(claude(world, 50_000));
    await arrived;
    const declined = ledger.nextDeclined();
    const second = world.send(claude(world, 50_000));
    await declined;
    expect(upstream.received).toHaveLength(1);
    end();
    expect((await first).status).toBe(200);
    expect((await second).status).toBe(200);
  });

  test("is not refused for money that comes free while it is being asked for", async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    const { promise: declinedOnce, resolve: declined } = Promise.withResolvers<void>();
    const inner = createLedger(0.05 * dollar);
    const slow: Ledger = {
      ...inner,
      async reserve(want) {
        const held = await inner.reserve(want);
        if (held !== null) return held;
        declined();
        await mayAnswer;
        return null;
      },
    };
    const upstream = await anUpstream(async (received, response) => {
      if (upstream.received.length === 1) await declinedOnce;
      json(payloads.anthropicWhole({ input: 100, output: 10 }))(received, response);
    });
    const world = await aWorld({ upstream, prices, ledger: slow });
    const first = world.nextCall();
    const sent = [world.send(claude(world, 50_000)), world.send(claude(world, 50_000))];
    await first;
    answer();
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([200, 200]);
  });
});

/** A ledger that says when it could not grant. */
function observed(ledger: Ledger): Ledger & { nextDeclined(): Promise<void> } {
  let tell: () => void = () => undefined;
  return {
    ...ledger,
    async reserve(want) {
      const held = await ledger.reserve(want);
      if (held === null) tell();
      return held;
    },
    nextDeclined: () =>
      new Promise((resolve) => {
        tell = resolve;
      }),
  };
}

const endings = [
  "whole",
  "stream",
  "cut",
  "missing",
  "limited",
  "between",
  "hangs_up",
  "left",
  "error_inside",
] as const;

interface Drive {
  readonly ending: (typeof endings)[number];
  readonly asks: number;
  readonly text: number;
  /** How much of what it could the provider really uses, of input and output. */
  readonly uses: number;
  /** How many earlier calls of this run are waited for before this one is made. */
  readonly after: number;
}

const drive: fc.Arbitrary<Drive> = fc.record({
  ending: fc.constantFrom(...endings),
  asks: fc.integer({ min: 1, max: 100_000 }),
  text: fc.integer({ min: 1, max: 20_000 }),
  uses: fc.double({ min: 0, max: 1, noNaN: true }),
  after: fc.integer({ min: 0, max: 3 }),
});

describe("whatever calls do, at any time at once", () => {
  test("settled + reserved never passes the budget, work never touches the last tenth, and nothing is counted too low (I10)", async () => {
    let refusedOnce = 0;
    let handedOver = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(drive, { minLength: 4, maxLength: 14 }),
        fc.integer({ min: 1, max: 40 }),
        async (drives, cents) => {
          const budget = (cents / 100) * dollar;
          const { world, billed, broken } = await aDrivenWorld(drives, budget);
          const sent: Promise<unknown>[] = [];
          for (const [number, one] of drives.entries()) {
            await Promise.all(sent.slice(0, Math.max(0, number - one.after)));
            world.keepOpen(number >= drives.length / 2);
            sent.push(driveCall(world, number, one));
          }
          await Promise.all(sent);
          while (world.calls.length < drives.length) await world.nextCall();
          const { settled, reserved } = await world.ledger.balance();
          expect(broken).toEqual([]);
          expect(reserved).toBe(0);
          expect(settled).toBeGreaterThanOrEqual(billed());
          expect(settled).toBeLessThanOrEqual(budget);
          const recorded = world.calls.reduce((sum, { costUsd }) => sum + Math.round(costUsd * 1e9), 0);
          expect(recorded).toBe(settled);
          refusedOnce += world.calls.some(({ problem }) => problem === "budget") ? 1 : 0;
          handedOver += world.calls.some(({ share }) => share === "handover") ? 1 : 0;
        },
      ),
      { numRuns: 60 },
    );
    // The budgets are such that both sides of every limit are seen.
    expect(refusedOnce).toBeGreaterThan(5);
    expect(handedOver).toBeGreaterThan(0);
  });
});

/** A provider that keeps its own bill, at the same prices, and a ledger that is looked at after every step. */
async function aDrivenWorld(drives: readonly Drive[], budget: number) {
  let bill = 0;
  const broken: string[] = [];
  const upstream = await anUpstream((received, response) => {
    const { ending, uses } = drives[Number(received.body.metadata.user_id)] as Drive;
    const figures = usedBy(received, uses);
    if (ending !== "limited") bill += figures.input * 3000 + figures.output * 15_000;
    return answers[ending](figures)(received, response);
  });
  const inner = createLedger(budget);
  const look = async (share: string) => {
    const { settled, reserved } = await inner.balance();
    if (settled + reserved > budget) broken.push(`${settled} + ${reserved} > ${budget}`);
    if (share === "work" && settled + reserved > budget - keptForHandover(budget))
      broken.push("work took the last tenth");
  };
  const ledger: Ledger = {
    ...inner,
    async reserve(want) {
      const held = await inner.reserve(want);
      await look(held === null ? "none" : want.share);
      return held;
    },
    async settle(id, cost) {
      await inner.settle(id, cost);
      await look("none");
    },
  };
  const world = await aWorld({ upstream, prices, ledger });
  return { world, billed: () => bill, broken };
}

/** At most as many tokens as bytes in, and as the limit says out. */
function usedBy({ body }: Received, uses: number) {
  const text = body.messages[0].content as string;
  return { input: Math.floor(uses * text.length) + 10, output: Math.floor(uses * body.max_tokens) };
}

type Figures = ReturnType<typeof usedBy>;

const streamOf = (figures: Figures) => payloads.sse(payloads.anthropicStream(figures), true);

const answers: Readonly<Record<Drive["ending"], (figures: Figures) => Script>> = {
  whole: (figures) => json(payloads.anthropicWhole(figures)),
  stream: (figures) => events(streamOf(figures)),
  left: (figures) => events(streamOf(figures)),
  missing: (figures) => json({ ...payloads.anthropicWhole(figures), usage: null }),
  limited: () =>
    json({ type: "error", error: { type: "rate_limit_error", message: "Slow down" } }, 429, { "retry-after": "0" }),
  between: () => (_, response) => void response.writeHead(502).end("<h1>Bad gateway</h1>"),
  hangs_up: () => (_, response) => void response.socket?.destroy(),
  error_inside: (figures) => events([...streamOf(figures).slice(0, 3), 'data: {"type":"error","error":{}}\n\n']),
  cut: (figures) => (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(streamOf(figures).slice(0, 4).join(""), () => response.destroy());
  },
};

async function driveCall(world: World, number: number, { ending, asks, text }: Drive): Promise<void> {
  const stream = ["stream", "cut", "left", "error_inside"].includes(ending);
  const given = claude(world, asks, "x".repeat(text), stream);
  const body = { ...given.body, metadata: { user_id: String(number) } };
  const onData = ending === "left" ? (leave: () => void) => leave() : undefined;
  await world.send({ ...given, body, onData }).catch(() => undefined);
}
