// Figures for Prometheus: what they count is what the loop's state has, and nothing in them is anybody's name.
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { hostname } from "node:os";
import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { openOperatorDoor } from "../../src/cockpit/door.ts";
import { createMetrics, type Metrics } from "../../src/cockpit/metrics.ts";
import { createReadiness } from "../../src/cockpit/readiness.ts";
import type { Decided } from "../../src/engine/ports.ts";
import { part } from "../docs/part.ts";
import { aLoop, anAttempt, anEndedLoop, aRun } from "../loop/builder.ts";
import { aModel, call } from "../story/model-server.ts";
import { approving, aStory, attempts, botch, mend } from "../story/world.ts";

const slots = { taken: 1, of: 4, waiting: 2 };

function figures(): Metrics {
  return createMetrics({ now: () => 90_000, slots: () => slots, disk: () => null, leads: () => true });
}

/** The samples that are not 0, by name and labels. */
async function samples({ registry }: Metrics): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split("\n").filter((line) => line.startsWith("loopgate_"));
  const told = lines.map((line) => [
    line.slice(0, line.lastIndexOf(" ")),
    Number(line.slice(line.lastIndexOf(" ") + 1)),
  ]);
  return Object.fromEntries(told.filter(([name, value]) => value !== 0 && !/_bucket|_sum/.test(String(name))));
}

const ending = { reason: "cancelled", of: "told", said: "" } as const;
const tick: Decided["event"] = { type: "alarm", name: "rest" };
const endOf = (run: string): Decided["event"] => ({
  type: "run_ended",
  run,
  endedAt: 61_000,
  status: "failed",
  exitCode: 1,
  logSha256: null,
  spentNano: 2_500_000_000,
  tokens: { input: 100, cached: 40, output: 7 },
  outOfBudget: false,
  modelDown: false,
  tools: [],
  toolCalls: [{ tool: "progress", calls: 3, refused: 1, failed: 0, ms: 5, bytes: 9 }],
  readyMs: 400,
  note: "",
  claim: null,
  change: null,
  review: null,
});

describe("what decisions add", () => {
  const run = aRun({ id: "12-a-1", startedAt: 1_000 });
  const before = aLoop({ id: "a", phase: "executing", attempts: [anAttempt({ runs: [run] })] });
  const paid = { ...run, spentNano: 2_500_000_000, tokens: { input: 100, cached: 40, output: 7 } };
  const after = { ...before, attempts: [anAttempt({ runs: [paid] })] };

  test("a run that ended counts once, with its time, its cost and what it called", async () => {
    const metrics = figures();
    const decided = { issueKey: "1#1", event: endOf(run.id), before, after };
    metrics.decided(decided);
    metrics.decided({ ...decided, event: tick, before: after });
    expect(await samples(metrics)).toMatchObject({
      'loopgate_loops{phase="executing"}': 1,
      'loopgate_runs_total{role="executor",status="failed"}': 1,
      'loopgate_run_seconds_count{role="executor"}': 1,
      'loopgate_run_ready_seconds_count{role="executor"}': 1,
      'loopgate_spent_usd_total{role="executor"}': 2.5,
      'loopgate_tokens_total{kind="input"}': 100,
      'loopgate_tokens_total{kind="cached"}': 40,
      'loopgate_tokens_total{kind="output"}': 7,
      'loopgate_tool_calls_total{tool="progress",outcome="done"}': 2,
      'loopgate_tool_calls_total{tool="progress",outcome="refused"}': 1,
      'loopgate_slots{state="all"}': 4,
      'loopgate_slots{state="taken"}': 1,
      loopgate_runs_waiting: 2,
      loopgate_leads: 1,
    });
    expect(await metrics.registry.metrics()).toContain('loopgate_run_seconds_sum{role="executor"} 60\n');
  });

  test("a loop that came back from its thread adds nothing but itself", async () => {
    const metrics = figures();
    const event = { type: "restored", record: after } as Decided["event"];
    metrics.decided({ issueKey: "1#1", event, before: null, after });
    const told = Object.keys(await samples(metrics)).filter((name) => !/slots|waiting|leads/.test(name));
    expect(told).toEqual(['loopgate_loops{phase="executing"}']);
  });

  test("a loop ends once, however often it is decided afterwards, and again where it was retried", async () => {
    const metrics = figures();
    const over = anEndedLoop(ending);
    const decide = (from: Decided["before"], to: Decided["after"]) =>
      metrics.decided({ issueKey: "1#1", event: tick, before: from, after: to });
    const alive = { ...over, phase: "preparing", ending: null } as const;
    decide(alive, over);
    decide(over, over);
    expect(await samples(metrics)).toMatchObject({ 'loopgate_loops_ended_total{reason="cancelled"}': 1 });
    decide(over, alive);
    decide(alive, over);
    const told = await samples(metrics);
    expect(told['loopgate_loops_ended_total{reason="cancelled"}']).toBe(2);
    expect(Object.keys(told).filter((name) => name.startsWith("loopgate_loops{"))).toEqual([]);
  });

  test("loops that were there at the start count, and the one that waited longest at its gate is known", async () => {
    const metrics = figures();
    metrics.began([
      { issueKey: "1#1", phase: "awaiting_gate", gateSince: 60_000, waits: null },
      { issueKey: "1#2", phase: "awaiting_gate", gateSince: 80_000, waits: null },
      { issueKey: "1#3", phase: "paused", gateSince: 1, waits: null },
      { issueKey: "1#4", phase: "preparing", gateSince: null, waits: "day" },
    ]);
    expect(await samples(metrics)).toMatchObject({
      'loopgate_loops{phase="awaiting_gate"}': 2,
      'loopgate_loops{phase="paused"}': 1,
      'loopgate_loops_waiting{of="day"}': 1,
      loopgate_oldest_gate_seconds: 30,
    });
  });
});

