// Starting programs, by this process itself and by its starter: to who asks, both are the same.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test, vi } from "vitest";
import { type Program, type ProgramOptions, type startProgram, startsPrograms } from "../../src/base/start-program.ts";
import { until } from "../until.ts";

const folder = mkdtempSync(join(tmpdir(), "programs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options: ProgramOptions = { cwd: folder, env: { PATH: process.env.PATH } };

const byShell =
  (start: typeof startProgram) =>
  (script: string, more: Partial<ProgramOptions> = {}) =>
    start("/bin/sh", ["-c", script], { ...options, ...more });

/** Which process forks what is started so. */
async function forkedBy(start: typeof startProgram): Promise<number> {
  const program = byShell(start)('echo "$PPID"');
  const [said] = await Promise.all([text(program.stdout), once(program, "close")]);
  return Number(said);
}

/** Everything that is asked of a program, whoever forked it. */
function contract(start: typeof startProgram): void {
  const shell = byShell(start);

  test("its output, its error output and its exit code are told apart, and what is written to it is read", async () => {
    const program = shell('cat; echo "no" >&2; exit 3');
    const input = "x".repeat(3_000_000);
    program.stdin.end(input);
    const closed = once(program, "close");
    const [out, err] = await Promise.all([text(program.stdout), text(program.stderr)]);
    expect([out === input, err, await closed]).toEqual([true, "no\n", [3, null]]);
    expect([program.exitCode, program.signalCode]).toEqual([3, null]);
  });

  test("it has the environment that it is given and no other, and its folder", async () => {
    const program = start("/usr/bin/env", [], { cwd: "/", env: { ONLY: "this", NOT: undefined } });
    expect(await text(program.stdout)).toBe("ONLY=this\n");
    expect(await text(shell("pwd").stdout)).toBe(`${folder}\n`);
  });

  test("a signal before it has begun reaches it, and all of its group", async () => {
    const program = shell("sleep 600 & echo $!; wait", { detached: true });
    program.kill("SIGKILL");
    expect(await once(program, "close")).toEqual([null, "SIGKILL"]);
    const other = shell("sleep 600 & echo $!; wait", { detached: true });
    const [said] = (await once(other.stdout, "data")) as [Buffer];
    other.kill("SIGTERM");
    expect(await once(other, "close")).toEqual([null, "SIGTERM"]);
    await until(() => !isRunning(Number(String(said))));
  });

  test("what does not exist is an error that says so, and nothing else is told", async () => {
    const told: string[] = [];
    for (const [file, cwd] of [
      ["/nowhere/program", folder],
      ["/bin/sh", "/nowhere"],
    ] as const) {
      const program = start(file, [], { ...options, cwd });
      program.on("exit", () => told.push("exit")).on("close", () => told.push("close"));
      const [error] = (await once(program, "error" as never)) as [NodeJS.ErrnoException];
      expect(error.code).toBe("ENOENT");
    }
    await forkedBy(start);
    expect(told).toEqual([]);
  });

  test("one that nobody reads, or that reads nothing, ends all the same", async () => {
    const silent = shell("head -c 3000 /dev/zero");
    expect(await once(silent, "close")).toEqual([0, null]);
    const deaf = shell("exit 0");
    deaf.stdin.on("error", () => {});
    deaf.stdin.end("y".repeat(3_000_000));
    expect(await once(deaf, "close")).toEqual([0, null]);
    const partly = shell("head -c 1 > /dev/null; exec 0<&-; sleep 0.2; echo said");
    const refused = once(partly.stdin, "error");
    partly.stdin.end("z".repeat(3_000_000));
    expect(await refused).toMatchObject([{ code: "EPIPE" }]);
    expect(await text(partly.stdout)).toBe("said\n");
    const without = shell("cat; ls -l /proc/self/fd/0", { withoutInput: true });
    expect(await text(without.stdout)).toContain("/dev/null");
  });

  test("a caller that breaks off at once harms no other", async () => {
    const [broken, other] = [shell("cat"), shell("cat")];
    broken.stdin.on("error", () => {}).destroy(new Error("No more."));
    const said = text(broken.stdout);
    other.stdin.end("whole");
    expect(await text(other.stdout)).toBe("whole");
    expect(await said).toBe("");
  });

  test("a hundred at once get each its own input and output", async () => {
    const said = Array.from({ length: 100 }, async (_, index) => {
      const program = shell(`cat; echo " ${index}" >&2`);
      program.stdin.end(`number ${index}`);
      return (await Promise.all([text(program.stdout), text(program.stderr)])).join("");
    });
    expect(await Promise.all(said)).toEqual(Array.from(said, (_, index) => `number ${index} ${index}\n`));
  });
}

describe("by this process itself", () => {
  const start = startsPrograms({ directly: Number.POSITIVE_INFINITY });
  contract(start);

  test("it forks them", async () => {
    expect(await forkedBy(start)).toBe(process.pid);
  });
});

describe("by a starter", () => {
  const start = startsPrograms({ directly: 2 });
  let first = 0;
  const begun = () => until(async () => (await forkedBy(start)) !== process.pid);

  test("which is made once there is more than a little to do", async () => {
    expect([await forkedBy(start), await forkedBy(start)]).toEqual([process.pid, process.pid]);
    await begun();
    first = await forkedBy(start);
  });

  contract(start);

  test("one starter served all of that", async () => {
    expect(await forkedBy(start)).toBe(first);
  });

  test("where there is no room for its socket, everything is started all the same", async () => {
    vi.stubEnv("TMPDIR", "/nowhere");
    const without = startsPrograms({ directly: 0 });
    for (let n = 0; n < 3; n++) expect(await forkedBy(without)).toBe(process.pid);
    vi.unstubAllEnvs();
  });

  test("F12: when it is gone, its programs are ended, who waits for one is told, and the next is started all the same", async () => {
    const starter = await forkedBy(start);
    const program: Program = byShell(start)("sleep 600", { detached: true });
    await once(program, "spawn");
    const exited = once(program, "exit");
    process.kill(starter, "SIGKILL");
    await expect(exited).rejects.toThrow("The process that had started it is gone.");
    await until(() => !isRunning(program.pid as number));
    expect(await forkedBy(start)).toBe(process.pid);
    await begun();
    expect(await forkedBy(start)).not.toBe(starter);
  });

  test.each([
    ["F12: killed", "SIGKILL"],
    ["ended in order", "SIGTERM"],
  ] as const)("it goes with the process that made it, and its folder with it: %s", async (_, signal) => {
    const module = new URL("../../src/base/start-program.ts", import.meta.url).href;
    const program = `
      import { startsPrograms } from ${JSON.stringify(module)};
      process.on("SIGTERM", () => process.exit());
      const start = startsPrograms({ directly: 0 });
      const next = () => {
        const child = start("/bin/sh", ["-c", "echo $PPID"], { cwd: "/", env: {} });
        child.stdout.on("data", (said) => Number(said) === process.pid || process.stdout.write(said));
        child.on("close", () => setTimeout(next, 10));
      };
      next();
    `;
    const temporary = mkdtempSync("/tmp/t-"); // short, so that the starter's folder is in it
    const env = { PATH: process.env.PATH, TMPDIR: temporary };
    const command = ["--input-type=module", "-e", program];
    const maker = spawn(process.execPath, command, { env, stdio: ["ignore", "pipe", "inherit"] });
    const [said] = (await once(maker.stdout, "data")) as [Buffer];
    const starter = Number.parseInt(String(said), 10);
    expect([isRunning(starter), readdirSync(temporary).length]).toEqual([true, 1]);
    process.kill(starter, "SIGSTOP"); // so that it is seen who removes the folder
    maker.kill(signal);
    await once(maker, "exit");
    if (signal === "SIGTERM") expect(readdirSync(temporary)).toEqual([]);
    process.kill(starter, "SIGCONT");
    await until(() => !isRunning(starter) && readdirSync(temporary).length === 0);
    rmSync(temporary, { recursive: true });
  });
});

/** Whether there is such a process, and not only what is left of one that nobody has asked after. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
