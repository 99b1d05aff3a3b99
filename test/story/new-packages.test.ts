// Packages that no lockfile of the base names, where policy has a person asked about them: for the set-up, for an agent, and in a change.
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { type Made, type ScriptedRegistry, scriptedRegistry } from "../gateway/registry/upstream.ts";
import { approving, aStory, attempts, brokenShop, mend } from "./world.ts";

const made: readonly Made[] = [
  { name: "left", version: "1.3.0" },
  { name: "right", version: "2.0.0" },
];

const lock = (registry: ScriptedRegistry, names: readonly string[]) => {
  const of = (name: string) => made.find((one) => one.name === name)?.version ?? "";
  const dependencies = Object.fromEntries(names.map((name) => [name, of(name)]));
  const locked = names.map((name) => {
    const resolved = `https://registry.invalid/${name}/-/${name}-${of(name)}.tgz`;
    return [`node_modules/${name}`, { version: of(name), resolved, integrity: registry.integrity(name, of(name)) }];
  });
  const head = { name: "shop", version: "1.0.0" };
  const packages = { "": { ...head, dependencies }, ...Object.fromEntries(locked) };
  return {
    "package.json": JSON.stringify({ ...head, dependencies }),
    "package-lock.json": JSON.stringify({ ...head, lockfileVersion: 3, requires: true, packages }),
  };
};

async function aShop(
  names: readonly string[],
  setup: string,
  more: (registry: ScriptedRegistry) => Partial<Parameters<typeof aStory>[0]>,
) {
  const registry = await scriptedRegistry(made);
  const story = await aStory({
    registry: registry.url,
    files: { ...brokenShop, ".gitignore": "node_modules\n", ...lock(registry, names) },
    policy: `environment:\n  setup: [${setup}]\npackages: { new: ask }\nchanges: { dependencies: allow, sources: allow, install_scripts: allow }\n`,
    reviewer: approving,
    ...more(registry),
  });
  const say = async (issue: Issue, words: string) => {
    story.forge.as("bob").comment(issue, words);
    await story.settle();
  };
  return { registry, story, say };
}

test("a set-up that would fetch one stops before the agent is paid, and goes on once a person has let exactly that in", async () => {
  const { registry, story, say } = await aShop([], "npm install --no-save left", () => ({
    executor: `node -p 'require("left")' || exit 9; ${mend}`,
  }));
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "permission_required", of: "packages_asked", quote: "npm left" });
  expect(story.comments(issue).join("\n")).toContain("`/loop approve` to let this loop fetch exactly these");
  expect(registry.seen).toEqual([]);
  await say(issue, "/loop approve");
  const state = await story.state(issue);
  expect({ phase: state.phase, allowed: state.packagesAllowed }).toEqual({
    phase: "awaiting_gate",
    allowed: ["npm left"],
  });
  expect(story.comments(issue)[0]).toContain("1 new: `left 1.3.0`");
});

test("denied, it is not asked about again: the set-up fails as it would have", async () => {
  const { registry, story, say } = await aShop([], "npm install --no-save left", () => ({ executor: mend }));
  const issue = await story.startLoop();
  await say(issue, "/loop deny");
  expect((await story.state(issue)).ending).toMatchObject({ of: "set_up_failed" });
  expect(registry.seen).toEqual([]);
});

test("what an agent adds to the lockfile is asked about before anything stands on it, all at once, and the same commit is judged then", async () => {
  const { registry, story, say } = await aShop([], "npm ci", (given) => {
    const files = Object.entries(lock(given, ["left", "right"]));
    const write = files.map(([path, text]) => `printf '%s' '${text}' > ${path}`).join("; ");
    return {
      executor: `${write}; ${mend}`,
      reviewer: `node -p 'require("left") + require("right")' || exit 9; ${approving}`,
    };
  });
  const issue = await story.startLoop();
  const stopped = await story.state(issue);
  expect(stopped.ending).toMatchObject({ of: "packages_asked", quote: "npm left\nnpm right", resume: "verify" });
  expect(registry.seen.filter(({ url }) => url.endsWith(".tgz"))).toEqual([]);
  await say(issue, "/loop approve");
  const state = await story.state(issue);
  expect({ phase: state.phase, head: state.head, attempts: state.attempts.length }).toEqual({
    phase: "awaiting_gate",
    head: stopped.head,
    attempts: 1,
  });
});

test("an agent that may fetch and would have a new one is asked about at its end, and what it did is kept", async () => {
  const { story, say } = await aShop([], "true", () => ({
    policy: "packages: { new: ask, agents: true }\nchanges: { dependencies: allow, sources: allow }\n",
    executor: attempts(
      `npm install --no-save left && exit 8; ${mend}`,
      "npm install --no-save left && node -p 'require(\"left\")' || exit 9",
    ),
  }));
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending).toMatchObject({
    of: "packages_asked",
    quote: "npm left",
    resume: "execute",
  });
  await say(issue, "/loop approve");
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
});
