// What every runtime must do, as one set of tests that each runtime's own file runs.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { RunOutcome, RunRequest, Runtime } from "../../src/container/run.ts";
import { forgetting } from "./forgetting.ts";
import { type Ground, prepareGround } from "./ground.ts";

/** Runs the contract against fresh runtimes; folders of runs lie beneath `ground.folder`. */
export function obeysTheContract(open: (ground: Ground) => Runtime): void {
  let ground: Ground;
  let runtime: Runtime;
  beforeEach(async () => {
    ground = await prepareGround();
    runtime = forgetting(open(ground));
    onTestFinished(async () => {
      await runtime.sweep(() => false);
      await runtime.close();
    });
  });
  const run = async (request: RunRequest): Promise<RunOutcome> => (await runtime.start(request)).done;

  test("the agent reads its brief, writes to out, and its exit code and output are the outcome's", async () => {
    const command = 'cat "$LOOP_DIR/brief.md"; echo done > "$LOOP_DIR/out/result.json"; echo oops >&2; exit 3';
    const outcome = await run(ground.request({ command }));
    expect(outcome).toMatchObject({ status: "failed", exitCode: 3, note: null, logTruncated: false, oomKilled: false });
    expect(outcome.log.split("\n").sort()).toEqual(["", "Fix the addition.", "oops"]);
    expect(readFileSync(join(ground.folder, "loop/out/result.json"), "utf8")).toBe("done\n");
    expect(outcome.readyMs).toBeGreaterThan(0);
    expect(outcome.endedAt).toBeGreaterThanOrEqual(outcome.startedAt);
  });

  test("the agent stands in its workspace, and a command given as a list is not read by a shell", async () => {
    expect((await run(ground.request({ command: ["git", "log", "--format=%s$HOME"] }))).log).toBe("Base$HOME\n");
  });

  test("the agent reaches its gateway over loopback", async () => {
    const script = 'fetch(process.env.LOOP_GATEWAY + "/hello").then((answer) => answer.text()).then(console.log)';
    const outcome = await run(ground.request({ command: ["node", "-e", script] }));
    expect(outcome.log).toBe("gateway heard /hello\n\n");
    expect(ground.requests).toEqual(["GET /hello"]);
  });

  test("the agent's standard input is empty", async () => {
    expect((await run(ground.request({ command: "cat; echo end" }))).log).toBe("end\n");
  });

  test("T5: nothing of the App's own environment reaches the agent", async () => {
    process.env.LOOPGATE_CANARY = "canary-7d1f";
    onTestFinished(() => void delete process.env.LOOPGATE_CANARY);
    const outcome = await run(ground.request({ command: "env; cat /proc/self/environ /proc/$PPID/environ" }));
    expect(outcome.log).toContain("LOOP_BRANCH=loop/12-k3f9");
    expect(outcome.log).not.toContain("canary-7d1f");
  });

  test("what an executor leaves uncommitted is committed with trailers and pushed to its branch alone", async () => {
    const outcome = await run(ground.request({ command: "echo 4 > sum; exit 1" }));
    expect(outcome).toMatchObject({ status: "failed", exitCode: 1, log: "" });
    expect(ground.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/loop/12-k3f9\nrefs/heads/main");
    expect(ground.git("log", "--format=%an <%ae>%n%B", "main..loop/12-k3f9")).toBe(
      "Loopgate agent <agent@loopgate.invalid>\n" +
        "Attempt 1: what the agent left uncommitted\n\nLoop-Task: 12\nLoop-Attempt: 1",
    );
    expect(ground.git("show", "loop/12-k3f9:sum")).toBe("4");
  });

  test("what an executor committed itself is pushed as it is", async () => {
    await run(ground.request({ command: "echo 4 > sum && git add sum && git commit --quiet -m Mine" }));
    expect(ground.git("log", "--format=%s", "main..loop/12-k3f9")).toBe("Mine");
  });

  test("an agent that pushed for itself is not pushed over", async () => {
    const command =
      "echo 4 > sum && git add sum && git commit -qm Mine && git push -q origin HEAD:refs/heads/$LOOP_BRANCH";
    expect((await run(ground.request({ command }))).log).toBe("");
    expect(ground.git("log", "--format=%s", "main..loop/12-k3f9")).toBe("Mine");
  });

  test("an executor that changed nothing pushes nothing", async () => {
    await run(ground.request());
    expect(ground.requests).toEqual([]);
  });

  test("hooks that an agent left behind do not stop its work from being handed in", async () => {
    const hook = "mkdir -p .git/hooks; printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-commit";
    const command = `${hook}; cp .git/hooks/pre-commit .git/hooks/pre-push; chmod +x .git/hooks/*; echo 4 > sum`;
    await run(ground.request({ command }));
    expect(ground.git("show", "loop/12-k3f9:sum")).toBe("4");
  });

  test("a push that is refused is said in the log and leaves the agent's exit code alone", async () => {
    ground.git("config", "http.receivepack", "false");
    const outcome = await run(ground.request({ command: "echo 4 > sum" }));
    expect(outcome).toMatchObject({ status: "finished", exitCode: 0 });
    expect(outcome.log).toContain("loopgate: the push of loop/12-k3f9 failed");
  });

  test.each(["reviewer", "check"] as const)("a %s hands in nothing", async (role) => {
    await run(ground.request({ role, command: 'echo 4 > sum; echo "{}" > "$LOOP_DIR/out/result.json"' }));
    expect(ground.requests).toEqual([]);
    expect(ground.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    expect(existsSync(join(ground.folder, "loop/out/result.json"))).toBe(true);
  });

  test("F52: a deadline ends an agent that ignores SIGTERM, and what it started", async () => {
    const command = "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo up; while :; do sleep 1; done";
    const began = Date.now();
    const outcome = await run(ground.request({ command, limits: { deadlineMs: 700, graceMs: 200 } }));
    expect(outcome).toMatchObject({ status: "timed_out", note: "It reached its deadline of 1 s." });
    expect(Date.now() - began).toBeLessThan(15_000);
    expect(await runtime.list()).toEqual([]);
  });

  test("a clock of ours that is hours ahead of the run's, or behind, ends no run early and lets none go on (F14)", async () => {
    for (const hours of [3, -3]) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hours * 3_600_000 });
      onTestFinished(() => void vi.useRealTimers());
      const [early, late] = ["early", "late"].map((id) => `12-k3f9-1-${id}${hours}`) as [string, string];
      const limits = { deadlineMs: 2_500, graceMs: 200 };
      const ample = { ...limits, deadlineMs: 20_000 };
      expect(await run(ground.request({ id: early, command: "sleep 1", limits: ample }))).toMatchObject({
        status: "finished",
      });
      expect((await run(ground.request({ id: late, command: "sleep 30", limits }))).status).toBe("timed_out");
      vi.useRealTimers();
    }
  });

  test("an agent that heeds the deadline still has its work handed in within the grace", async () => {
    const command = "trap 'exit 0' TERM; echo 4 > sum; while :; do sleep 0.1; done";
    const limits = { deadlineMs: 2_000, graceMs: 20_000 };
    expect(await run(ground.request({ command, limits }))).toMatchObject({ status: "timed_out", exitCode: 0 });
    expect(ground.git("show", "loop/12-k3f9:sum")).toBe("4");
  });

  test("a silent run is asked to end and hands in its work within the grace, and its output was counted", async () => {
    const up = Promise.withResolvers<void>();
    const command = "trap 'exit 0' TERM; echo 4 > sum; echo up; while :; do sleep 0.1; done";
    const running = await runtime.start(ground.request({ command, limits: { graceMs: 20_000 } }), () => up.resolve());
    await up.promise;
    expect(running.outputBytes()).toBe(3);
    running.endSilent("Nothing was heard of it.");
    const outcome = await running.done;
    expect(outcome).toMatchObject({ status: "silent", note: "Nothing was heard of it.", exitCode: 0 });
    expect(ground.git("show", "loop/12-k3f9:sum")).toBe("4");
    expect(await runtime.list()).toEqual([]);
  });

  test("F52: a silent run that ignores SIGTERM is ended after the grace", async () => {
    const up = Promise.withResolvers<void>();
    const command = "trap '' TERM; echo up; while :; do sleep 1; done";
    const running = await runtime.start(ground.request({ command, limits: { graceMs: 200 } }), () => up.resolve());
    await up.promise;
    running.endSilent("Nothing was heard of it.");
    expect(await running.done).toMatchObject({ status: "silent", note: "Nothing was heard of it." });
    expect(await runtime.list()).toEqual([]);
  });

  test("I20: a stopped run ends at once and hands in nothing", async () => {
    const up = Promise.withResolvers<void>();
    const request = ground.request({ command: "echo 4 > sum; echo up; sleep 60" });
    const running = await runtime.start(request, () => up.resolve());
    await up.promise;
    await running.stop("The label was removed.");
    expect(await running.done).toMatchObject({ status: "stopped", note: "The label was removed.", log: "up\n" });
    expect(ground.requests).toEqual([]);
    expect(await runtime.list()).toEqual([]);
  });

  test("F53, T8: a flood of output is capped in memory, its beginning and end are kept, and the flood is slowed", async () => {
    let heard = 0;
    const command = "echo first; head -c 8000000 /dev/zero | tr '\\0' x; echo; echo last";
    const request = ground.request({ command, limits: { logBytes: 1_000 } });
    const outcome = await (await runtime.start(request, (_, chunk) => (heard += chunk.length))).done;
    expect(outcome).toMatchObject({ status: "finished", logTruncated: true });
    expect(outcome.log).toMatch(/^first\nx+\n\[loopgate: \d+ bytes of output were dropped here\]\nx+\nlast\n$/);
    expect(Buffer.byteLength(outcome.log)).toBeLessThan(1_100);
    expect(heard).toBe(8_000_012);
    expect(outcome.endedAt - outcome.startedAt).toBeGreaterThan(1_000);
  });

  test("T8: an agent that fills out beyond its limit is ended", async () => {
    const command = 'head -c 2000000 /dev/urandom > "$LOOP_DIR/out/junk"; sleep 60';
    const outcome = await run(ground.request({ command, limits: { outBytes: 1_000_000 } }));
    expect(outcome).toMatchObject({ status: "failed", note: "It wrote more than 1000000 bytes to /loop/out." });
  });

  test("starting a run twice is starting it once, and it is found and listed while it lasts", async () => {
    const request = ground.request({ command: "sleep 60" });
    const [first, second] = await Promise.all([runtime.start(request), runtime.start(request)]);
    expect(second).toBe(first);
    expect(await runtime.find(request.id)).toBe(first);
    expect(await runtime.find("another")).toBeNull();
    const label = { id: request.id, loop: "12-k3f9", epoch: 1, role: "executor", attempt: 1 };
    expect(await runtime.list()).toEqual([label]);
    expect(await runtime.sweep(({ epoch }) => epoch === 1)).toEqual([]);
    expect(await runtime.sweep(({ epoch }) => epoch === 2)).toEqual([request.id]);
    expect(await runtime.list()).toEqual([]);
    expect((await first.done).status).not.toBe("finished");
  });

  test("a server beside a run shares its loopback, is spoken to on its streams, and ends when it is forgotten", async () => {
    const beside = ground.request({ command: "sleep 60" });
    await runtime.start(beside);
    const script =
      'process.stdin.on("data", (said) => fetch(process.env.AT + "/hello").then((answer) => answer.text()).then(' +
      "(text) => console.log(String(said).trim(), text.trim()), ({ cause }) => console.log(String(said).trim(), cause.code)))";
    const given = {
      joins: beside.id,
      gatewaySocket: null,
      role: "check" as const,
      env: {},
      command: ["node", "-e", script],
    };
    const request = ground.request({
      ...given,
      id: `${beside.id}-server-a`,
      variables: { AT: "http://127.0.0.1:8417" },
    });
    const heard: string[] = [];
    const running = await runtime.start(request, (stream, chunk) => heard.push(`${stream} ${chunk}`));
    running.write?.("one\n");
    const expected = runtime.kind === "docker" ? "stdout one gateway heard /hello\n" : "stdout one ECONNREFUSED\n";
    await vi.waitFor(() => expect(heard).toEqual([expected]), { timeout: 10_000 });
    expect(running.facts.network).toBe(runtime.kind === "docker" ? "none" : running.facts.network);
    await runtime.forget(request.id);
    expect((await running.done).status).not.toBe("finished");
    expect((await runtime.list()).map(({ id }) => id)).toEqual([beside.id]);
  });

  test.each([
    ["GITHUB_TOKEN", "x"],
    ["PATH", "x"],
    ["LOOP_TOKEN", "ghs_0123456789abcdefghij0123456789abcdef"],
  ])("a run that would be given %s=%s is refused before anything starts", async (name, value) => {
    const refused = runtime.start(ground.request({ env: { [name]: value } }));
    await expect(refused).rejects.toMatchObject({ name: "Fault", kind: "refused", retry: "never" });
    await expect(refused).rejects.not.toThrow(value.length > 1 ? value : "=x");
    expect(await runtime.list()).toEqual([]);
  });
}
