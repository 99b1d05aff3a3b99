// What Prometheus reads of a running App: counted as it happens, and nobody's name in it.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Measured } from "../engine/look/forgetting.ts";
import type { LivePhase } from "../engine/ports.ts";
import { waitOf } from "../loop/clock.ts";
import { isLive } from "../loop/end.ts";
import { addedBy, type Moved, type Ran } from "./added.ts";

/** What is asked for at each reading, and not counted here. */
export interface MetricSources {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Containers at work, how many there may be, and how many runs wait for one. */
  readonly slots: () => { readonly taken: number; readonly of: number; readonly waiting: number };
  /** What was taken of the disk at the last look; null before the first. */
  readonly disk: () => Measured | null;
  /** Whether this process leads; one that does not stands by for another. */
  readonly leads: () => boolean;
}

export interface Metrics {
  readonly registry: Registry;
  /** The live loops that the store had at the start. */
  began(loops: readonly LivePhase[]): void;
  /** To be told of each decision once it is saved. */
  decided(decided: Moved): void;
  /** To be told of each answer to a delivery, by its status and how many milliseconds it took. */
  answered(status: number, ms: number): void;
  /** To be told of each look at GitHub's log of webhooks. */
  polled(outcome: "done" | "failed"): void;
  /** To be told of each webhook from that log, how many milliseconds after it had left it was taken in. */
  polledLag(ms: number): void;
  /** To be told of each request that goes to GitHub. */
  requested(kind: string): void;
  /** To be told of what GitHub says is left of a limit. */
  left(quota: { readonly installationId: number; readonly resource: string; readonly remaining: number }): void;
}

/** Seconds: a delivery is answered within 10 s or lost. */
const answerBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Seconds: from a look that comes at once to the three days that GitHub keeps its log for. */
const lagBuckets = [5, 10, 15, 20, 30, 60, 120, 300, 900, 3_600, 21_600, 86_400, 259_200];
/** Seconds: from a run that fails at once to the longest deadline that a policy may set. */
const runBuckets = [5, 15, 30, 60, 120, 300, 600, 1_200, 2_400, 4_800, 14_400];
/** Seconds, from the request to the agent's go. */
const readyBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300];

