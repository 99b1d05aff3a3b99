// The operator's outer bounds: a repository may only tighten them.
import { bytesIn, inSize } from "./bytes.ts";
import { Policy } from "./schema.ts";
import { hostOf } from "./tool-servers.ts";

/** What the operator of this App grants to any repository. The numbers are upper limits in the policy file's own units. */
export interface Bounds {
  readonly attempts: number;
  readonly deadline_minutes: number;
  readonly silence_minutes: number;
  readonly loop_hours: number;
  readonly runs: number;
  readonly changed_lines: number;
  readonly changed_files: number;
  readonly wait_minutes: number;
  readonly approvals_minimum: number; // a repository may ask for more, never for fewer
  readonly may_merge: boolean;
  readonly usd: number; // for model calls of one loop
  readonly issue_usd: number; // for model calls of all loops of one issue
  readonly issue_runs: number;
  readonly day_usd: number; // for model calls of all loops of one account, in a day; 0: any
  readonly day_runs: number; // of agents and reviewers, likewise
  readonly day_zone: string; // in which the account's days begin
  readonly memory_mib: number; // for one run, here and below
  readonly cpus: number;
  readonly processes: number;
  readonly tmp_mib: number;
  readonly disk_mib: number;
  readonly services: number; // and tool servers, beside one run
  readonly service_memory_mib: number; // for each of them
  readonly schedules: number; // of one repository
  readonly hosts: readonly string[]; // the only hosts a repository may let its runs reach; empty: none
  readonly tool_hosts?: readonly string[]; // the only hosts of tool servers that are elsewhere; absent: none
  readonly tool_credentials?: Readonly<Record<string, string>>; // the host that each may be shown to, by its name; absent: there are none
  readonly registries?: readonly string[]; // protocols of the registries that runs may read packages from; absent: none
  readonly images: readonly string[]; // the only images a repository may name; empty: any
  readonly dockerfiles?: true; // images may be built from a repository's own; absent: none is
  readonly programs?: true; // agents' programs are brought into every image; absent: an image has its own
}

/** Bounds that a single-team installation can live with. */
export const generousBounds: Bounds = {
  attempts: 10,
  deadline_minutes: 120,
  silence_minutes: 120,
  loop_hours: 72,
  runs: 60,
  changed_lines: 20_000,
  changed_files: 500,
  wait_minutes: 720,
  approvals_minimum: 0,
  may_merge: true,
  usd: 20,
  issue_usd: 100,
  issue_runs: 200,
  day_usd: 100,
  day_runs: 5000,
  day_zone: "UTC",
  memory_mib: 8192,
  cpus: 4,
  processes: 2048,
  tmp_mib: 2048,
  disk_mib: 20_480,
  services: 8,
  service_memory_mib: 2048,
  schedules: 10,
  hosts: [],
  images: [],
};

export type ClampedPolicy =
  | {
      readonly ok: true;
      readonly policy: Policy;
      /** What the file states and the bounds made tighter, a sentence each, with the line first. */
      readonly clamped: readonly string[];
    }
  | { readonly ok: false; readonly message: string };

/**
 * The policy within the operator's bounds: what goes past one becomes the bound, which is only ever tighter. What the file states
 * (it has a line in `lines`) is told; a default is not. An image has no tighter one, and no service or tool server can be left out: those are errors.
 */
export function clampPolicy(policy: Policy, lines: ReadonlyMap<string, number>, bounds: Bounds): ClampedPolicy {
  const stated = statedExcesses(policy, lines, bounds);
  const tight = stated.find(({ refused }) => refused);
  if (tight !== undefined) return { ok: false, message: told(tight) };
  return { ok: true, policy: within(policy, lines, bounds), clamped: stated.map(told) };
}

/** What the file states and the bounds do not allow: held to them, or refused where nothing tighter can stand in for it. */
export interface StatedExcess {
  readonly line: number;
  readonly sentence: string;
  readonly refused: boolean;
}

