// Attacks on the machine's resources and on the run's end: floods, bombs, deadlines, survivors (T8).
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, vi } from "vitest";
import type { Engine } from "../../../src/container/docker/engine.ts";
import { processRuntime } from "../../../src/container/process/process.ts";
import type { Limits, RunOutcome } from "../../../src/container/run.ts";
import { type UidRange, usualUids } from "../../../src/environment.ts";
import { host, makeArena, runGuarded, runtimeOf, runWeakened, type Weaken } from "./arena.ts";
import { tryAttack } from "./attack.ts";

const MiB = 1024 * 1024;

interface Flood {
  readonly title: string;
  readonly command: string | readonly string[];
  /** The bound under attack, small. */
  readonly limits: Partial<Limits>;
  readonly held: (outcome: RunOutcome) => void;
  /** Takes the bound away: either behind the guard, or by a limit that is far off. */
  readonly weaken: Weaken | Partial<Limits>;
  readonly flooded: RegExp;
}

const writes = (folder: string, bytes: number) => `head -c ${bytes} /dev/zero > ${folder}/flood && echo flooded`;
const fails = (pattern: RegExp) => (outcome: RunOutcome) => {
  expect(outcome.log).toMatch(pattern);
  expect(outcome.log).not.toMatch(/^flooded/m);
};
const endedWith = (note: string) => (outcome: RunOutcome) => {
  expect({ status: outcome.status, note: outcome.note }).toEqual({ status: "failed", note });
  expect(outcome.log).not.toContain("flooded");
};

/** Shell that outlasts two measurements. */
const thenWaits = "sleep 5; echo flooded";

