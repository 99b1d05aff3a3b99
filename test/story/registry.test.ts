// A set-up that fetches its packages through the run's own door: what it gets, what policy refuses, and what the thread says.
import { expect, test } from "vitest";
import { type Made, type ScriptedRegistry, scriptedRegistry } from "../gateway/registry/upstream.ts";
import { approving, aStory, brokenShop, mend } from "./world.ts";

const packages: readonly Made[] = [
  { name: "left", version: "1.3.0" },
  { name: "@team/right", version: "2.0.0", dependencies: { left: "^1.0.0" } },
];

/** A repository with a lockfile that points at the registry as everybody's lockfile does: at a host that no run can reach. */
function lockedShop(registry: ScriptedRegistry) {
  const at = (name: string, version: string) => ({
    version,
    resolved: `https://registry.invalid/${name}/-/${name.split("/").at(-1)}-${version}.tgz`,
    integrity: registry.integrity(name, version),
  });
  const wanted = { dependencies: { "@team/right": "^2.0.0" } };
  const lock = {
    name: "shop",
    version: "1.0.0",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "shop", version: "1.0.0", ...wanted },
      "node_modules/@team/right": { ...at("@team/right", "2.0.0"), dependencies: { left: "^1.0.0" } },
      "node_modules/left": at("left", "1.3.0"),
    },
  };
  return {
    ...brokenShop,
    ".gitignore": "node_modules\n",
    "package.json": JSON.stringify({ name: "shop", version: "1.0.0", ...wanted }),
    "package-lock.json": JSON.stringify(lock),
  };
}

const needsThem = `test "$(node -p 'require("@team/right") + require("left")')" = "@team/right@2.0.0left@1.3.0" || exit 9`;

test("npm ci of a set-up works unchanged: the lockfile's packages are there for agent and reviewer, counted in the thread", async () => {
  const registry = await scriptedRegistry(packages);
  const story = await aStory({
    registry: registry.url,
    files: lockedShop(registry),
    policy: "environment:\n  setup: [npm ci]\n",
    executor: `${needsThem}; test -z "$npm_config_registry" || exit 8; ${mend}`,
    reviewer: `${needsThem}; ${approving}`,
  });
  const issue = await story.startLoop();
  const state = await story.state(issue);
  expect(state.phase).toBe("awaiting_gate");
  expect(state.attempts[0]?.runs[0]?.provenance?.setUp?.packages).toEqual({
    count: 2,
    fresh: [],
    freshCount: 0,
    registries: [
      { name: "npm", count: 2, bytes: [...registry.files.values()].reduce((sum, { length }) => sum + length, 0) },
    ],
  });
  expect(story.comments(issue)[0]).toMatch(
    / with 2 packages \(npm: 2, \d+ (?:bytes|KiB)\); only the set-up may fetch npm packages\n/,
  );
  expect(new Set(registry.seen.map(({ method }) => method))).toEqual(new Set(["GET"]));
});

test("a package that no lockfile of the base names is told with its age, and the tracked lockfile stays as it was", async () => {
  const registry = await scriptedRegistry([
    ...packages,
    { name: "brand-new", version: "0.0.1", publishedAt: new Date().toISOString() },
  ]);
  const story = await aStory({
    registry: registry.url,
    files: lockedShop(registry),
    policy: "environment:\n  setup: [npm ci, npm install brand-new]\n",
    executor: `${needsThem}; node -p 'require("brand-new")' && git diff --quiet HEAD || exit 9; ${mend}`,
    reviewer: approving,
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue)[0]).toMatch(
    / with 3 packages \(npm: 3, \d+ (?:bytes|KiB)\), 1 new: `brand-new 0\.0\.1`, published \d+ \w+( \d+ \w+)? before; /,
  );
});

test("what a set-up was refused and did without is said where its packages are", async () => {
  const registry = await scriptedRegistry([...packages, { name: "brand-new", version: "0.0.1" }]);
  const story = await aStory({
    registry: registry.url,
    files: lockedShop(registry),
    policy: `environment:\n  setup: [npm ci, npm install brand-new || true]\npackages:\n  deny: [brand-new]\n`,
    executor: `${needsThem}; ${mend}`,
    reviewer: approving,
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue)[0]).toMatch(
    / with 2 packages \(npm: 2, [^)]+\); it \*\*was refused\*\* `package \/npm\/brand-new`; only the set-up may fetch /,
  );
});

test.each([
  ["packages:\n  new: deny\n", "No lockfile of the base has brand-new, and the policy denies new packages"],
  ["packages:\n  minimum_age_days: 7\n", "brand-new"],
  ["packages:\n  deny: [brand-*, brand-new]\n", "line"],
  ["packages:\n  deny: [brand-new]\n", "The policy denies brand-new (`packages.deny`)."],
])(
  "under %o a package that is new, young or denied does not come in, and the thread quotes why",
  async (more, words) => {
    const registry = await scriptedRegistry([
      ...packages,
      { name: "brand-new", version: "0.0.1", publishedAt: new Date().toISOString() },
    ]);
    const story = await aStory({
      registry: registry.url,
      files: lockedShop(registry),
      policy: `environment:\n  setup: [npm ci, npm install brand-new]\n${more}`,
      executor: mend,
    });
    const issue = await story.startLoop();
    const state = await story.state(issue);
    expect(state.ending?.reason).toBe(words === "line" ? "policy_invalid" : "external_dependency_blocked");
    expect(story.comments(issue).join("\n")).toContain(words);
    expect(registry.seen.filter(({ url }) => url.includes("brand-new-0.0.1.tgz"))).toEqual([]);
  },
);

test("with `packages.agents` an agent may fetch too, and what npm writes to the lockfile names the registry, not the run's door", async () => {
  const registry = await scriptedRegistry(packages);
  const story = await aStory({
    registry: registry.url,
    files: { ...brokenShop, ".gitignore": "node_modules\n", "package.json": '{"name":"shop","version":"1.0.0"}' },
    policy: "packages:\n  agents: true\nchanges:\n  sources: allow\n", // the operator's registry is no place that everybody uses
    executor: `npm install left >&2 && grep -q '"resolved": "${registry.url}/left/-/left-1.3.0.tgz"' package-lock.json || exit 9; ${mend}`,
    reviewer: approving,
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue)[0]).toContain("; every run may fetch npm packages\n");
});

test("without an operator's registry nothing is fetched and nothing is promised", async () => {
  const story = await aStory({
    policy: "packages:\n  agents: true\n",
    executor: `test -z "$npm_config_registry" || exit 8; ${mend}`,
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  expect(story.comments(issue)[0]).not.toContain("may fetch");
});