/** A default is never among them. */
export function statedExcesses(
  policy: Policy,
  lines: ReadonlyMap<string, number>,
  bounds: Bounds,
): readonly StatedExcess[] {
  const refused = [...images(policy, bounds), ...elsewhere(policy, bounds), ...tooManyBeside(policy, bounds)];
  const all = [...refused.map((one) => ({ ...one, refused: true })), ...excesses(policy, bounds)];
  return all.flatMap(({ path, sentence, ...rest }) => {
    const line = lines.get(path);
    return line === undefined ? [] : [{ line, sentence, refused: "refused" in rest }];
  });
}

function told({ line, sentence }: StatedExcess): string {
  return `line ${line}: ${sentence}`;
}

interface Excess {
  readonly path: string;
  readonly sentence: string;
}

function excesses(policy: Policy, bounds: Bounds): Excess[] {
  const pairs: [path: string, value: number, bound: number][] = [
    ["attempts", policy.attempts, bounds.attempts],
    ["deadline_minutes", policy.deadline_minutes, bounds.deadline_minutes],
    ["silence_minutes", policy.silence_minutes, bounds.silence_minutes],
    ["loop_hours", policy.loop_hours, bounds.loop_hours],
    ["runs", policy.runs, bounds.runs],
    ["budget.usd", policy.budget.usd, bounds.usd],
    ["budget.small", policy.budget.small, bounds.usd],
    ["budget.large", policy.budget.large, bounds.usd],
    ["issue.usd", policy.issue.usd, bounds.issue_usd],
    ["issue.runs", policy.issue.runs, bounds.issue_runs],
    ["day.usd", policy.day.usd, bounds.day_usd || Number.POSITIVE_INFINITY],
    ["day.runs", policy.day.runs, bounds.day_runs || Number.POSITIVE_INFINITY],
    ["limits.changed_lines", policy.limits.changed_lines, bounds.changed_lines],
    ["limits.changed_files", policy.limits.changed_files, bounds.changed_files],
    ["checks.wait_minutes", policy.checks.wait_minutes, bounds.wait_minutes],
    ["environment.cpus", policy.environment.cpus, bounds.cpus],
    ["environment.processes", policy.environment.processes, bounds.processes],
  ];
  const tooHigh = pairs
    .filter(([, value, bound]) => value > bound)
    .map(([path, value, bound]) => ({
      path,
      sentence: `\`${path}\` is ${value}, but this App's operator allows at most ${bound}`,
    }));
  return [...tooHigh, ...sizes(policy, bounds), ...services(policy, bounds), ...choices(policy, bounds)];
}

const MiB = 1024 * 1024;

/** Each size that policy sets, with its bound in bytes. */
function sizePairs({ environment }: Policy, bounds: Bounds) {
  return [
    ["memory", environment.memory, bounds.memory_mib * MiB],
    ["tmp", environment.tmp, bounds.tmp_mib * MiB],
    ["disk", environment.disk, bounds.disk_mib * MiB],
  ] as const;
}

function sizes(policy: Policy, bounds: Bounds): Excess[] {
  return sizePairs(policy, bounds)
    .filter(([, size, bound]) => (bytesIn(size) ?? 0) > bound)
    .map(([key, size, bound]) => ({
      path: `environment.${key}`,
      sentence: `\`environment.${key}\` is ${size}, but this App's operator allows at most ${inSize(bound)}`,
    }));
}

function services({ environment }: Policy, bounds: Bounds): Excess[] {
  const most = bounds.service_memory_mib * MiB;
  return Object.entries(environment.services)
    .filter(([, { memory }]) => (bytesIn(memory) ?? 0) > most)
    .map(([name, { memory }]) => ({
      path: `environment.services.${name}.memory`,
      sentence: `\`environment.services.${name}.memory\` is ${memory}, but this App's operator allows at most ${inSize(most)}`,
    }));
}