const floods: readonly Flood[] = [
  {
    title: "T8: a fork bomb stays within its processes",
    command: [
      "perl",
      "-e",
      'for (1..100) { my $p = fork; die "refused after $_\n" unless defined $p; if (!$p) { sleep 2; exit } } print "flooded\n"',
    ],
    limits: { pids: 24 },
    held: fails(/refused after \d\d\n/),
    weaken: host({ PidsLimit: 0 }),
    flooded: /^flooded/,
  },
  {
    title: "T8: a memory bomb ends the run",
    command: [
      "node",
      "-e",
      'const kept = []; for (let i = 0; i < 20; i++) kept.push(Buffer.alloc(8e6, 1)); console.log("flooded")',
    ],
    limits: { memoryBytes: 96 * MiB },
    held: (outcome) =>
      expect(outcome).toMatchObject({ oomKilled: true, note: "It ran out of memory; a run may use 96 MiB." }),
    weaken: host({ Memory: 512 * MiB, MemorySwap: 512 * MiB }),
    flooded: /^flooded/,
  },
  {
    title: "T8: /tmp takes no more than its size",
    command: writes("/tmp", 20 * MiB),
    limits: { tmpBytes: 8 * MiB },
    held: fails(/No space left/),
    weaken: host({ Tmpfs: { "/tmp": `size=${64 * MiB}` } }),
    flooded: /^flooded/,
  },
  {
    title: "T8: /tmp takes no more files than its limit",
    command: ["perl", "-e", 'for (1..500) { open(my $f, ">", "/tmp/$_") or die "refused: $!\n" } print "flooded\n"'],
    limits: { files: 100 },
    held: fails(/refused: No space left/),
    weaken: host({ Tmpfs: { "/tmp": `size=${64 * MiB}` } }),
    flooded: /^flooded/,
  },
  {
    title: "T8: shared memory takes no more than its size",
    command: writes("/dev/shm", 80 * MiB),
    limits: {},
    held: fails(/No space left/),
    weaken: host({ ShmSize: 128 * MiB }),
    flooded: /^flooded/,
  },
  {
    title: "T8: a file takes no more than the limit",
    command: writes("/workspace", 3_000_000),
    limits: { fileSizeBytes: 1_000_000 },
    held: fails(/File size limit exceeded|File too large|^$/),
    weaken: host({ Ulimits: [] }),
    flooded: /^flooded/,
  },
  {
    title: "T8: a flood of open files stops at the limit",
    command: [
      "perl",
      "-e",
      'my @f; for (1..200) { open($f[$_], "<", "/dev/null") or die "refused: $!\n" } print "flooded\n"',
    ],
    limits: { openFiles: 64 },
    held: fails(/refused: Too many open files/),
    weaken: host({ Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 1024 }] }),
    flooded: /^flooded/,
  },
  {
    title: "T8: the limit on open files cannot be raised from inside",
    command: "ulimit -n 128 && echo flooded",
    limits: { openFiles: 64 },
    held: fails(/not permitted|error setting limit/i),
    weaken: host({ Ulimits: [{ Name: "nofile", Soft: 64, Hard: 1024 }] }),
    flooded: /^flooded/,
  },
  {
    title: "T8: a disk flood of the workspace ends the run",
    command: `head -c 6000000 /dev/urandom > flood; ${thenWaits}`,
    limits: { workspaceBytes: 3_000_000 },
    held: endedWith("It wrote more than 3000000 bytes to /workspace."),
    weaken: { workspaceBytes: 100_000_000 },
    flooded: /^flooded/,
  },
  {
    title: "T8: a disk flood of the answer's folder ends the run",
    command: `head -c 3000000 /dev/urandom > /loop/out/flood; ${thenWaits}`,
    limits: { outBytes: 1_000_000 },
    held: endedWith("It wrote more than 1000000 bytes to /loop/out."),
    weaken: { outBytes: 100_000_000 },
    flooded: /^flooded/,
  },
  {
    title: "T8: an inode flood ends the run",
    command: `mkdir many; cd many; seq 900 | xargs touch; ${thenWaits}`,
    limits: { files: 500 },
    held: endedWith("It made more than 500 files in /workspace."),
    weaken: { files: 100_000 },
    flooded: /^flooded/,
  },
  {
    title: "T8: a flood in names that are not UTF-8 ends the run",
    command: [
      "perl",
      "-e",
      'my $d = "\\xff\\xfe"; mkdir $d; open(my $f, ">", "$d/\\xe9") or die; print $f "x" x 6_000_000; close $f; sleep 5; print "flooded\n"',
    ],
    limits: { workspaceBytes: 3_000_000 },
    held: endedWith("It wrote more than 3000000 bytes to /workspace."),
    weaken: { workspaceBytes: 100_000_000 },
    flooded: /^flooded/,
  },
  {
    title: "T8: a flood in folders deeper than a path can say ends the run",
    command: `d=$(printf 'd%.0s' $(seq 200)); for i in $(seq 30); do mkdir $d && cd -P $d; done; ${thenWaits}; cd /workspace; rm -rf $d`,
    limits: {},
    held: endedWith("It made folders in /workspace that cannot be measured."),
    weaken: host({}),
    flooded: /^flooded/,
  },
  {
    title: "T8: a log flood is kept only to its limit",
    command: "head -c 300000 /dev/zero | tr '\\0' x; echo; echo flooded",
    limits: { logBytes: 1_000 },
    held: (outcome) => {
      expect(outcome.logTruncated).toBe(true);
      expect(Buffer.byteLength(outcome.log)).toBeLessThan(1_100);
    },
    weaken: { logBytes: MiB },
    flooded: /x{300000}/,
  },
  {
    title: "T8: an agent that ignores SIGTERM is ended at its deadline",
    command: "trap '' TERM; sleep 3 & wait; echo flooded",
    limits: { deadlineMs: 700, graceMs: 200 },
    held: (outcome) => {
      expect(outcome.status).toBe("timed_out");
      expect(outcome.log).not.toContain("flooded");
    },
    weaken: { deadlineMs: 30_000 },
    flooded: /^flooded/,
  },
];

/** Busy for half a second on two processes; then what the kernel says of having held it back. */
const busy = `for i in 1 2; do timeout 0.7 sh -c 'while :; do :; done' & done; wait
  for f in /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu/cpu.stat; do [ -e $f ] && grep nr_throttled $f; done; true`;

/** Pipes until new ones get less, and watchers until there are no more: 1,100 and a few hundred. F_GETPIPE_SZ is 1032. */
const hoards = `my (@kept, @more); for (1..1100) { pipe(my $r, my $w) or last; push @kept, $r, $w }
  for (1..600) { my $fd = syscall(${process.arch === "x64" ? "294" : "26"}, 0); last if $fd < 0; push @more, $fd }
  $| = 1; print "hoarded\n"; sleep 30`;
