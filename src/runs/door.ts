// The one door of a run: git, models, tools and, where policy names hosts, the way out; all of it by the run's lease.
import { assert } from "../base/assert.ts";
import { createPace } from "../base/pace.ts";
import type { Clock, Log } from "../engine/ports.ts";
import { type EgressEvent, egressProxy } from "../gateway/egress/proxy.ts";
import type { Quarantine } from "../gateway/git/quarantine.ts";
import { gitGateway } from "../gateway/git/server.ts";
import { handoverRoute } from "../gateway/handover.ts";
import { createLedger } from "../gateway/model/ledger.ts";
import type { OwnPrices } from "../gateway/model/prices.ts";
import type { ModelCall, ModelProvider } from "../gateway/model/provider.ts";
import { modelGateway } from "../gateway/model/server.ts";
import type { ModelShared } from "../gateway/model/session.ts";
import type { Registries, RegistryEvent } from "../gateway/registry/server.ts";
import { openRunGateway, pacePerRun } from "../gateway/run.ts";
import type { AskedChecks } from "../gateway/tools/run-check.ts";
import type { RunServers } from "../gateway/tools/upstream/served.ts";
import { spentOf } from "../loop/money.ts";
import type { Handover, LoopState, PackagesFetched } from "../loop/state.ts";
import { readAllowedHost } from "../policy/hosts.ts";
import { decidingCall, isProvidersFault } from "./deciding-call.ts";
import { handingOver } from "./handover.ts";
import { countPackages, packageRules } from "./packages.ts";
import { closableIn, placeholdersOf } from "./quarantine.ts";
import { tallyRefusals } from "./refusals.ts";
import { rooms } from "./rooms.ts";
import { keepSpending, type Spent, spentAtMost } from "./spending.ts";
import { toldOnce } from "./told-once.ts";
import { openTools, type RunTools, type ToolsUsed } from "./tools.ts";

export interface DoorParts {
  readonly dataDir: string;
  readonly log: Log;
  readonly clock: Pick<Clock, "now" | "at">;
  /** Who runs own their files as, where the App is root; null where runs have the App's own uid. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** Whom the agent's commits are by. */
  readonly identity: { readonly name: string; readonly email: string };
  /** Where models are called; none: no run may call one. */
  readonly models: readonly ModelProvider[];
  /** Prices that come before the built-in table. */
  readonly prices: OwnPrices | undefined;
  /** What the model gateways of all runs have in common. Absent: each has its own. */
  readonly shared?: ModelShared;
  /** Where packages are read. Absent: nowhere. */
  readonly registries?: Registries;
}

export interface DoorRequest {
  readonly run: string;
  readonly loop: LoopState;
  readonly token: string;
  readonly mayPush: boolean;
  readonly quarantine: Quarantine;
  readonly socketDir: string;
  /** What an agent at work has tools for; null: it is none, and has none. */
  readonly tools: {
    readonly checks: (AskedChecks & { end(): Promise<void> }) | null;
    readonly servers: RunServers;
  } | null;
  /** Whether it may fetch packages, as far as policy goes. */
  readonly mayFetch: boolean;
}

export interface Door {
  readonly socketPath: string;
  /** What has gone through it, and what is under way. */
  traffic(): { readonly turns: number; readonly open: number };
  close(): Promise<void>;
  /** What the run's last push was refused for; empty once a later one was taken. */
  refused(): readonly string[];
  /** All that was refused to it by policy, with counts. */
  refusals(): readonly string[];
  /** Whether that was for what looks like a secret. */
  holdsSecret(): boolean;
  /** Until when a model provider asked the run to wait, since the epoch; null: none did. */
  waitsUntil(): number | null;
  /** Whether the run's model calls ended with one that was refused for the App's own key; see `decidingCall`. */
  keyRefused(): boolean;
  /** Whether they ended with one that was refused for want of money, which handing over does not mend. */
  outOfBudget(): boolean;
  /** Whether they ended with one that failed on the provider's side. */
  modelDown(): boolean;
  /** What came of the agent that was started once more to hand over; null: none was. */
  handover(): Handover | null;
  /** What its tools were used for so far; null: it has none. */
  toolsUsed(): ToolsUsed | null;
  /** Where people's words come in, and what is heard of them goes out; null: it has no tools. */
  readonly words: Pick<RunTools, "hear" | "onHeard"> | null;
  /** What it fetched from package registries so far, and the hosts that it reached; null: nothing. */
  fetched(): PackagesFetched | null;
  /** Packages that it was refused until a person is asked, such as `npm left-pad`. */
  newPackages(): readonly string[];
  /** What model calls came to so far. */
  spent(): Promise<Spent>;
}

