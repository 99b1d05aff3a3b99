// A host that policy and operator allow is asked for by every kind of tool, not only by those that read one spelling.
import { expect, test, vi } from "vitest";
import { aStory, mend } from "./world.ts";

vi.mock("../../src/policy/clamp.ts", async (original) => {
  const real = await original<typeof import("../../src/policy/clamp.ts")>();
  return { ...real, generousBounds: { ...real.generousBounds, hosts: ["one.example.com"] } };
});

const policy = "network:\n  allow: [one.example.com]\n";

test.each([
  ["that reads HTTPS_PROXY", "env -u https_proxy git ls-remote https://one.example.com/x.git"],
  ["that reads https_proxy", "env -u HTTPS_PROXY git ls-remote https://one.example.com/x.git"],
  ["that is Node's fetch", `node -e 'fetch("https://one.example.com/").catch(() => {})'`],
])("a tool %s asks the run's proxy for it, and a run reaches its gateway past the proxy", async (_, command) => {
  const story = await aStory({ policy, executor: `{ ${command}; } >/dev/null 2>&1; ${mend}` });
  const issue = await story.startLoop();
  const asked = story.log.filter(({ fields }) => JSON.stringify(fields).includes("one.example.com:443"));
  expect(asked.length).toBeGreaterThan(0); // opened, or refused where nothing resolves its name
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
