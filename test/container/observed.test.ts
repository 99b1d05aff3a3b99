// What a container tells of itself, read and judged: as Docker, Podman and gVisor told it on real machines.
import { describe, expect, test } from "vitest";
import { findings, GUARDS, type Observed, readObserved, refusedFindings } from "../../src/container/observed.ts";
import { DEFAULT_LIMITS } from "../../src/container/run.ts";

const limits = {
  ...DEFAULT_LIMITS,
  memoryBytes: 268435456,
  cpus: 1,
  pids: 64,
  openFiles: 1024,
  fileSizeBytes: 1_000_000,
  tmpBytes: 1_000_000,
  files: 1000,
};

/** Docker 20.10 on cgroup v1. */
const docker = [
  "kernel Linux version 6.1.0-18-amd64 (someone@somewhere) (gcc 12) #1 SMP",
  "init docker-init",
  "status Uid:\t10001\t10001\t10001\t10001",
  "status CapEff:\t0000000000000000",
  "status CapBnd:\t0000000000000000",
  "status NoNewPrivs:\t1",
  "status Seccomp:\t2",
  "interface     lo:       0       0    0",
  "mount overlay / overlay ro,relatime,lowerdir=/a:/b 0 0",
  "mount tmpfs /tmp tmpfs rw,nosuid,nodev,relatime,size=980k,nr_inodes=1000 0 0",
  "memory 268435456",
  "memsw 268435456",
  "pids 64",
  "quota 100000",
  "period 100000",
  "nofile 1024",
  "fsize 1953",
  "core 0",
];

const told = (lines: readonly string[]) => [...lines, "done"].map((line) => `loopgate-seen ${line}\n`).join("");
const seen = (lines: readonly string[]) => readObserved(told(lines)) as Observed;
const without = (key: string) => docker.filter((line) => !line.startsWith(key));
const changed = (key: string, line: string) => [...without(key), line];
const found = (lines: readonly string[]) => findings(seen(lines), limits, 10001);
const kernel = { inside: "6.1.0-18-amd64", machine: "6.1.0-18-amd64" };
const foreign = { inside: "4.4.0", machine: "6.1.0-18-amd64" };

describe("what a container tells", () => {
  test("is read whole, and only once its last line is there", () => {
    expect(readObserved(told(docker).slice(0, -2))).toBeNull();
    expect(readObserved("")).toBeNull();
    expect(seen(docker)).toEqual({
      kernel: "6.1.0-18-amd64",
      init: "docker-init",
      uid: 10001,
      capabilities: false,
      noNewPrivileges: true,
      seccomp: "filter",
      interfaces: ["lo"],
      readonlyRoot: true,
      memoryBytes: 268435456,
      memorySwapBytes: 268435456,
      pids: 64,
      cpus: 1,
      openFiles: 1024,
      fileSizeBytes: 999_936,
      tmpBytes: 1_003_520,
      tmpFiles: 1000,
    });
  });

  test("is the same on cgroup v2, in its other words", () => {
    const v2 = [...docker.filter((line) => !/^(memsw|quota|period)/.test(line)), "swap 0", "cpu 100000 100000"];
    expect(seen(v2)).toEqual(seen(docker));
  });

  test("may be nothing at all, and is then unseen", () => {
    expect(new Set(Object.values(findings(seen([]), limits, 10001)))).toEqual(new Set(["unseen"]));
  });
});

describe("what was found", () => {
  test("of a container with every guard is that it holds", () => {
    expect(found(docker)).toEqual(Object.fromEntries(GUARDS.map((guard) => [guard, "held"])));
    expect(refusedFindings(found(docker), kernel)).toEqual([]);
  });

  test.each([
    ["no network", [...docker, "interface   eth0:  1 2"]],
    ["user", changed("status Uid", "status Uid:\t0\t0\t0\t0")],
    ["no capabilities", changed("status CapEff", "status CapEff:\t00000000a80425fb")],
    ["no capabilities", changed("status CapBnd", "status CapBnd:\t00000000a80425fb")],
    ["no new privileges", changed("status NoNew", "status NoNewPrivs:\t0")],
    ["system-call filter", changed("status Seccomp", "status Seccomp:\t0")],
    ["read-only root", changed("mount overlay", "mount overlay / overlay rw,relatime 0 0")],
    ["memory limit", changed("memory", "memory 9223372036854771712")],
    ["memory limit", changed("memory", "memory max")],
    ["process limit", changed("pids", "pids max")],
    ["CPU limit", changed("quota", "quota -1")],
    ["open files limit", changed("nofile", "nofile 1048576")],
    ["file size limit", changed("fsize", "fsize unlimited")],
    ["size of /tmp", changed("mount tmpfs", "mount tmpfs /tmp tmpfs rw,nosuid,nodev 0 0")],
  ])("T7: without %s a run is refused on the machine's own kernel", (guard, lines) => {
    expect(found(lines)).toMatchObject({ [guard]: "missing" });
    expect(refusedFindings(found(lines), kernel)).toContain(guard);
  });

  test.each([
    ["files in /tmp", changed("mount tmpfs", "mount tmpfs /tmp tmpfs rw,nosuid,nodev,size=980k 0 0")],
    ["swap limit", changed("memsw", "memsw 9223372036854771712")],
  ])("that %s is missing is said, and the run goes", (guard, lines) => {
    expect(found(lines)).toMatchObject({ [guard]: "missing" });
    expect(refusedFindings(found(lines), kernel)).toEqual([]);
  });

  test("T7: another kernel than the machine's is a filter of its own; for nothing else does it stand in", () => {
    const open = found(changed("status Seccomp", "status Seccomp:\t0"));
    expect([refusedFindings(open, kernel), refusedFindings(open, foreign)]).toEqual([["system-call filter"], []]);
    expect(refusedFindings(open, { inside: null, machine: null })).toEqual(["system-call filter"]);
    const networked = found([...docker, "interface   eth0:  1 2"]);
    expect(refusedFindings(networked, foreign)).toEqual(["no network"]);
  });

  test("T7: what every Linux shows and this container does not counts as missing, unless another kernel serves it", () => {
    const hidden = found(without("status NoNew"));
    expect([refusedFindings(hidden, kernel), refusedFindings(hidden, foreign)]).toEqual([["no new privileges"], []]);
    expect(refusedFindings(found(without("memory")), kernel)).toEqual([]);
  });
});
