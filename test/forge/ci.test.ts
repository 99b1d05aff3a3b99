// The forge's CI: it really runs the command on each pushed commit, and reports what happened.
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import type { Forge } from "../../src/forge/forge.ts";
import type { RepositoryRequest } from "../../src/forge/repository.ts";
import { aForge, atEnd } from "./local-forge.ts";

async function aTested(forge: Forge, ci: RepositoryRequest["ci"]) {
  const repository = await forge.createRepository({
    owner: "acme",
    name: "tested",
    files: { "check.sh": "exit 1\n" },
    collaborators: { willa: "write" },
    ci,
  });
  const heard: string[] = [];
  forge.world.listen((event) => heard.push(`${event.event} ${event.action ?? ""}`.trim()));
  return { repository, heard };
}

test("a failing command is a red check run with the end of its log, a passing one is green", async () => {
  const forge = await aForge();
  const { repository, heard } = await aTested(forge, { mode: "run", command: "sh check.sh" });
  const red = await forge
    .as("willa")
    .push(repository, "work", { "check.sh": "echo expected 3 but got 1 >&2; exit 7\n" }, "Red");
  await forge.idle();
  expect(heard).toEqual([
    "push",
    "check_suite requested",
    "check_run created",
    "check_run completed",
    "check_suite completed",
  ]);
  const green = await forge.as("willa").push(repository, "work", { "check.sh": "echo all is well\n" }, "Green");
  await forge.idle();
  const told = repository.runs.map((run) => [
    run.name,
    run.app.slug,
    run.headSha,
    run.status,
    run.conclusion,
    run.output.title,
  ]);
  expect(told).toEqual([
    ["ci / test", "forge-ci", red, "completed", "failure", "Failed with exit code 7"],
    ["ci / test", "forge-ci", green, "completed", "success", "Passed"],
  ]);
  expect(repository.runs[0]?.output.summary).toContain("expected 3 but got 1");
});

test("the command sees the pushed commit, git, node, and nothing of the forge's environment", async () => {
  process.env.FORGE_TEST_CANARY = "do not leak";
  const forge = await aForge();
  const { repository } = await aTested(forge, {
    mode: "run",
    command: "git rev-parse HEAD; node -p 'process.version'; env | cut -d= -f1 | sort | tr '\\n' ' '",
  });
  const sha = await forge.as("willa").push(repository, "work", { "a.txt": "a\n" }, "A");
  await forge.idle();
  delete process.env.FORGE_TEST_CANARY;
  const lines = (repository.runs[0]?.output.text ?? "").split("\n");
  expect(lines.slice(1, 3)).toEqual([sha, process.version]);
  expect(
    lines[3]
      ?.trim()
      .split(" ")
      .filter((name) => !["OLDPWD", "PWD", "SHLVL", "_"].includes(name)),
  ).toEqual(["CI", "HOME", "LANG", "PATH", "TMPDIR"]);
});

test("a command that hangs is stopped with all it started", async () => {
  const forge = await aForge();
  const { repository } = await aTested(forge, {
    mode: "run",
    command: "sleep 1000 & echo started; wait",
    timeoutMs: 300,
  });
  await forge.as("willa").push(repository, "work", { "a.txt": "a\n" }, "A");
  await forge.idle();
  expect(repository.runs[0]).toMatchObject({ conclusion: "timed_out", output: { title: "Stopped after 0.3 s" } });
});

test("a job ends with its command, whatever that left running", async () => {
  const forge = await aForge();
  const { repository } = await aTested(forge, { mode: "run", command: "sleep 1000 & echo done" });
  await forge.as("willa").push(repository, "work", { "a.txt": "a\n" }, "A");
  await forge.idle();
  expect(repository.runs[0]?.conclusion).toBe("success");
});

test("a very long log is clipped to its end", async () => {
  const forge = await aForge();
  const { repository } = await aTested(forge, { mode: "run", command: "seq 1 200000; echo '```'; exit 1" });
  await forge.as("willa").push(repository, "work", { "a.txt": "a\n" }, "A");
  await forge.idle();
  const { text, summary } = repository.runs[0]!.output;
  expect(text!.length).toBeLessThan(60_200);
  expect(text).toMatch(/^````\n\[… \d+ characters before this\]\n[\s\S]*200000\n```\n````$/);
  expect(summary).toContain("199999");
});

test("a scripted CI concludes as the test says, and again when it is asked to rerun", async () => {
  const forge = await aForge();
  const conclusions = ["failure", "success"] as const;
  let asked = 0;
  const { repository } = await aTested(forge, {
    mode: "scripted",
    name: "lint",
    conclude: () => ({ conclusion: conclusions[asked++]!, log: "a line" }),
  });
  await forge.as("willa").push(repository, "work", { "a.txt": "a\n" }, "A");
  await forge.idle();
  forge.as("willa").rerun(repository.runs[0]!);
  await forge.idle();
  expect(repository.runs.map((run) => [run.name, run.conclusion])).toEqual([
    ["lint", "failure"],
    ["lint", "success"],
  ]);
});

test("a silent CI and one that is off report nothing; tags and deletions start nothing", async () => {
  const forge = await aForge();
  const { repository } = await aTested(forge, { mode: "silent" });
  const willa = forge.as("willa");
  const sha = await willa.push(repository, "work", { "a.txt": "a\n" }, "A");
  repository.ci = { mode: "run", command: "true" };
  await forge.world.createRef(willa.actor, repository, "refs/tags/v1", sha);
  await willa.deleteBranch(repository, "work");
  await forge.idle();
  expect(repository.runs).toEqual([]);
});

test("the forge closes while a job is being prepared", async () => {
  const forge = await aForge();
  const { repository } = await aTested(forge, { mode: "run", command: "sleep 1000" });
  const queued = new Promise<void>((resolve) => {
    forge.world.listen((event) => event.event === "check_run" && resolve());
  });
  await forge.as("willa").push(repository, "work", { "a.txt": "a\n" }, "A");
  await queued;
  await forge.close();
  expect(repository.runs[0]?.status).not.toBe("completed");
});

test("the forge closes while a job runs, and ends it", async () => {
  const forge = await aForge();
  const [started, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  // The command holds a connection open: its end is the proof that the process is gone.
  const server = createServer((socket) => {
    started.resolve();
    socket.on("error", () => {}).on("close", () => gone.resolve());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(async () => void server.close());
  const { port } = server.address() as AddressInfo;
  const { repository } = await aTested(forge, {
    mode: "run",
    command: `node -e 'require("net").connect(${port}, "127.0.0.1")'`,
  });
  await forge.as("willa").push(repository, "work", { "a.txt": "a\n" }, "A");
  await started.promise;
  await forge.close();
  await gone.promise;
  expect(repository.runs[0]?.status).toBe("in_progress");
});
