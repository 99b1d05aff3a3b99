// The demo with real agents: started as somebody would who wants to judge it by their own agent, against a scripted model server.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Summary } from "../../src/cli/demo-summary.ts";
import type { Engine } from "../../src/container/docker/engine.ts";
import { start } from "../cli/command.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { approving } from "../story/world.ts";
import { kinds } from "./errand.ts";
import { installAgents } from "./install.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import type { Step } from "./script.ts";
import { KEY, MODEL, prices } from "./stage.ts";

/** What mends the demo's repository. A trace of the key anywhere in the container would be part of the change. */
const mends: readonly Step[] = [
  {
    kind: "run",
    command: [
      "if (env; cat /proc/*/environ) 2>/dev/null | tr '\\0' '\\n' | grep -q '=the-real-key'; then env >leaked.txt; fi",
      `sed -i 's#^  const rest = .*#&\\n  if (minutes >= 60) return Math.floor(minutes / 60) + " h" + (minutes % 60 ? " " + (minutes % 60) + " min" : "");#' src/duration.js`,
    ].join("\n"),
  },
  { kind: "say", text: "From one hour on, hours and minutes are shown." },
];

interface Played {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly summary: Summary;
  readonly temp: readonly string[];
  readonly model: ModelServer;
}

async function play(
  engine: Engine,
  args: (url: string) => string[],
  env: Readonly<Record<string, string>>,
): Promise<Played> {
  const dir = mkdtempSync(join(tmpdir(), "lg-demo-agent-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const temp = join(dir, "tmp");
  mkdirSync(temp);
  const model = await startModelServer(mends);
  onTestFinished(() => model.close());
  const { socketPath = "" } = engine.docker.modem as { socketPath?: string };
  const file = join(dir, "out.json");
  const { code, out, err } = await start(
    ["demo", "--auto", "--json", file, "--reviewer", approving, ...args(model.url)],
    { TMPDIR: temp, DOCKER_HOST: `unix://${socketPath}`, ...env },
  ).ended;
  expect(code, out + err).toBe(0);
  return { code, out, err, summary: JSON.parse(readFileSync(file, "utf8")), temp: readdirSync(temp), model };
}

describeWithDocker("the demo with a real agent", (engine) => {
  test.each(kinds)(
    "%s goes from the label to approved, with a key from the environment that no container has",
    async (kind) => {
      const tools = await installAgents([kind]);
      const args = (url: string) => [
        ...["--agent-kind", kind, "--model", MODEL, "--key-env", "MY_KEY"],
        ...["--model-url", kind === "gemini" || kind === "claude-code" ? url : `${url}/v1`],
      ];
      const env = { MY_KEY: KEY, LOOPGATE_TOOLS: tools, LOOPGATE_PRICES: JSON.stringify(prices) };
      const { out, err, summary, temp, model } = await play(engine(), args, env);
      expect(summary.reason).toBe("task_complete");
      expect(summary.attempts).toMatchObject([{ verdict: "green", change: { files: 1 } }]);
      expect(summary.cost.usd).toBeGreaterThan(0);
      expect(model.calls.length).toBeGreaterThanOrEqual(mends.length);
      expect(new Set(model.calls.map(({ credential }) => credential))).toEqual(new Set([KEY]));
      const containers = summary.attempts.flatMap(({ runs }) => runs).map(({ container }) => container);
      for (const one of containers) expect(one).toMatchObject({ isolated: true, network: "none" });
      expect(out).toContain(`${kind} works with ${MODEL} at http://127.0.0.1:`);
      expect([out, err, JSON.stringify(summary)].filter((text) => text.includes(KEY))).toEqual([]);
      expect(temp).toEqual([]);
    },
  );

  test.each(kinds.filter((kind) => kind === "codex" || kind === "opencode"))(
    "%s works with a server on this machine that wants no key and costs nothing",
    async (kind) => {
      const tools = await installAgents([kind]);
      const args = (url: string) => ["--agent-kind", kind, "--model", MODEL, "--model-url", `${url}/v1`];
      const { out, summary } = await play(engine(), args, { LOOPGATE_TOOLS: tools });
      expect([summary.reason, summary.cost.usd]).toEqual(["task_complete", 0]);
      expect(out).toContain("what it answers is taken to cost nothing");
    },
  );
});
