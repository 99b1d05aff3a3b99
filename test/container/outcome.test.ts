// How endings become outcomes.
import { expect, test } from "vitest";
import { type Ending, judgeEnding } from "../../src/container/outcome.ts";

const ending = (changes: Partial<Ending>): Ending => ({
  cause: { kind: "exit" },
  exitCode: 0,
  oomKilled: false,
  limits: { memoryBytes: 96 * 1024 * 1024, fileSizeBytes: 1024 * 1024 * 1024 },
  ...changes,
});

type Expected = Pick<ReturnType<typeof judgeEnding>, "status" | "note"> & Partial<ReturnType<typeof judgeEnding>>;

test.each<[string, Ending, Expected]>([
  ["an exit with 0", ending({}), { status: "finished", note: null }],
  ["an exit with 3", ending({ exitCode: 3 }), { status: "failed", note: null }],
  [
    "no memory left",
    ending({ exitCode: 137, oomKilled: true }),
    { status: "failed", note: "It ran out of memory; a run may use 96 MiB.", limit: "memory" },
  ],
  [
    "a file that is too large",
    ending({ exitCode: 153 }),
    {
      status: "failed",
      note: "It was ended for a file over the size limit; a file may have 1024 MiB.",
      limit: "file_size",
    },
  ],
  ["no go", ending({ exitCode: 97 }), { status: "lost", note: "The agent was not started." }],
  [
    "work that could not be handed in",
    ending({ exitCode: 96 }),
    { status: "lost", note: "Its work could not be collected: the gateway was unreachable." },
  ],
  ["no exit code", ending({ exitCode: null }), { status: "lost", note: "It ended without an exit code." }],
  [
    "the deadline, although the agent then exited with 0",
    ending({ cause: { kind: "deadline", deadlineMs: 1_200_000 } }),
    { status: "timed_out", note: "It reached its deadline of 1200 s." },
  ],
  [
    "silence, although the agent then exited with 0",
    ending({ cause: { kind: "silence", note: "For 10 min it wrote nothing." } }),
    { status: "silent", note: "For 10 min it wrote nothing." },
  ],
  [
    "a stop",
    ending({ cause: { kind: "stop", reason: "The label was removed." }, exitCode: 137 }),
    { status: "stopped", note: "The label was removed." },
  ],
  [
    "a full disk",
    ending({
      cause: { kind: "disk", bound: { name: "/loop/out", limitBytes: 9, limitFiles: 9 }, excess: "bytes" },
      exitCode: 137,
    }),
    { status: "failed", note: "It wrote more than 9 bytes to /loop/out.", limit: "files" },
  ],
  [
    "a full workspace",
    ending({
      cause: { kind: "disk", bound: { name: "/workspace", limitBytes: 9, limitFiles: 9 }, excess: "bytes" },
      exitCode: 137,
    }),
    { status: "failed", note: "It wrote more than 9 bytes to /workspace.", limit: "disk" },
  ],
  [
    "a workspace of too many files",
    ending({
      cause: { kind: "disk", bound: { name: "/workspace", limitBytes: 9, limitFiles: 9 }, excess: "files" },
      exitCode: 137,
    }),
    { status: "failed", note: "It made more than 9 files in /workspace.", limit: "files" },
  ],
  [
    "a host whose disk is full, whoever filled it",
    ending({ cause: { kind: "host_disk" }, exitCode: 1 }),
    { status: "lost", note: "This host's disk was nearly full, so the run was ended.", limit: null },
  ],
  [
    "a dead relay",
    ending({ cause: { kind: "relay" }, exitCode: 137 }),
    { status: "lost", note: "The relay to the gateway ended, and the run with it." },
  ],
  [
    "a vanished container",
    ending({ cause: { kind: "gone" }, exitCode: null }),
    { status: "lost", note: "The container or its engine went away." },
  ],
])("%s", (_, given, expected) => {
  expect(judgeEnding(given)).toEqual({ limit: null, ...expected });
});