/** Opens the door. Throws Fault when it cannot listen. */
export async function openDoor(parts: DoorParts, request: DoorRequest): Promise<Door> {
  const { run, loop, quarantine, socketDir } = request;
  const { log, owner } = parts;
  assert(loop.branch !== null && loop.rules !== null, `loop ${loop.id} was not claimed`);
  const lease = { runId: run, token: request.token, branch: loop.branch, mayPush: request.mayPush };
  const fields = { run, loop: loop.id };
  const earlier = await spentAtMost(parts, loop, run);
  const budget = Math.max(0, loop.grantedNano - spentOf(loop) - earlier.spentNano);
  const spending = keepSpending(createLedger(budget), rooms(parts).spending(run), earlier);
  let refused: readonly string[] = [];
  let holdsSecret = false;
  const refusals = tallyRefusals();
  const deciding = decidingCall();
  const isOutOfBudget = () => deciding.call()?.problem === "budget";
  let waitsUntil: number | null = null;
  const often = toldOnce();
  const say = (gateway: string, kind: string | null, event: object) => {
    if (kind === null) return log.info({ ...fields, gateway, ...event }, "gateway");
    often.tell(`${gateway} ${kind}`, (times) => log.info({ ...fields, gateway, ...event, times }, "gateway"));
  };
  const gitRoute = gitGateway({
    lease,
    quarantine,
    published: loop.head,
    author: { email: parts.identity.email, ...closableIn(quarantine) },
    placeholders: placeholdersOf(loop),
    onEvent: (event) => {
      say("git", event.kind === "refused" ? `refused ${event.names[0]}` : null, event);
      if (event.kind === "fetch" || (event.kind === "refused" && event.names.includes("fetch_too_large"))) return;
      refused = event.kind === "refused" ? event.details : [];
      if (event.kind === "refused") for (const name of event.names) refusals.hear("push", name);
      holdsSecret = event.kind === "refused" && event.names.includes("secret_found");
    },
  });
  const modelRoute = modelGateway({
    lease,
    providers: parts.models,
    ledger: spending.ledger,
    prices: parts.prices,
    shared: parts.shared,
    onCall: (call) => {
      say("model", costsNothing(call), { call });
      deciding.hear(call);
      handover.hear(call);
      if (call.retryAfterMs !== null) waitsUntil = Math.max(waitsUntil ?? 0, parts.clock.now() + call.retryAfterMs);
      spending.count(call);
    },
  });
  const handover = handingOver(parts, { run, isOutOfBudget, keepOpen: modelRoute.keepOpen });
  const allowed = loop.rules.hosts.flatMap((host) => readAllowedHost(host) ?? []);
  const packages = countPackages(parts.clock);
  const onEvent = (event: EgressEvent) => {
    say("egress", event.kind === "refused" ? `refused ${event.why}` : null, event);
    if (event.kind === "opened") packages.reached(event.host);
    if (event.kind === "refused" && ["host", "address", "target"].includes(event.why))
      refusals.hear("host", event.target);
  };
  const tunnels = allowed.length === 0 ? null : egressProxy({ lease, allowed, onEvent });
  const onError = (error: unknown) =>
    often.tell("failed", (times) => log.error({ ...fields, err: error, times }, "a gateway failed"));
  const rules = request.mayFetch ? await packageRules(loop, quarantine) : null;
  const onPackage = (event: RegistryEvent) => {
    say("registry", event.kind === "refused" ? `refused ${event.status}` : event.kind, event);
    packages.hear(event);
    if (event.kind === "asks" || (event.kind === "refused" && event.status === 403))
      refusals.hear("package", event.path);
  };
  const registryRoutes = rules === null ? [] : (parts.registries?.routes({ rules, onEvent: onPackage }) ?? []);
  const tools =
    request.tools === null
      ? null
      : await openTools(parts, {
          loop,
          lease,
          checks: request.tools.checks,
          others: request.tools.servers.tools,
          onCall: (call, named) => {
            if (call.tool === null) refusals.hear("tool", named);
            say("tools", call.outcome === "done" ? null : `${call.outcome} ${call.tool}`, { call });
          },
          onRefusedCommand: (line) => refusals.hear("command", line),
          onRefused: (why) => say("tools", `refused ${why}`, { why }),
        });
  const routes = [
    gitRoute,
    modelRoute,
    ...(tools === null ? [] : [tools.route]),
    ...(request.mayPush ? [handoverRoute(lease, handover.begin)] : []),
    ...registryRoutes,
  ];
  const opened = await openRunGateway({
    socketDir,
    lease,
    owner,
    routes,
    tunnels,
    pace: createPace(pacePerRun),
    onError,
  });
  return {
    ...opened,
    async close() {
      handover.end();
      await opened.close();
      await Promise.all([request.tools?.checks?.end(), request.tools?.servers.end()]);
      often.end();
    },
    refused: () => refused,
    refusals: refusals.told,
    holdsSecret: () => holdsSecret,
    waitsUntil: () => waitsUntil,
    keyRefused: () => deciding.call()?.problem === "key_refused",
    outOfBudget: () => handover.came() !== null || isOutOfBudget(),
    modelDown: () => isProvidersFault(deciding.call()),
    handover: handover.came,
    toolsUsed: () => tools?.used() ?? null,
    words: tools,
    fetched: () => packages.sum(),
    newPackages: () => packages.asked(),
    spent: () => spending.spent(),
  };
}

/** Which kind of call it is where it costs nothing, so that a run can make any number of them; null where it costs money. */
function costsNothing({ outcome, problem, status, kind, provider }: ModelCall): string | null {
  if (outcome === "refused" || outcome === "declined" || outcome === "unreachable")
    return `${provider} ${outcome} ${problem} ${status}`;
  return kind === "count" ? `${provider} count ${outcome}` : null;
}
