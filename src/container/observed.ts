// What a container was seen to be from inside, by its kernel's own word, and what of its guards is not in force.
import type { Limits } from "./run.ts";

/** What every line of observe.sh begins with, and the line that is the last. */
const MARK = "loopgate-seen ";
const LAST = `${MARK}done`;

/** A limit as the kernel knows it; null where it is not to be seen inside. */
type Seen = number | "none" | null;

/** Every field is null where nothing inside tells. */
export interface Observed {
  /** The release of the kernel that serves the run's system calls. */
  readonly kernel: string | null;
  /** The name of process 1. */
  readonly init: string | null;
  readonly uid: number | null;
  /** Whether any capability is effective or may be gained. */
  readonly capabilities: boolean | null;
  readonly noNewPrivileges: boolean | null;
  readonly seccomp: "filter" | "strict" | "none" | null;
  readonly interfaces: readonly string[] | null;
  readonly readonlyRoot: boolean | null;
  readonly memoryBytes: Seen;
  readonly memorySwapBytes: Seen;
  readonly pids: Seen;
  readonly cpus: Seen;
  readonly openFiles: Seen;
  readonly fileSizeBytes: Seen;
  readonly tmpBytes: Seen;
  readonly tmpFiles: Seen;
}

/** The observation in what was told so far, or null while its last line is out. Whatever stands after it is ignored. */
export function readObserved(told: string): Observed | null {
  const lines = told.split("\n").slice(0, -1);
  const end = lines.indexOf(LAST);
  if (end < 0) return null;
  const seen = lines.slice(0, end).flatMap((line) => (line.startsWith(MARK) ? [line.slice(MARK.length)] : []));
  const all = (key: string) =>
    seen.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const one = (key: string) => all(key)[0]?.trim() ?? null;
  const status = (key: string) =>
    all("status")
      .find((line) => line.startsWith(`${key}:`))
      ?.slice(key.length + 1)
      .trim() || null;
  const interfaces = all("interface").map((line) => line.split(":")[0]?.trim() ?? "");
  const tmp = mountAt(all("mount"), "/tmp");
  return {
    kernel: one("kernel")?.split(" ")[2] ?? null,
    init: one("init"),
    uid: whole(status("Uid")?.split(/\s+/)[0]),
    capabilities: anyBit([status("CapEff"), status("CapBnd")]),
    noNewPrivileges: bit(status("NoNewPrivs")),
    seccomp: ([..."012"].includes(status("Seccomp") ?? "") && modes[Number(status("Seccomp"))]) || null,
    interfaces: interfaces.length === 0 ? null : interfaces,
    readonlyRoot: mountAt(all("mount"), "/")?.includes("ro") ?? null,
    memoryBytes: limit(one("memory")),
    memorySwapBytes: limit(one("memsw")) ?? withSwap(limit(one("memory")), limit(one("swap"))),
    pids: limit(one("pids")),
    cpus: cpus(one("cpu") ?? [one("quota"), one("period")].join(" ")),
    openFiles: limit(one("nofile")),
    fileSizeBytes: times(limit(one("fsize")), ULIMIT_BLOCK),
    tmpBytes: tmp === null ? null : sized(tmp, "size"),
    tmpFiles: tmp === null ? null : sized(tmp, "nr_inodes"),
  };
}

const modes = ["none", "strict", "filter"] as const;

/** The unit of `ulimit -f` in a POSIX shell. */
const ULIMIT_BLOCK = 512;

/** The guards that design.md §6 names, in the words of thread and documentation. */
export const GUARDS = [
  "no network",
  "user",
  "no capabilities",
  "no new privileges",
  "system-call filter",
  "read-only root",
  "memory limit",
  "swap limit",
  "process limit",
  "CPU limit",
  "open files limit",
  "file size limit",
  "size of /tmp",
  "files in /tmp",
] as const;

export type Guard = (typeof GUARDS)[number];

/** `held`: seen to be in force. `missing`: seen not to be. `unseen`: nothing inside tells. */
export type Finding = "held" | "missing" | "unseen";

