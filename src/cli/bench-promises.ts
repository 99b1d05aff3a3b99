// What is measured, beside what, and the ratio that is wanted: each bench and the table of docs/speed.md have it from here.

export interface Promised {
  readonly bench:
    | "isolation"
    | "deliveries"
    | "idle"
    | "verify"
    | "environment"
    | "hostile"
    | "tools"
    | "scale"
    | "cockpit"
    | "crowd";
  readonly what: string;
  /** What it is measured beside, in the same run. */
  readonly beside: string;
  /** Of the ratio, ours to the other's; with a unit, of how much more ours is. Null: it is only told. */
  readonly wanted: { readonly atMost: number; readonly unit?: string } | { readonly atLeast: number } | null;
}

const [dockerRun, probot] = ["docker run --rm", "a bare Probot with an empty handler"];
const alone = "the same without a hostile run and client";
const straight = "the same, straight to the same server";
const [tenIssues, oneByOne] = ["ten issues", "one loop after the other"];
const tenLoops = "the same with ten loops";
const sqlite = "the same with it in SQLite";
const [without, byHand] = ["a store without them", "the suite by hand, 10 s on two cores"];

export const promises = {
  coldStart: { bench: "isolation", what: "container ready, nothing prepared", beside: dockerRun, wanted: null },
  start: { bench: "isolation", what: "container ready, prepared ahead", beside: dockerRun, wanted: { atMost: 1 } },
  workspace: {
    bench: "isolation",
    what: "workspace of a 50 MB pack from the object store",
    beside: "git clone",
    wanted: { atMost: 0.1 },
  },
  rate: { bench: "deliveries", what: "deliveries a second", beside: probot, wanted: { atLeast: 1 } },
  p99: { bench: "deliveries", what: "99th percentile of an answer", beside: probot, wanted: { atMost: 0.5 } },
  idleStart: { bench: "idle", what: "start of the App", beside: without, wanted: { atMost: 1.25 } },
  idleLook: { bench: "idle", what: "one look at everything", beside: without, wanted: { atMost: 1.25 } },
  idleMemory: { bench: "idle", what: "resident memory", beside: without, wanted: { atMost: 1.25 } },
  idleAnswer: { bench: "idle", what: "a delivery for a loop, to its answer", beside: without, wanted: { atMost: 1.5 } },
  verifyAlone: { bench: "verify", what: "a verdict on a commit", beside: byHand, wanted: { atMost: 1.1 } },
  verifyKnockOut: {
    bench: "verify",
    what: "a verdict with ten hunks taken back",
    beside: byHand,
    wanted: { atMost: 2.5 },
  },
  environmentMade: {
    bench: "environment",
    what: "workspace with 1 GB of dependencies under a warm key, to the first command in its container",
    beside: "npm ci from a warm npm cache",
    wanted: { atMost: 0.03 },
  },
  environmentReady: {
    bench: "environment",
    what: "the same",
    beside: "a workspace without any",
    wanted: { atMost: 1.5 },
  },
  environmentDisk: { bench: "environment", what: "disk for ten runs", beside: "disk for one", wanted: { atMost: 1.2 } },
  environmentFetched: {
    bench: "environment",
    what: "the second npm ci through the gateway",
    beside: "npm ci straight to a local server that has the same files ready",
    wanted: { atMost: 1.1 },
  },
  idleTurn: { bench: "idle", what: "a delivery for a loop, to its decision", beside: without, wanted: { atMost: 1.5 } },
  hostileLoop: { bench: "hostile", what: "a good loop, to the gate", beside: alone, wanted: { atMost: 1.1 } },
  hostileSlowest: { bench: "hostile", what: "the slowest of the good loops", beside: alone, wanted: null },
  hostileAnswer: { bench: "hostile", what: "the answer to a delivery", beside: alone, wanted: { atMost: 1.1 } },
  hostileP99: { bench: "hostile", what: "99th percentile of that answer", beside: alone, wanted: null },
  hostileMemory: {
    bench: "hostile",
    what: "peak memory, how much more",
    beside: alone,
    wanted: { atMost: 256, unit: " MB" },
  },
  toolsCall: {
    bench: "tools",
    what: "a call of another server's tool that takes it 20 ms, through the gateway",
    beside: straight,
    wanted: { atMost: 1.2 },
  },
  toolsEmpty: { bench: "tools", what: "one that takes it nothing", beside: straight, wanted: null },
  toolsList: {
    bench: "tools",
    what: "from nothing to the list with five servers behind it",
    beside: "the slowest of five that are started at a time and asked straight",
    wanted: { atMost: 1.1 },
  },
  scaleRate: {
    bench: "scale",
    what: "deliveries a second with the store in PostgreSQL",
    beside: sqlite,
    wanted: { atLeast: 0.8 },
  },
  scaleP99: { bench: "scale", what: "99th percentile of an answer", beside: sqlite, wanted: null },
  scaleTurn: {
    bench: "scale",
    what: "a delivery for a loop, to its decision, how much longer",
    beside: sqlite,
    wanted: { atMost: 5, unit: " ms" },
  },
  cockpitList: { bench: "cockpit", what: "the list of loops that ended", beside: tenLoops, wanted: { atMost: 1.5 } },
  cockpitLoop: { bench: "cockpit", what: "a loop's page", beside: tenLoops, wanted: { atMost: 1.5 } },
  cockpitViews: {
    bench: "cockpit",
    what: "the answer to a delivery, with 50 live views open",
    beside: "the same with none",
    wanted: { atMost: 1.1 },
  },
  crowdResident: {
    bench: "crowd",
    what: "resident memory, a crowd of issues labelled at once",
    beside: tenIssues,
    wanted: { atMost: 1.5 },
  },
  crowdPeak: { bench: "crowd", what: "the same with its garbage, at its most", beside: tenIssues, wanted: null },
  crowdWork: {
    bench: "crowd",
    what: "the App's own processor time for each loop of the crowd",
    beside: oneByOne,
    wanted: { atMost: 1.1 },
  },
  crowdRequests: { bench: "crowd", what: "requests for each loop of the crowd", beside: oneByOne, wanted: null },
  crowdShare: {
    bench: "crowd",
    what: "the longest wait of a repository's run",
    beside: "its share of the turns",
    wanted: { atMost: 2 },
  },
} as const satisfies Record<string, Promised>;

/** As in `≤ 1.25`; empty where nothing is wanted. */
export function bound({ wanted }: Promised): string {
  if (wanted === null) return "";
  return "atMost" in wanted ? `≤ ${wanted.atMost}${wanted.unit ?? ""}` : `≥ ${wanted.atLeast}`;
}

/** As in `wanted ≤ 1.25: kept`; empty where nothing is wanted. */
export function verdict(promised: Promised, ratio: number): string {
  const { wanted } = promised;
  if (wanted === null) return "";
  const isKept = "atMost" in wanted ? ratio <= wanted.atMost : ratio >= wanted.atLeast;
  return `wanted ${bound(promised)}: ${isKept ? "kept" : "MISSED"}`;
}
