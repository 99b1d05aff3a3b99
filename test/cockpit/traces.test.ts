// Loops as OpenTelemetry traces: what a real collector of OTLP over HTTP receives, of a whole loop, of a killed App and of the demo.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { collectorIn } from "../../src/cockpit/traces/collector.ts";
import { createExporter } from "../../src/cockpit/traces/export.ts";
import { createTeller } from "../../src/cockpit/traces/teller.ts";
import { rootIdOf, type SpanData, treeOf } from "../../src/cockpit/traces/tree.ts";
import type { Decided } from "../../src/engine/ports.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { start } from "../cli/command.ts";
import { aKillableApp, end } from "../faults/killable.ts";
import { aLoop, anAttempt, anEndedLoop, aRun, aVerdict, labelledAt, minute } from "../loop/builder.ts";
import { until } from "../until.ts";

interface Received {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
}

/** Takes what is sent to `/v1/traces` as a collector does, and declines all else. */
async function aCollector() {
  const spans: Received[] = [];
  const headers: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const isTraces = request.method === "POST" && request.url === "/v1/traces";
    if (!isTraces || request.headers["content-type"] !== "application/json") return response.writeHead(404).end();
    headers.push(request.headers["x-key"] as string | undefined);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    for (const { scopeSpans } of resourceSpans) for (const one of scopeSpans) spans.push(...one.spans);
    return response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, headers };
}

const hasRoot = (spans: readonly Received[]) => spans.some(({ name }) => name === "loop");

/** Spans by their ids; one that was told twice says the same both times. */
function whole(spans: readonly Received[]): Map<string, Received> {
  const byId = new Map<string, Received>();
  for (const span of spans) {
    const known = byId.get(span.spanId);
    if (known !== undefined && span.name !== "verdict") expect(span).toEqual(known);
    byId.set(span.spanId, span);
  }
  return byId;
}

/** One trace; all but its root have a parent in it, which begins no later and ends no earlier. */
function expectNested(spans: readonly Received[]): string[] {
  const byId = whole(spans);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const wrong: string[] = [];
  for (const span of byId.values()) {
    const [begins, ends] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
    if (begins > ends || begins === 0n) wrong.push(`${span.name} is not closed`);
    if (span.name === "loop") continue;
    const parent = byId.get(span.parentSpanId ?? "");
    if (parent === undefined) wrong.push(`${span.name} has no parent`);
    else if (begins < BigInt(parent.startTimeUnixNano) || ends > BigInt(parent.endTimeUnixNano))
      wrong.push(`${span.name} is not within ${parent.name}`);
  }
  expect(wrong).toEqual([]);
  return [...byId.values()].map(({ name }) => name);
}

const parentOf = (spans: readonly Received[], name: string) => {
  const span = spans.find((one) => one.name === name);
  return spans.find(({ spanId }) => spanId === span?.parentSpanId)?.name;
};

test("a loop is one trace: deliveries, decisions, runs and the verdict, nested and closed", async () => {
  const collector = await aCollector();
  const { forge, repository, start: startApp, openIssue } = await aKillableApp({ collector: collector.url });
  await startApp();
  const issue = openIssue();
  forge.as("alice").label(issue, "loop");
  const pull = () => [...repository.issues.values()].find((one) => one.pull !== null)?.pull;
  await until(() => pull()?.draft === false);
  forge.as("bob").approve(pull() ?? expect.fail("there is a pull request"));
  await until(() => hasRoot(collector.spans));
  const names = expectNested(collector.spans);
  const told = [
    "attempt 1",
    "decide labelled",
    "delivery",
    "invoke_agent executor",
    "invoke_agent reviewer",
    "verdict",
  ];
  expect(names).toEqual(expect.arrayContaining(told));
  expect(parentOf(collector.spans, "decide labelled")).toBe("delivery");
  expect(parentOf(collector.spans, "invoke_agent executor")).toBe("attempt 1");
  expect(parentOf(collector.spans, "attempt 1")).toBe("loop");
  const text = JSON.stringify(collector.spans);
  expect(text).not.toMatch(/Totals are wrong|2 3 must be 5/); // what people wrote stays where it is
});

test("after a kill in the middle of a run the trace is whole all the same", async () => {
  const collector = await aCollector();
  const { forge, repository, start: startApp, openIssue } = await aKillableApp({ collector: collector.url });
  const first = await startApp();
  const issue = openIssue();
  forge.as("alice").label(issue, "loop");
  await until(() => collector.spans.some(({ name }) => name === "decide run_started"));
  await end(first);
  await startApp();
  const pull = () => [...repository.issues.values()].find((one) => one.pull !== null)?.pull;
  await until(() => pull()?.draft === false);
  forge.as("bob").approve(pull() ?? expect.fail("there is a pull request"));
  await until(() => hasRoot(collector.spans));
  expect(expectNested(collector.spans)).toEqual(expect.arrayContaining(["invoke_agent executor", "verdict"]));
});

