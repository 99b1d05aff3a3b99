// What `explain --spec` prints, and that it starts nothing.
import { expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";

/** No engine answers in this environment. */
const alone = { PATH: "", HOME: "/nowhere", XDG_RUNTIME_DIR: "/nowhere" };

async function explain(...args: string[]) {
  let [out, err] = ["", ""];
  const code = await runProgram(["explain", ...args], {
    env: alone,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

test("every role's containers are printed with the guard's word on each, and nothing was started", async () => {
  const { code, out } = await explain("--spec");
  expect(code).toBe(0);
  expect(out.match(/^# (executor|reviewer|check), .*/gm)).toEqual([
    "# executor, agent: loopgate-12-example-1-executor-1",
    "# executor, relay: loopgate-12-example-1-executor-1-relay",
    "# reviewer, agent: loopgate-12-example-1-reviewer-1",
    "# reviewer, relay: loopgate-12-example-1-reviewer-1-relay",
    "# check, agent: loopgate-12-example-1-check-1",
  ]);
  expect(out.match(/^# The guard accepts it\.$/gm)).toHaveLength(5);
  expect(out).toContain("# The image was not looked up");
  expect(out).toContain("# Nothing was started.");
});

test("as JSON the spec is whole: what the engine would be told, to the byte", async () => {
  const { code, out } = await explain("--spec", "--role", "reviewer", "--image", "agents/node:24", "--json");
  const { resolved, specs } = JSON.parse(out);
  const [agent, relay] = specs;
  expect([code, resolved, specs.length, agent.refused, relay.refused]).toEqual([0, false, 2, [], []]);
  expect(agent.spec.body).toMatchObject({ Labels: { "loopgate.image": "agents/node:24" }, WorkingDir: "/" });
  expect(agent.spec.body.HostConfig).toMatchObject({ CapDrop: ["ALL"], ReadonlyRootfs: true });
  expect(agent.spec.body.HostConfig.NetworkMode).toBe(`container:${relay.spec.name}`);
  expect(relay.spec.body.HostConfig.NetworkMode).toBe("none");
  expect(agent.spec.body.HostConfig.SecurityOpt.at(-1)).toMatch(/^seccomp=\{"defaultAction":"SCMP_ACT_ERRNO"/);
  const workspace = agent.spec.body.HostConfig.Mounts.find(({ Target }: { Target: string }) => Target === "/workspace");
  expect(workspace.ReadOnly).toBe(true);
});

test("a role there is not, and nothing to explain, are misuse", async () => {
  expect(await explain("--spec", "--role", "king")).toMatchObject({
    code: 2,
    err: "error: unknown role king; the roles are executor, reviewer, check\n",
  });
  expect((await explain()).code).toBe(2);
});