function choices(policy: Policy, bounds: Bounds): Excess[] {
  const found: Excess[] = [];
  const { approvals, merge } = policy.gate;
  if (approvals < bounds.approvals_minimum) {
    const sentence = `\`gate.approvals\` is ${approvals}, but this App's operator requires at least ${bounds.approvals_minimum}`;
    found.push({ path: "gate.approvals", sentence });
  }
  if (merge && !bounds.may_merge) {
    found.push({
      path: "gate.merge",
      sentence: "`gate.merge` is true, but this App's operator does not allow merging",
    });
  }
  const { length } = policy.schedules;
  if (length > bounds.schedules) {
    const most = bounds.schedules === 0 ? "none" : `at most ${bounds.schedules}; the first count`;
    found.push({ path: "schedules", sentence: `\`schedules\` has ${length}, but this App's operator allows ${most}` });
  }
  for (const closed of policy.network.allow.filter((host) => !bounds.hosts.includes(host))) {
    const sentence = `\`network.allow\` names ${closed}, which is not among the hosts this App's operator allows`;
    found.push({ path: "network.allow", sentence });
  }
  return found;
}

function images(policy: Policy, bounds: Bounds): Excess[] {
  const found: Excess[] = [];
  const isOpen = (image: string) => image === "" || bounds.images.length === 0 || bounds.images.includes(image);
  const allowed = `is not among the images this App's operator allows (${bounds.images.join(", ")})`;
  if (policy.environment.dockerfile !== "" && bounds.dockerfiles !== true)
    found.push({
      path: "environment.dockerfile",
      sentence: "`environment.dockerfile` is set, but this App's operator lets no image be built from a repository",
    });
  for (const role of ["agent", "reviewer", "environment"] as const)
    if (!isOpen(policy[role].image)) found.push({ path: `${role}.image`, sentence: `\`${role}.image\` ${allowed}` });
  for (const [name, { image = "" }] of Object.entries(policy.environment.services)) {
    const path = `environment.services.${name}.image`;
    if (!isOpen(image)) found.push({ path, sentence: `\`${path}\` ${allowed}` });
  }
  if (!policy.reviewer.others.every(({ image }) => isOpen(image)))
    found.push({ path: "reviewer.others", sentence: `an \`image\` in \`reviewer.others\` ${allowed}` });
  for (const [name, { image }] of Object.entries(policy.tools.servers)) {
    const path = `tools.servers.${name}.image`;
    if (!isOpen(image)) found.push({ path, sentence: `\`${path}\` ${allowed}` });
  }
  return found;
}

/** Tool servers that are called over the network: their hosts, and the credentials they name, are the operator's to give. */
function elsewhere(
  { tools }: Policy,
  { tool_hosts: hosts = [], tool_credentials: credentials = {} }: Bounds,
): Excess[] {
  return Object.entries(tools.servers).flatMap(([name, { url, credential }]): Excess[] => {
    if (url === "") return [];
    const path = `tools.servers.${name}`;
    const host = hostOf(url) ?? "";
    if (!hosts.includes(host)) {
      const sentence = `\`${path}.url\` is at ${host}, which is not among the hosts of tool servers that this App's operator allows`;
      return [{ path: `${path}.url`, sentence }];
    }
    if (credential === "" || credentials[credential] === host) return [];
    const sentence = `\`${path}.credential\` is ${credential}, and this App's operator has set no such credential for ${host}`;
    return [{ path: `${path}.credential`, sentence }];
  });
}