/** Every name begins with `loopgate_`; Node's own figures keep the names that dashboards know. */
export function createMetrics({ now, slots, disk, leads }: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const live = new Map<string, Pick<LivePhase, "phase" | "gateSince" | "waits">>();

  new Gauge({
    name: "loopgate_leads",
    help: "1 where this process leads, 0 where it stands by for another on the same store.",
    registers,
    collect() {
      this.set(leads() ? 1 : 0);
    },
  });
  new Gauge({
    name: "loopgate_loops",
    help: "Loops that have not ended, by phase.",
    labelNames: ["phase"],
    registers,
    collect() {
      this.reset();
      for (const { phase } of live.values()) this.inc({ phase });
    },
  });
  new Gauge({
    name: "loopgate_loops_waiting",
    help: "Loops whose next run waits for a free container (slot), or for the next day since a limit of this one is reached (day).",
    labelNames: ["of"],
    registers,
    collect() {
      for (const wait of ["slot", "day"] as const)
        this.set({ of: wait }, [...live.values()].filter(({ waits }) => waits === wait).length);
    },
  });
  new Gauge({
    name: "loopgate_oldest_gate_seconds",
    help: "For how long the loop has waited that has waited longest at its gate; 0 where none does.",
    registers,
    collect() {
      const since = [...live.values()].flatMap(({ phase, gateSince }) =>
        phase === "awaiting_gate" && gateSince !== null ? [gateSince] : [],
      );
      this.set(Math.max(0, ...since.map((at) => now() - at)) / 1_000);
    },
  });
  new Gauge({
    name: "loopgate_slots",
    help: 'Containers that may run at a time (state="all"), and those that do (state="taken").',
    labelNames: ["state"],
    registers,
    collect() {
      this.set({ state: "all" }, slots().of);
      this.set({ state: "taken" }, slots().taken);
    },
  });
  new Gauge({
    name: "loopgate_runs_waiting",
    help: "Runs that wait for a free slot.",
    registers,
    collect() {
      this.set(slots().waiting);
    },
  });
  new Gauge({
    name: "loopgate_disk_bytes",
    help: "What the App keeps on disk, by what it is for, as measured at the last look.",
    labelNames: ["part"],
    registers,
    collect() {
      const measured = disk();
      if (measured === null) return;
      const { at: _, total: _sum, most: _limit, ...parts } = measured;
      for (const [part, bytes] of Object.entries(parts)) this.set({ part }, bytes);
    },
  });
  const ended = new Counter({
    name: "loopgate_loops_ended_total",
    help: "Loops that ended, by reason. One that was retried may end again.",
    labelNames: ["reason"],
    registers,
  });
  const attempts = new Counter({
    name: "loopgate_attempts_total",
    help: "Attempts that were judged, by verdict.",
    labelNames: ["verdict"],
    registers,
  });
  const runs = new Counter({
    name: "loopgate_runs_total",
    help: "Runs that ended, by role and how they ended.",
    labelNames: ["role", "status"],
    registers,
  });
  const runSeconds = new Histogram({
    name: "loopgate_run_seconds",
    help: "How long runs took.",
    labelNames: ["role"],
    buckets: runBuckets,
    registers,
  });
  const readiness = new Histogram({
    name: "loopgate_run_ready_seconds",
    help: "From asking for a run to its agent's go.",
    labelNames: ["role"],
    buckets: readyBuckets,
    registers,
  });
  const spent = new Counter({
    name: "loopgate_spent_usd_total",
    help: "US dollars booked for model calls, by the role of the run; calls of unknown outcome at their worst.",
    labelNames: ["role"],
    registers,
  });
  const tokens = new Counter({
    name: "loopgate_tokens_total",
    help: "Tokens of model calls, as far as their providers told; those read from a cache are among the input.",
    labelNames: ["kind"],
    registers,
  });
  const tools = new Counter({
    name: "loopgate_tool_calls_total",
    help: "Calls at the tool gateway, by tool and outcome.",
    labelNames: ["tool", "outcome"],
    registers,
  });
  const answers = new Counter({
    name: "loopgate_deliveries_total",
    help: "Answers at the webhook address, by status.",
    labelNames: ["status"],
    registers,
  });
  const answerSeconds = new Histogram({
    name: "loopgate_delivery_seconds",
    help: "How long deliveries that were accepted took to be answered.",
    buckets: answerBuckets,
    registers,
  });
  const polls = new Counter({
    name: "loopgate_polls_total",
    help: "Looks at GitHub's log of webhooks, where LOOPGATE_INTAKE is poll, by outcome.",
    labelNames: ["outcome"],
    registers,
  });
  const pollLag = new Histogram({
    name: "loopgate_poll_lag_seconds",
    help: "From when a webhook left GitHub until it was read in GitHub's log, where LOOPGATE_INTAKE is poll.",
    buckets: lagBuckets,
    registers,
  });
  const requests = new Counter({
    name: "loopgate_github_requests_total",
    help: "Requests to GitHub, by kind.",
    labelNames: ["kind"],
    registers,
  });
  const remaining = new Gauge({
    name: "loopgate_github_limit_remaining",
    help: "Requests that GitHub says an installation has left in this hour.",
    labelNames: ["installation", "resource"],
    registers,
  });

  function ranTo({ role, status, seconds, readySeconds, toolCalls }: Ran): void {
    runs.inc({ role, status });
    runSeconds.observe({ role }, seconds);
    if (readySeconds !== null) readiness.observe({ role }, readySeconds);
    for (const { tool: name, calls, refused, failed } of toolCalls) {
      const tool = name.includes("-") ? "of another server" : name; // those are named by policies, of which there may be many
      const outcomes = { done: calls - refused - failed, refused, failed };
      for (const [outcome, count] of Object.entries(outcomes)) if (count > 0) tools.inc({ tool, outcome }, count);
    }
  }

  return {
    registry,
    began(loops) {
      for (const loop of loops) live.set(loop.issueKey, loop);
    },
    decided(decided) {
      const { issueKey, after } = decided;
      if (after !== null && isLive(after))
        live.set(issueKey, { phase: after.phase, gateSince: after.gateSince, waits: waitOf(after) });
      else live.delete(issueKey);
      const added = addedBy(decided);
      if (added.ended !== null) ended.inc({ reason: added.ended });
      for (const verdict of added.judged) attempts.inc({ verdict });
      if (added.ran !== null) ranTo(added.ran);
      for (const { role, usd, tokens: used } of added.paid) {
        spent.inc({ role }, usd);
        for (const [kind, count] of Object.entries(used)) tokens.inc({ kind }, count);
      }
    },
    answered(status, ms) {
      answers.inc({ status: String(status) });
      if (status < 300) answerSeconds.observe(ms / 1_000);
    },
    polled(outcome) {
      polls.inc({ outcome });
    },
    polledLag(ms) {
      pollLag.observe(ms / 1_000);
    },
    requested(kind) {
      requests.inc({ kind });
    },
    left({ installationId, resource, remaining: count }) {
      remaining.set({ installation: String(installationId), resource }, count);
    },
  };
}
