// Attacks through what a run hands over: paths that take effect outside the review, and a trap where its answer should be (T12, T7).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect } from "vitest";
import type { Engine } from "../../../src/container/docker/engine.ts";
import { judge } from "../../../src/gateway/git/judge.ts";
import { publish } from "../../../src/gateway/git/publish.ts";
import { branchHead } from "../../../src/gateway/git/quarantine.ts";
import { builtInProtectedPaths } from "../../../src/policy/paths.ts";
import { type Risks, risksOf } from "../../../src/policy/risk.ts";
import type { Change } from "../../../src/policy/size.ts";
import { readPlain } from "../../../src/runs/plain-file.ts";
import { git } from "../../gateway/git/world.ts";
import { makeArena, runGuarded } from "./arena.ts";
import { type Attack, attacksFail, type Evidence, tryAttack } from "./attack.ts";
import { aWorld, branch, env, type World } from "./gateway.ts";

const workflow = /^risk: Changes a workflow$/;
const protectedFile = /^risk: Changes a protected file$/;
const published = /^published$/;

const edits: readonly Attack[] = [
  { title: "T12: an edit of a workflow", name: ".github/workflows/own.yml", fails: workflow },
  { title: "T12: an edit of a workflow in another spelling", name: ".GitHub/Workflows/own.yml", fails: workflow },
  { title: "T12: an edit of an action", name: ".github/actions/own/action.yml", fails: protectedFile },
  { title: "T12: an edit of another CI system's file", name: ".gitlab-ci.yml", fails: protectedFile },
  { title: "T12: a change of who must review", name: "docs/CODEOWNERS", fails: protectedFile },
  { title: "T27: a change of the loop's own policy", name: ".github/loop.yml", fails: protectedFile },
  { title: "T12: attributes that name a filter", name: "src/.gitattributes", fails: protectedFile },
  { title: "T12: a hook that is installed on check-out", name: ".husky/post-checkout", fails: protectedFile },
  { title: "T12: a task that an editor starts", name: ".vscode/tasks.json", fails: protectedFile },
  { title: "T12: instructions for the next agent", name: "src/AGENTS.md", fails: protectedFile },
  { title: "T12: hooks of the next agent", name: ".claude/settings.json", fails: protectedFile },
  { title: "T12: tools of the next agent", name: ".mcp.json", fails: protectedFile },
].map((each) => ({ ...each, title: `${each.title}: taken in, and not published`, works: published }));

export function answerAttacks(engine: () => Engine): void {
  describe("what a run pushes", () => {
    let [guarded, weakened]: Evidence[] = [{}, {}];
    beforeAll(async () => {
      const world = await afterEdits(engine());
      weakened = await handedOn(world, () => ({ risks: [], grantable: true }));
      guarded = await handedOn(await afterEdits(engine()), (change) =>
        risksOf(change, { protectedPaths: [...builtInProtectedPaths] }),
      );
    });
    attacksFail(
      edits,
      () => guarded ?? {},
      () => weakened ?? {},
    );
  });

  describe("what a run answers", () => {
    tryAttack("T5: a link in place of its answer does not make the host read a file of its own", {
      fails: async () => expect(await readPlain(await trapped(engine()), 256 * 1024)).toBeNull(),
      works: async () => expect(readFileSync(await trapped(engine()), "utf8")).toBe("canary\n"),
    });
    tryAttack("T8: an answer without end is not read", {
      fails: async () => expect(await readPlain(await flooded(engine()), 256 * 1024)).toBeNull(),
      works: async () => expect(readFileSync(await flooded(engine()))).toHaveLength(3_000_000),
    });
  });
}

/** A run that made every edit in one commit and pushed it. */
async function afterEdits(engine: Engine): Promise<World> {
  const world = await aWorld([]);
  const paths = edits.map(({ name }) => `"${name}"`).join(" ");
  const make = `for path in ${paths}; do mkdir -p "$(dirname "$path")"; echo "on: push" > "$path"; done`;
  const command = `${make}; rm -rf probes; git add -f .; git commit -qm Edits; git push -q "$LOOP_GIT_URL" HEAD:refs/heads/${branch}`;
  const LOOP_GIT_URL = `http://run:${world.token}@127.0.0.1:{port}/repo.git`;
  const request = world.arena.request({ command, env: { ...env, LOOP_GIT_URL }, gatewaySocket: world.socketPath });
  expect(await runGuarded(engine, world.arena, request)).toMatchObject({ status: "finished" });
  return world;
}

/** What became of each path at a host that publishes a change without risks and keeps any other. */
async function handedOn(world: World, risksIn: (change: Change) => Risks): Promise<Evidence> {
  const { gitDir, base } = world.quarantine;
  const head = (await branchHead(world.quarantine)) ?? "";
  const { files, problems, diffHash } = await judge({ gitDir, base: base.sha, head });
  expect(problems).toEqual([]);
  const letters = { added: "A", modified: "M", deleted: "D", type_changed: "T" } as const;
  const listed = files.map((file) => ({ ...file, status: letters[file.status] }));
  const { risks } = risksIn({ files: listed, problems, patchId: diffHash ?? "" });
  if (risks.length === 0) await publish({ gitDir, head, url: `file://${world.origin}`, branch, expected: null });
  await world.close();
  const refs = git(world.origin, ["for-each-ref", "--format=%(refname)"]).split("\n");
  const there = refs.includes(`refs/heads/${branch}`)
    ? git(world.origin, ["ls-tree", "-r", "--name-only", branch])
    : "";
  return Object.fromEntries(
    edits.map(({ name }) => {
      const risk = risks.find(({ path }) => path === name);
      return [name, there.split("\n").includes(name) ? "published" : `risk: ${risk?.title}`];
    }),
  );
}

/** The path of an answer that a run replaced by a link to a file of the host's. */
async function trapped(engine: Engine): Promise<string> {
  const arena = makeArena();
  const secret = join(arena.folder, "app-key.pem");
  writeFileSync(secret, "canary\n");
  const command = `ln -s ${secret} /loop/out/result.json`;
  expect(await runGuarded(engine, arena, arena.request({ command }))).toMatchObject({ status: "finished" });
  return join(arena.out, "result.json");
}

async function flooded(engine: Engine): Promise<string> {
  const arena = makeArena();
  const command = "head -c 3000000 /dev/zero > /loop/out/result.json";
  expect(await runGuarded(engine, arena, arena.request({ command }))).toMatchObject({ status: "finished" });
  return join(arena.out, "result.json");
}
