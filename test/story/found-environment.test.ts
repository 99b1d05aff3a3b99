// The environment that the repository's own files describe: found at the base, said in the first comment, and made before the agent starts.
import { expect, test } from "vitest";
import { approving, aStory, brokenShop, mend } from "./world.ts";

const files = { ...brokenShop, ".gitignore": "deps\n" };
const steps = (run: string) =>
  `jobs:\n  copilot-setup-steps:\n    steps:\n      - uses: actions/checkout@v4\n      - run: ${run}\n      - uses: actions/setup-node@v4\n`;

test("plain steps of the set-up for Copilot are the set-up, after a devcontainer that asks for too much, and the first comment says both", async () => {
  const shop = await aStory({
    files: {
      ...files,
      ".devcontainer/devcontainer.json": '{ "image": "x", "runArgs": ["--network=host"] } // hm',
      ".github/workflows/copilot-setup-steps.yml": steps("mkdir deps && echo here > deps/it"),
    },
    executor: `grep -q here deps/it || exit 9; ${mend}`,
    reviewer: `grep -q here deps/it || exit 9; ${approving}`,
  });
  const issue = await shop.startLoop();
  expect((await shop.state(issue)).phase).toBe("awaiting_gate");
  const [first = ""] = shop.comments(issue);
  expect(first).toContain(
    "- Environment: from `.github/workflows/copilot-setup-steps.yml`, without `actions/setup-node@v4` (is an action, which is not run here); image",
  );
  expect(first).toContain(
    "- Not used for the environment: `.devcontainer/devcontainer.json`, since it has `runArgs`\n",
  );
  const requests = shop.forge.requests.map(({ kind }) => kind);
  expect(requests.filter((kind) => kind.includes("ReadFiles"))).toEqual([]);
});

test("the first comment says where it comes from before anything of it has run, and a command that fails names itself", async () => {
  const shop = await aStory({
    files: {
      ...files,
      ".devcontainer.json": '{ "postCreateCommand": "echo no way out >&2; exit 3", "remoteUser": "node" }',
    },
    executor: mend,
  });
  const issue = await shop.startLoop();
  expect((await shop.state(issue)).ending).toMatchObject({ of: "set_up_failed" });
  const said = shop.comments(issue);
  expect(said[0]).toContain(
    "- Environment: from `.devcontainer.json`, without `remoteUser` (every run has a user of its own); image",
  );
  expect(said.join("\n")).toContain("Command 1 of the set-up, `echo no way out >&2; exit 3`, failed with exit code 3.");
  expect(said.join("\n")).toContain(
    "correct `.devcontainer.json`, or set `environment` in `.github/loop.yml` (with `find: false` that file is not used), or what it needs, then",
  );
});

test("the only devcontainer with a folder of its own is read there, and of several the first comment says that none is", async () => {
  const made = '{ "postCreateCommand": "mkdir deps && echo here > deps/it" }';
  const only = await aStory({
    files: { ...files, ".devcontainer/api/devcontainer.json": made, ".devcontainer/scripts/x.sh": "true\n" },
    executor: `grep -q here deps/it || exit 9; ${mend}`,
  });
  const issue = await only.startLoop();
  expect(await only.phase(issue)).toBe("awaiting_gate");
  expect(only.comments(issue)[0]).toContain("- Environment: from `.devcontainer/api/devcontainer.json`");
  const kinds = only.forge.requests.map(({ kind }) => kind).filter((kind) => kind.includes("ReadFiles"));
  expect(kinds).toHaveLength(1);

  const several = await aStory({
    files: { ...files, ".devcontainer/api/devcontainer.json": made, ".devcontainer/web/devcontainer.json": made },
  });
  const other = await several.startLoop();
  expect(await several.phase(other)).toBe("awaiting_gate");
  expect(several.comments(other)[0]).toContain(
    "- Not used for the environment: `.devcontainer/api/devcontainer.json`, since it has a folder of its own beside others, and nothing says which is meant; `.devcontainer/web",
  );
});

test("an agent's change to such a file counts for nothing, and is put to a person, who would otherwise merge the next loop's set-up", async () => {
  const shop = await aStory({
    files: { ...files, ".devcontainer.json": '{ "postCreateCommand": "mkdir deps && echo base > deps/it" }' },
    executor: `grep -q base deps/it || exit 9; sed -i s/base/own/ .devcontainer.json; ${mend}`,
    reviewer: approving,
  });
  const issue = await shop.startLoop();
  expect((await shop.state(issue)).ending).toMatchObject({ reason: "risky_action_detected" });
  expect(shop.comments(issue).join("\n")).toContain("`.devcontainer.json`");
});

test("services of a Compose file that the policy names are read at the base, where that is another branch too", async () => {
  const shop = await aStory({
    files: { ...files, "deploy/compose.yaml": "services: { db: { image: 'postgres:17', privileged: true } }" },
    policy: "environment: { services: { db: { compose: deploy/compose.yaml } } }",
    executor: mend,
  });
  const issue = await shop.startLoop();
  expect((await shop.state(issue)).ending).toMatchObject({ reason: "policy_invalid" });
  expect(shop.comments(issue).join("\n")).toContain(
    "line 1: `environment.services.db`: `deploy/compose.yaml` asks for `privileged` there, which no service beside a run can have",
  );
});