/** Services and tool servers, each a container beside the run. Said where the first one begins that is too many. */
function tooManyBeside({ environment, tools }: Policy, bounds: Bounds): Excess[] {
  const services = Object.keys(environment.services).map((name) => `environment.services.${name}.image`);
  const started = Object.entries(tools.servers).filter(([, { url }]) => url === "");
  const servers = started.map(([name]) => `tools.servers.${name}.command`);
  const all = [...services, ...servers];
  const path = all[bounds.services];
  if (path === undefined) return [];
  const most = bounds.services === 0 ? "none beside a run" : `at most ${bounds.services} beside a run`;
  const where = [services.length > 0 ? "`environment.services`" : "", servers.length > 0 ? "`tools.servers`" : ""];
  const named = where.filter(Boolean);
  const names =
    named.length > 1 ? `${named.join(" and ")} name ${all.length} together` : `${named[0]} names ${all.length}`;
  return [{ path, sentence: `${names}, but this App's operator allows ${most}` }];
}

let least: Policy["issue"] | undefined; // what an empty file comes to

/** What all loops of an issue may cost, where the file does not say, goes by what one may within the bounds, not by what was asked for. */
function issueWithin(policy: Policy, lines: ReadonlyMap<string, number>, bounds: Bounds): Policy["issue"] {
  const { issue, budget, runs } = policy;
  least ??= Policy.parse({}).issue;
  const usd = lines.has("issue.usd")
    ? issue.usd
    : Math.max(least.usd, Math.min(Math.max(budget.usd, budget.large), bounds.usd));
  const all = lines.has("issue.runs") ? issue.runs : Math.max(least.runs, Math.min(runs, bounds.runs));
  return { ...issue, usd: Math.min(usd, bounds.issue_usd), runs: Math.min(all, bounds.issue_runs) };
}

function within(policy: Policy, lines: ReadonlyMap<string, number>, bounds: Bounds): Policy {
  return {
    ...policy,
    attempts: Math.min(policy.attempts, bounds.attempts),
    deadline_minutes: Math.min(policy.deadline_minutes, bounds.deadline_minutes),
    silence_minutes: Math.min(policy.silence_minutes, bounds.silence_minutes),
    loop_hours: Math.min(policy.loop_hours, bounds.loop_hours),
    runs: Math.min(policy.runs, bounds.runs),
    budget: {
      ...policy.budget,
      usd: Math.min(policy.budget.usd, bounds.usd),
      small: Math.min(policy.budget.small, bounds.usd),
      large: Math.min(policy.budget.large, bounds.usd),
    },
    issue: issueWithin(policy, lines, bounds),
    day: {
      ...policy.day,
      usd: Math.min(policy.day.usd, bounds.day_usd || policy.day.usd),
      runs: Math.min(policy.day.runs, bounds.day_runs || policy.day.runs),
    },
    environment: environmentWithin(policy, bounds),
    checks: { ...policy.checks, wait_minutes: Math.min(policy.checks.wait_minutes, bounds.wait_minutes) },
    limits: {
      changed_lines: Math.min(policy.limits.changed_lines, bounds.changed_lines),
      changed_files: Math.min(policy.limits.changed_files, bounds.changed_files),
    },
    schedules: policy.schedules.slice(0, bounds.schedules),
    network: { ...policy.network, allow: policy.network.allow.filter((host) => bounds.hosts.includes(host)) },
    gate: {
      ...policy.gate,
      approvals: Math.max(policy.gate.approvals, bounds.approvals_minimum),
      merge: policy.gate.merge && bounds.may_merge,
    },
  };
}

function environmentWithin(policy: Policy, bounds: Bounds): Policy["environment"] {
  const { environment } = policy;
  const sizes = sizePairs(policy, bounds).map(([key, size, bound]) => [
    key,
    (bytesIn(size) ?? 0) > bound ? inSize(bound) : size,
  ]);
  return {
    ...environment,
    ...Object.fromEntries(sizes),
    cpus: Math.min(environment.cpus, bounds.cpus),
    processes: Math.min(environment.processes, bounds.processes),
    services: Object.fromEntries(
      Object.entries(environment.services).map(([name, service]) => {
        const bytes = Math.min(bytesIn(service.memory) ?? 0, bounds.service_memory_mib * MiB);
        return [name, { ...service, memory: inSize(bytes) }];
      }),
    ),
  };
}