test("the demo sends its loop where OTEL_EXPORTER_OTLP_ENDPOINT says", async () => {
  const collector = await aCollector();
  const temp = mkdtempSync(join(tmpdir(), "lg-traces-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20key" };
  const running = start(["demo", "--runtime", "process"], { TMPDIR: temp, ...env });
  await running.said(/press Enter here and bob approves/);
  running.type("\n");
  const { code } = await running.ended;
  expect(code).toBe(0);
  expect(expectNested(collector.spans).filter((name) => name === "invoke_agent executor").length).toBe(2);
  expect(new Set(collector.headers)).toEqual(new Set(["a key"]));
}, 300_000);

test("nothing is sent unless the environment says where", () => {
  expect(collectorIn({})).toBeNull();
  expect(collectorIn({ OTEL_EXPORTER_OTLP_ENDPOINT: "" })).toBeNull();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/", OTEL_EXPORTER_OTLP_HEADERS: "a=1, b = %E0 ,c" };
  expect(collectorIn(env)).toEqual({ endpoint: "http://c:4318/", headers: { a: "1", b: "%E0" } });
});

test("a collector that takes spans in and never answers holds up the end for two seconds, which is said, and nothing of it stays", async () => {
  const server = createNetServer(() => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const told: string[] = [];
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const exporter = createExporter({ endpoint, headers: {} }, (what) => told.push(what));
  const [connected] = [once(server, "connection")];
  exporter.send(treeOf(over()));
  const [socket] = (await connected) as [Socket];
  const gone = once(socket.resume(), "close");
  const from = performance.now();
  await exporter.close();
  expect(performance.now() - from).toBeLessThan(5_000);
  expect(told).toEqual([`The collector at ${endpoint} did not take the last spans within 2 s; they are lost.`]);
  await gone;
}, 30_000);

test("a collector that answers has the last spans at the end, and nothing is said", async () => {
  const collector = await aCollector();
  const told: string[] = [];
  const exporter = createExporter({ endpoint: collector.url, headers: {} }, (what) => told.push(what));
  exporter.send(treeOf(over()));
  await exporter.close();
  expect(hasRoot(collector.spans)).toBe(true);
  expect(told).toEqual([]);
}, 30_000);

test.each(["localhost:4318", "collector", "ftp://c:4318", "http//c"])(
  "%s is no address that spans can be sent to",
  (endpoint) => {
    expect(() => collectorIn({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toThrow(
      /OTEL_EXPORTER_OTLP_ENDPOINT.*http:\/\//,
    );
  },
);

const toolCalls = [{ tool: "run_checks", calls: 3, refused: 1, failed: 0, ms: 5_000, bytes: 9 }];
const run = aRun({ toolCalls, spentNano: 2_000_000_000, tokens: { input: 100, cached: 40, output: 7 } });
const attempts = [anAttempt({ runs: [run], verdict: aVerdict(), endedAt: run.endedAt })];
const over = () =>
  anEndedLoop({ reason: "cancelled", of: "told", said: "", at: labelledAt + 5 * minute }, { attempts });

test("a run bears GenAI's names with its tokens, and each tool is a span below it", () => {
  const spans = treeOf(over());
  const agent = spans.find(({ name }) => name === "invoke_agent executor");
  expect(agent?.attributes).toMatchObject({
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 7,
    "loopgate.cost_usd": 2,
  });
  const tool = spans.find(({ name }) => name === "execute_tool run_checks");
  expect(tool).toMatchObject({ parentId: agent?.spanId, attributes: { "loopgate.tool.calls": 3 } });
  expect((tool?.endMs ?? 0) - (tool?.startMs ?? 0)).toBe(5_000);
});

function decided(before: LoopState | null, after: LoopState): Decided {
  const event = { type: "hold_taken_off" } as const;
  return { issueKey: "1#1", event, before, after, seq: 7, storedAt: 5, at: 9 };
}

test("each span is told once, and of a loop that another process had begun all of it at its end", () => {
  const told: SpanData[] = [];
  const teller = createTeller((spans) => told.push(...spans));
  const live = aLoop({ attempts, phase: "awaiting_gate" });
  teller.decided(decided(null, live));
  teller.decided(decided(live, live));
  teller.decided(decided(live, over()));
  const names = () => told.map(({ name }) => name).filter((name) => !name.startsWith("decide"));
  expect(names().sort()).toEqual(["attempt 1", "execute_tool run_checks", "invoke_agent executor", "loop", "verdict"]);
  told.splice(0);
  const later = createTeller((spans) => told.push(...spans));
  later.decided(decided(live, live));
  expect(names()).toEqual([]);
  later.decided(decided(live, over()));
  expect(names().length).toBe(5);
});

test("a retry is another span at the top of the same trace, and what it grants time for hangs below it", () => {
  const first = over();
  const again = { ...first, grantedAt: first.grantedAt + minute };
  expect(treeOf(first)[0]?.traceId).toBe(treeOf(again)[0]?.traceId);
  expect(rootIdOf(first)).not.toBe(rootIdOf(again));
  expect(treeOf(again).map(({ name }) => name)).toEqual(["loop"]);
});