const looks = `pipe(my $r, my $w); my $fd = syscall(${process.arch === "x64" ? "294" : "26"}, 0);
  printf "pipe %d watch %s\n", fcntl($r, 1032, 0), $fd < 0 ? "no" : "yes"`;

/** What a run finds of its user's quotas while another run, which began before it, keeps all that it could get. */
async function besideAHoard(engine: Engine, uids: UidRange | undefined): Promise<string> {
  const [hoarder, other] = [makeArena(), makeArena()];
  const runtime = runtimeOf(engine, { folder: dirname(hoarder.folder) }, uids);
  const full = Promise.withResolvers<void>();
  const first = hoarder.request({ command: ["perl", "-e", hoards] });
  const running = await runtime.start(first, (_, chunk) => String(chunk).includes("hoarded") && full.resolve());
  await full.promise;
  const { log } = await (await runtime.start(other.request({ command: ["perl", "-e", looks] }))).done;
  await running.stop("it was looked at");
  await running.done;
  return log;
}

export function limitAttacks(engine: () => Engine): void {
  describe("floods and survivors", () => {
    for (const { title, command, limits, held, weaken, flooded } of floods) {
      tryAttack(title, {
        fails: async () => {
          const arena = makeArena();
          held(await runGuarded(engine(), arena, arena.request({ command, limits })));
        },
        works: async () => {
          const arena = makeArena();
          const behindTheGuard = typeof weaken === "function";
          const request = arena.request({ command, limits: behindTheGuard ? limits : { ...limits, ...weaken } });
          const run = behindTheGuard
            ? runWeakened(engine(), arena, request, weaken)
            : runGuarded(engine(), arena, request);
          expect((await run).log).toMatch(flooded);
        },
      });
    }

    tryAttack("T8: a run that wants every processor is held back", {
      fails: async () => {
        const arena = makeArena();
        const { log } = await runGuarded(engine(), arena, arena.request({ command: busy, limits: { cpus: 0.2 } }));
        expect(Number(/nr_throttled (\d+)/.exec(log)?.[1])).toBeGreaterThan(0);
      },
      works: async () => {
        const arena = makeArena();
        const { log } = await runWeakened(engine(), arena, arena.request({ command: busy }), host({ NanoCpus: 0 }));
        expect(log).toMatch(/nr_throttled 0/);
      },
    });

    tryAttack("T8: what a run uses up of the quotas that its user has of the kernel, a run beside it does not miss", {
      fails: async () => expect(await besideAHoard(engine(), usualUids)).toBe("pipe 65536 watch yes\n"),
      works: async () => expect(await besideAHoard(engine(), undefined)).toMatch(/^pipe (?!65536)\d+ watch no\n$/),
    });

    const daemon = (mark: string) => [
      "perl",
      "-e",
      `use POSIX; if (my $child = fork) { waitpid $child, 0; exit } setsid; exit if fork; $0 = "${mark}"; sleep 60`,
    ];
    tryAttack("T8: a daemon that forked twice into its own session is gone after the run", {
      fails: async () => {
        const arena = makeArena();
        const mark = `survivor-${process.pid}-a`;
        const running = arena.request({ command: daemon(mark) });
        expect((await runGuarded(engine(), arena, running)).status).toBe("finished");
        expect(processesNamed(mark)).toEqual([]);
      },
      works: async () => {
        const arena = makeArena();
        const mark = `survivor-${process.pid}-b`;
        const runtime = processRuntime({ scratchDir: arena.folder });
        await (await runtime.start(arena.request({ command: daemon(mark) }))).done;
        await vi.waitFor(() => expect(processesNamed(mark)).toHaveLength(1));
        const alive = processesNamed(mark);
        for (const id of alive) process.kill(id, "SIGKILL");
        expect(alive).toHaveLength(1);
      },
    });
  });
}

function processesNamed(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, "latin1").startsWith(mark);
      } catch {
        return false;
      }
    });
}