/** What was found of each guard of a run with these limits and this user. */
export function findings(seen: Observed, limits: Limits, uid: number): Readonly<Record<Guard, Finding>> {
  return {
    "no network": found(seen.interfaces, (names) => names.every((name) => name === "lo")),
    user: found(seen.uid, (id) => id === uid && id !== 0),
    "no capabilities": found(seen.capabilities, (some) => !some),
    "no new privileges": found(seen.noNewPrivileges, (set) => set),
    "system-call filter": found(seen.seccomp, (mode) => mode !== "none"),
    "read-only root": found(seen.readonlyRoot, (set) => set),
    "memory limit": within(seen.memoryBytes, limits.memoryBytes),
    "swap limit": within(seen.memorySwapBytes, limits.memoryBytes),
    "process limit": within(seen.pids, limits.pids),
    "CPU limit": within(seen.cpus, limits.cpus),
    "open files limit": within(seen.openFiles, limits.openFiles),
    "file size limit": within(seen.fileSizeBytes, limits.fileSizeBytes),
    "size of /tmp": within(seen.tmpBytes, limits.tmpBytes),
    "files in /tmp": within(seen.tmpFiles, limits.files),
  };
}

/** Guards that an engine may lack, which is then said in the thread: nothing of the host is open without them. */
const SAID: readonly Guard[] = ["files in /tmp", "swap limit"];

/**
 * Why a run that was found so must not be given its go. A filter on system calls may be missing where another kernel than
 * the machine's serves them, for that kernel is the filter; what is not to be seen counts as missing on the machine's own.
 */
export function refusedFindings(
  found: Readonly<Record<Guard, Finding>>,
  kernel: { readonly inside: string | null; readonly machine: string | null },
): readonly Guard[] {
  const foreign = kernel.inside !== null && kernel.machine !== null && kernel.inside !== kernel.machine;
  return GUARDS.filter((guard) => {
    if (SAID.includes(guard)) return false;
    if (found[guard] === "unseen") return !foreign && VISIBLE.includes(guard);
    return found[guard] === "missing" && !(foreign && guard === "system-call filter");
  });
}

/** What every Linux shows a process of itself. */
const VISIBLE: readonly Guard[] = GUARDS.slice(0, GUARDS.indexOf("memory limit"));

function found<T>(seen: T | null, holds: (seen: T) => boolean): Finding {
  if (seen === null) return "unseen";
  return holds(seen) ? "held" : "missing";
}

/** An engine may round up to a page, and never past a hundredth. */
function within(seen: Seen, asked: number): Finding {
  return found(seen, (value) => value !== "none" && value <= Math.max(asked * 1.01, asked + 4096));
}

/** `max`, `-1`, `unlimited`, or a number no machine reaches: none. */
function limit(text: string | null): Seen {
  if (text === null || text === "") return null;
  if (["max", "unlimited", "-1"].includes(text)) return "none";
  const value = whole(text);
  return value === null ? null : value >= 2 ** 60 ? "none" : value;
}

function withSwap(memory: Seen, swap: Seen): Seen {
  return typeof memory === "number" && typeof swap === "number" ? memory + swap : (swap ?? null);
}

function times(value: Seen, factor: number): Seen {
  return typeof value === "number" ? value * factor : value;
}

function cpus(text: string): Seen {
  const [quota = "", period = ""] = text.split(" ");
  const [of, each] = [limit(quota), limit(period)];
  if (of === "none") return "none";
  return typeof of === "number" && typeof each === "number" && each > 0 ? of / each : null;
}

/** A mount option such as `size=980k`; a tmpfs without it has none. */
function sized(options: readonly string[], name: string): Seen {
  const value = options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
  if (value === undefined) return "none";
  const [, digits = "", unit = ""] = /^(\d+)([kmg]?)$/.exec(value) ?? [];
  return digits === "" ? null : Number(digits) * 1024 ** " kmg".indexOf(unit || " ");
}

/** The options of what is mounted there last, and so on top. */
function mountAt(lines: readonly string[], path: string): readonly string[] | null {
  const fields = lines.map((line) => line.split(" ")).findLast(([, target]) => target === path);
  return fields?.[3]?.split(",") ?? null;
}

function whole(text: string | null | undefined): number | null {
  return text && /^\d+$/.test(text) ? Number(text) : null;
}

function bit(text: string | null): boolean | null {
  return text === null ? null : text === "1";
}

function anyBit(masks: readonly (string | null)[]): boolean | null {
  const known = masks.filter((mask) => mask !== null);
  return known.length === 0 ? null : known.some((mask) => !/^0+$/.test(mask));
}