test("a loop's figures are those of its state, without a name of anybody", async () => {
  const model = await aModel();
  const story = await aStory({
    figures: true,
    executor: `${call}; ${attempts(botch("no"), mend)}`,
    reviewer: approving,
    models: [{ name: "openai", family: "openai", baseUrl: model.url, key: "sk-the-real-key", priceId: null }],
    prices: { "openai/*": { input: 4, output: 20 } },
  });
  const issue = await story.startLoop();
  const read = async () => (await fetch(`${story.app().operatorUrl}/metrics`)).text();
  const text = await read();
  const state = await story.state(issue);
  const spent = state.attempts.flatMap(({ runs }) => runs).reduce((sum, { spentNano }) => sum + spentNano, 0);
  expect(spent).toBeGreaterThan(0);
  for (const line of [
    'loopgate_loops{phase="awaiting_gate"} 1',
    'loopgate_attempts_total{verdict="red"} 1',
    'loopgate_attempts_total{verdict="green"} 1',
    'loopgate_runs_total{role="executor",status="finished"} 2',
    'loopgate_runs_total{role="reviewer",status="finished"} 2',
    `loopgate_spent_usd_total{role="executor"} ${spent / 1e9}`,
    `loopgate_deliveries_total{status="202"}`,
  ])
    expect(text).toContain(line);
  for (const name of ["alice", "acme", "shop", "Totals"]) expect(text).not.toContain(name);
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect(await read()).toContain('loopgate_loops_ended_total{reason="task_complete"} 1');
  const ready = await fetch(`${story.app().operatorUrl}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([200, "ready\nstore ok\ncontainers ok\ndisk ok\n"]);
  expect((await fetch(`${story.app().url}/metrics`)).status).toBe(404); // not where strangers come
});

describe("the operator's door", () => {
  const never = () => new Promise<never>(() => {});

  async function aDoor(parts: Parameters<typeof createReadiness>[0]) {
    const readiness = createReadiness(parts, () => performance.now());
    const { registry } = figures();
    const door = await openOperatorDoor({ host: "127.0.0.1", port: 0, registry, readiness, onError: () => {} });
    onTestFinished(() => door.close());
    return door.url;
  }

  test("says so too of a part that throws before it promises anything", async () => {
    const closed = () => {
      throw new Error("closed");
    };
    const readiness = createReadiness({ store: closed }, () => 0);
    expect(await readiness()).toEqual({ ready: false, lines: ["store cannot be used"] });
  });

  test("says what cannot be used, and waits for nothing that does not answer", async () => {
    const broken = () => Promise.reject(new Error("/var/lib/secret is gone"));
    const url = await aDoor({ store: async () => {}, containers: never, disk: broken });
    const answer = await fetch(`${url}/readyz`);
    expect([answer.status, await answer.text()]).toEqual([
      503,
      "not ready\nstore ok\ncontainers did not answer within 900 ms\ndisk cannot be used\n",
    ]);
  });

  test("asks no part more often than once a second, however often it is asked", async () => {
    let asked = 0;
    const store = async () => {
      asked += 1;
    };
    const url = await aDoor({ store });
    await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/readyz`)));
    expect(asked).toBe(1);
  });

  test("says nothing to a page that has its own name lead here, in the Host header or in the target", async () => {
    const under = async (host: string, at = "127.0.0.1", target = "/metrics") => {
      const { registry } = figures();
      const readiness = createReadiness({}, () => 0);
      const door = await openOperatorDoor({ host: at, port: 0, registry, readiness, onError: () => {} });
      try {
        return await statusOf(Number(new URL(door.url).port), host, target);
      } finally {
        await door.close();
      }
    };
    for (const host of [
      "evil.example",
      "evil.example:3001",
      "127.0.0.1.evil.example",
      "localhost.evil.example",
      "10.0.0.7",
      "loopgate",
    ])
      expect([host, await under(host)]).toEqual([host, 421]);
    expect(await under("127.0.0.1", "127.0.0.1", "http://evil.example/metrics")).toBe(421);
    expect(await under("evil.example", "127.0.0.1", "/readyz")).toBe(421);
    for (const host of ["127.0.0.1:3001", "localhost", "[::1]:9"])
      expect([host, await under(host)]).toEqual([host, 200]);
    const everywhere = "0.0.0.0";
    for (const host of ["127.0.0.1", "10.0.0.7:3001", "[fd00::1]:3001", "loopgate:3001", hostname()])
      expect([host, await under(host, everywhere)]).toEqual([host, 200]);
    for (const host of ["evil.example", "1.2.3.4.evil.example", "evil.example:1"])
      expect([host, await under(host, everywhere)]).toEqual([host, 421]);
  });

  test("serves nothing else, and changes nothing", async () => {
    const url = await aDoor({});
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405);
  });
});

