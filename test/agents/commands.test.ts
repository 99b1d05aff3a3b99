// The agent CLIs whose commands are checked before they run: what policy denies or asks about is not run, and the model reads why.
import { expect, test } from "vitest";
import { agentOf } from "../../src/agents/agents.ts";
import { commandWish } from "../../src/gateway/tools/hooks.ts";
import type { CommandRules } from "../../src/loop/state.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { kinds } from "./errand.ts";
import type { Step } from "./script.ts";
import { stage } from "./stage.ts";

const rules: CommandRules = {
  allow: [],
  ask: ["touch /workspace/asked*"],
  deny: ["touch /workspace/denied*"],
  otherwise: "allow",
};

const [denied, asked, granted, free] = ["denied", "asked", "asked-and-allowed", "free"].map(
  (name) => `touch /workspace/${name}.txt`,
) as [string, string, string, string];
const steps: readonly Step[] = [
  { kind: "run", command: `true && ${denied}` },
  { kind: "run", command: asked },
  { kind: "run", command: granted },
  { kind: "run", command: free },
  { kind: "say", text: "That is all." },
];
const checked = kinds.filter((kind) => agentOf(kind, "").takesPart === "hooks");

describeWithDocker("with rules for commands", (engine) => {
  test.each(checked)("%s runs what may be run, and its model reads why the rest may not", async (kind) => {
    const run = await stage(engine(), kind, { steps, commands: rules, allowed: [commandWish(granted)] });
    expect(run.outcome).toMatchObject({ status: "finished", exitCode: 0 });
    expect(run.pushed).toEqual(["asked-and-allowed.txt", "free.txt"]);
    expect(run.refusedCommands).toEqual([steps[0], steps[1]].map((step) => (step?.kind === "run" ? step.command : "")));
    expect(run.said).toEqual([{ permission: commandWish(asked) }]);
    const [, second = "", third = ""] = run.model.calls.map(({ text }) => text);
    expect(second).toContain("The policy does not let this command be run: touch /workspace/denied.txt.");
    expect(third).toContain("This command waits for a person's approval.");
  });
});
