// What an agent's CLI is told before it runs a command, by the run's own gateway: as policy has it, and as people have decided.
import { expect, test } from "vitest";
import type { CommandRules, LoopState } from "../../../src/loop/state.ts";
import { aLoop, someRules } from "../../loop/builder.ts";
import { type AToolDoor, aToolDoor, hook } from "./world.ts";

const commands: CommandRules = { allow: [], ask: ["npm install"], deny: ["npm publish"], otherwise: "allow" };

const aDoor = (more: Partial<LoopState> = {}, earlier: { dataDir?: string; token?: string } = {}) =>
  aToolDoor({ loop: aLoop({ rules: someRules({ commands }), ...more }), ...earlier });

/** What the hook answers: the reason why not, or null. */
async function before(door: AToolDoor, command: unknown, tool = "Bash"): Promise<string | null> {
  const body = JSON.stringify({ hook_event_name: "PreToolUse", tool_name: tool, tool_input: { command } });
  return (await hook(door, body)).hookSpecificOutput?.permissionDecisionReason ?? null;
}

test("a command that policy denies is refused in words for the model, and told of; others may run", async () => {
  const door = await aDoor();
  expect(await before(door, "cd app && npm publish --tag next")).toMatch(
    /^The policy does not let this command be run: npm publish --tag next\. Do without it/,
  );
  expect(await before(door, ["npm", "publish"])).toMatch(/^The policy does not let/);
  expect(await before(door, "$X publish")).toContain("does not show what it would run");
  expect(await before(door, "npm test")).toBe(null);
  expect(await before(door, "npm publish", "mcp__other__run")).toBe(null); // checked where it is called
  expect(door.refused).toEqual(["cd app && npm publish --tag next", "npm publish", "$X publish"]);
  expect(door.tools.used().told).toEqual({});
});

test("one that asks is put to a person word for word, and runs once after a yes, whatever restarts between", async () => {
  const door = await aDoor();
  const wish = 'Run the command "npm install left-pad"';
  expect(await before(door, "npm install left-pad")).toContain("waits for a person's approval");
  expect(door.tools.used().told).toEqual({ permission: wish });
  expect(await before(door, "npm install other")).toContain("something else that you asked for waits");
  const yes = await aDoor({ permits: [wish] });
  expect(await before(yes, "npm install left-pad")).toBe(null);
  const { dataDir, token } = yes;
  const again = await aDoor({ permits: [wish] }, { dataDir, token });
  expect(await before(again, "npm install left-pad")).toContain("waits for a person's approval");
  const no = await aDoor({ said: [{ of: "denied", by: "bob", text: "", about: wish }] });
  expect(await before(no, "npm install left-pad")).toContain("A person refused this very command");
  expect(await before(no, `npm install ${"x".repeat(500)}`)).toContain("can judge one of at most 400 characters");
});

test("what is no use of a tool is let pass, and what is too long to be read is refused", async () => {
  const door = await aDoor();
  for (const body of ["", "[]", "{}", '{"hook_event_name":"Stop","tool_name":"x"}', "null"])
    expect(await hook(door, body)).toEqual({});
  const long = JSON.stringify({
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "x".repeat(300_000) },
  });
  expect((await hook(door, long)).hookSpecificOutput).toMatchObject({ permissionDecision: "deny" });
  await expect(hook({ ...door, token: "x".repeat(43) }, "{}")).rejects.toThrow("403");
});