describe("what comes with it", () => {
  const read = (name: string) => readFileSync(new URL(`../../fixtures/monitoring/${name}`, import.meta.url), "utf8");
  const alerts = (parse(read("alerts.yml")) as { groups: { rules: { alert: string; expr: string }[] }[] }).groups;
  const { panels } = JSON.parse(read("dashboard.json")) as { panels: { title: string; targets: { expr: string }[] }[] };
  const queries: [string, string][] = [
    ...alerts.flatMap(({ rules }) => rules.map(({ alert, expr }): [string, string] => [alert, expr])),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }): [string, string] => [title, expr])),
  ];

  test.each(queries)("%s asks for what there is", async (_, query) => {
    const { problems, names, labels } = asked(query);
    expect(problems).toEqual([]);
    const { registry } = figures();
    const own = await registry.getMetricsAsJSON();
    for (const name of names) expect([...served(own)]).toContain(name);
    const known = new Set(own.flatMap(({ name }) => labelsOf(registry, name)).concat("le"));
    for (const label of labels) expect([...known]).toContain(label);
  });

  test("each figure of ours is on the dashboard", async () => {
    const own = (await figures().registry.getMetricsAsJSON()).map(({ name }) => name);
    const shown = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => asked(expr).names));
    const missing = own.filter((name) => name.startsWith("loopgate_") && !shown.some((one) => one.startsWith(name)));
    expect(missing).toEqual([]);
  });

  test("the page has each figure", async () => {
    const { registry } = figures();
    const own = (await registry.getMetricsAsJSON()).filter(({ name }) => name.startsWith("loopgate_"));
    const rows = own.map(({ name, type, help }) => {
      const labels = labelsOf(registry, name).map((label) => `\`${label}\``);
      return `| \`${name}\` | ${type} | ${labels.join(", ")} | ${help} |`;
    });
    const table = ["| figure | kind | labels | what it is |", "|---|---|---|---|", ...rows, ""].join("\n");
    expect(part("docs/operating.md", "metrics", table)).toBe(table);
  });
});

type Own = Awaited<ReturnType<Metrics["registry"]["getMetricsAsJSON"]>>;

/** A histogram is served as three. */
function served(own: Own): Set<string> {
  return new Set(
    own.flatMap(({ name, type }) =>
      String(type) === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name],
    ),
  );
}

function labelsOf(registry: Metrics["registry"], name: string): readonly string[] {
  return (registry.getSingleMetric(name) as unknown as { labelNames: string[] }).labelNames;
}

/** What a query in PromQL names, by its grammar. */
function asked(query: string): { readonly problems: string[]; readonly names: string[]; readonly labels: string[] } {
  const found = { problems: [] as string[], names: [] as string[], labels: [] as string[] };
  parser.parse(query).iterate({
    enter(node) {
      const text = query.slice(node.from, node.to);
      if (node.type.isError) found.problems.push(`${text} at ${node.from}`);
      if (node.name === "Identifier" && node.matchContext(["VectorSelector"])) found.names.push(text);
      if (node.name === "LabelName") found.labels.push(text);
    },
  });
  return found;
}

/** Of a GET under this Host header, which browsers and `fetch` choose themselves. */
function statusOf(port: number, host: string, path: string): Promise<number> {
  return new Promise((done, fail) => {
    request({ host: "127.0.0.1", port, path, headers: { host } }, (answer) => {
      answer.resume();
      done(answer.statusCode ?? 0);
    })
      .once("error", fail)
      .end();
  });
}
