// Attacks on the kernel: capabilities, namespaces, setuid, mounts, /proc, /sys and devices (T7).
import { chmodSync, chownSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe } from "vitest";
import type { Engine } from "../../../src/container/docker/engine.ts";
import { USER } from "../own-runtime.ts";
import { host, makeArena, runGuarded, runWeakened, type Weaken } from "./arena.ts";
import { type Attack, attacksFail, type Evidence, readEvidence } from "./attack.ts";

/** Capability names in the kernel's order (linux/capability.h). */
const CAPABILITIES = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE " +
  "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN " +
  "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE " +
  "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ"
) // later ones are parts of SYS_ADMIN, and not every engine knows them
  .split(" ");

const denied = /^refused E(PERM|ACCES)$/;
const notPermitted =
  /^(?!.*(changed|made|entered|mounted|renamed|lowered|unmasked|read) \(exit).*(not permitted|denied|must be (superuser|root)|only root|failed|read-only|cannot|I\/O error)/is;
const done = (word: string) => new RegExp(`${word} \\(exit 0\\)$`);
/** Of several files, of which not every kernel has each. */
const refusedAll = /^refused( E(ROFS|ACCES|PERM|NOENT))+$/;

const attacks: readonly Attack[] = [
  { title: "T7: a file cannot be given to root", name: "chown", fails: notPermitted, works: done("changed") },
  { title: "T7: a raw socket cannot be opened", name: "raw-socket", fails: denied, works: /^ok/ },
  { title: "T7: a packet socket cannot be opened", name: "packet-socket", fails: denied, works: /^ok/ },
  { title: "T7: a device cannot be made", name: "mknod", fails: notPermitted, works: done("made") },
  { title: "T7: a user namespace cannot be made", name: "userns", fails: notPermitted, works: done("entered") },
  { title: "T7: a mount namespace cannot be made", name: "mountns", fails: notPermitted, works: done("entered") },
  {
    title: "T7: a namespace of process 1 cannot be joined",
    name: "setns",
    fails: notPermitted,
    works: done("entered"),
  },
  { title: "T7: the run cannot become root by setuid", name: "setuid", fails: denied, works: /^root/ },
  {
    title: "T7: a setuid program of root does not make root",
    name: "setuid-program",
    fails: new RegExp(`^${USER.uid} `),
    works: /^0 /,
  },
  {
    title: "T7: a capability cannot be put on a program",
    name: "file-capability",
    fails: denied,
    works: /^ok/,
  },
  {
    title: "T7: a kernel module cannot be loaded",
    name: "module",
    fails: denied,
    works: /^refused E(BADF|NOSYS|INVAL)$/,
  },
  { title: "T7: bpf cannot be called", name: "bpf", fails: denied, works: /^refused E(INVAL|NOSYS|2BIG)$/ },
  {
    title: "T7: performance counters cannot be opened",
    name: "perf",
    fails: denied,
    works: /^refused E(FAULT|INVAL|NOSYS)$/,
  },
  {
    title: "T7: the kernel's keyrings cannot be reached",
    name: "keyring",
    fails: denied,
    works: /^(ok|refused E(NOSYS|NOKEY))/,
  },
  { title: "T7: io_uring cannot be set up", name: "io-uring", fails: denied, works: /^refused E(FAULT|NOSYS)$/ },
  {
    title: "T8: a context of asynchronous I/O, of which the machine has a number for all, cannot be made",
    name: "aio",
    fails: /^refused ENOSYS$/,
    works: /^refused EFAULT$/,
  },
  { title: "T7: userfaultfd cannot be called", name: "userfaultfd", fails: denied, works: /^(ok|refused ENOSYS)/ },
  {
    title: "T7: a file cannot be opened by its handle",
    name: "file-handle",
    fails: denied,
    works: /^ok/,
  },
  { title: "T7: the machine cannot be restarted", name: "reboot", fails: denied, works: /^refused EINVAL$/ },
  { title: "T7: the host name cannot be changed", name: "hostname", fails: notPermitted, works: done("renamed") },
  { title: "T8: the priority cannot be raised", name: "priority", fails: denied, works: /^ok/ },
  { title: "T7: the root cannot be changed", name: "chroot", fails: denied, works: /^ok/ },
  { title: "T7: a file system cannot be mounted", name: "mount-tmpfs", fails: notPermitted, works: done("mounted") },
  { title: "T7: a folder cannot be bound elsewhere", name: "mount-bind", fails: notPermitted, works: done("mounted") },
  {
    title: "T7: the root cannot be mounted anew for writing",
    name: "remount-root",
    fails: notPermitted,
    works: done("mounted"),
  },
  { title: "T7: a fresh /proc cannot be mounted", name: "mount-proc", fails: notPermitted, works: done("mounted") },
  {
    title: "T7: a control group tree cannot be mounted",
    name: "mount-cgroup",
    fails: notPermitted,
    works: done("mounted"),
  },
  { title: "T7: a masked kernel file cannot be uncovered", name: "umount-mask", fails: notPermitted, works: /read/ },
  {
    title: "T7: a trigger of the kernel (sysrq, its caches) cannot be opened for writing",
    name: "triggers",
    fails: refusedAll,
    works: /opened/,
  },
  {
    title: "T7: core_pattern cannot be opened for writing",
    name: "core-pattern",
    fails: /^refused E(ROFS|ACCES|PERM)$/,
    works: /^opened/,
  },
  {
    title: "T7: no program that the kernel starts as root (module loader, power off) can be replaced",
    name: "kernel-programs",
    fails: refusedAll,
    works: /opened/,
  },
  {
    title: "T7: the kernel's device events (uevent_helper) cannot be opened for writing",
    name: "device-events",
    fails: refusedAll,
    works: /opened/,
  },
  {
    title: "T7: a kernel setting of the network cannot be opened for writing",
    name: "ip-forward",
    fails: /^refused E(ROFS|ACCES|PERM)$/,
    works: /^opened/,
  },
  {
    title: "T8: the run's own limits cannot be opened for writing",
    name: "cgroup-limits",
    fails: /^refused E(ROFS|ACCES|PERM)$/,
    works: /^opened/,
  },
  {
    title: "T7: a control group (its release_agent) cannot be opened for writing",
    name: "release-agent",
    fails: refusedAll,
    works: /opened/,
  },
  {
    title: "T8: the run cannot make the host's out-of-memory killer spare it",
    name: "oom-score",
    fails: notPermitted,
    works: done("lowered"),
  },
  {
    title: "T7: what the kernel tells of its memory and timers cannot be read",
    name: "kernel-tales",
    fails: /^refused( empty| E(ACCES|PERM|NOENT))+$/,
    works: /read/,
  },
  { title: "T7: the kernel's log cannot be read", name: "kernel-log", fails: /^(?!read)/, works: /^read/ },
  { title: "T7: the host's devices are not there", name: "devices", fails: /^refused: none there$/, works: /^sees/ },
  {
    title: "T7: nothing outside the run's own folders is writable",
    name: "root-writable",
    fails: /^refused everywhere$/,
    works: /\/etc/,
  },
];

/**
 * Everything at once: root, every capability this machine has, no filter, nothing masked, a device of the host, and an
 * out-of-memory score that is not the least it may have.
 */
const privileged: Weaken = (body) =>
  host(
    {
      Mounts: [...body.HostConfig.Mounts, { Type: "bind", Source: "/sys/fs/cgroup", Target: "/sys/fs/cgroup" }],
      CapDrop: [],
      CapAdd: CAPABILITIES.filter((_, bit) => hasCapability(bit)),
      SecurityOpt: ["seccomp=unconfined"],
      ReadonlyRootfs: false,
      MaskedPaths: [],
      ReadonlyPaths: [],
      OomScoreAdj: 500,
      Devices: [{ PathOnHost: "/dev/loop-control", PathInContainer: "/dev/loop-control", CgroupPermissions: "r" }],
    },
    { User: "0:0" },
  )(body);
/** The same with the engine's masks left on: they hold back only whoever may not unmount. */
const maskedOnly: Weaken = (body) => host({ MaskedPaths: undefined, ReadonlyPaths: undefined })(privileged(body));
/** A setuid program only means something to a user who is not root already. */
const mayGainPrivileges = host({ SecurityOpt: [], CapDrop: [] });

export function kernelAttacks(engine: () => Engine): void {
  describe("the kernel", () => {
    let [guarded, weakened]: Evidence[] = [{}, {}];
    beforeAll(async () => {
      const arena = makeArena();
      chownSync(arena.workspace, USER.uid, USER.gid);
      const program = join(arena.workspace, "suid-id");
      copyFileSync("/usr/bin/id", program);
      chmodSync(program, 0o4755);
      const request = () => arena.request({ command: ["node", "/workspace/probes/kernel.mjs"] });
      guarded = readEvidence((await runGuarded(engine(), arena, request())).log);
      const asRoot = readEvidence((await runWeakened(engine(), arena, request(), privileged)).log);
      const asUser = readEvidence((await runWeakened(engine(), arena, request(), mayGainPrivileges)).log);
      const masked = readEvidence((await runWeakened(engine(), arena, request(), maskedOnly)).log);
      weakened = {
        ...asRoot,
        "setuid-program": asUser["setuid-program"] ?? "",
        "umount-mask": masked["umount-mask"] ?? "",
      };
    });
    attacksFail(
      attacks,
      () => guarded ?? {},
      () => weakened ?? {},
    );
  });
}

function hasCapability(bit: number): boolean {
  const bounding = /CapBnd:\s*([0-9a-f]+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${bounding}`) >> BigInt(bit)) & 1n) === 1n;
}
