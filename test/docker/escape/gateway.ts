// Attacks at the gateway from inside a real container: leases, paths, pushes in every form, and what is in them (T6, T8–T11).
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/container/docker/engine.ts";
import type { GitEvent } from "../../../src/gateway/git/events.ts";
import { fetchBase } from "../../../src/gateway/git/objects.ts";
import { openQuarantine, type Quarantine } from "../../../src/gateway/git/quarantine.ts";
import { gitGateway } from "../../../src/gateway/git/server.ts";
import { makeWorkspace } from "../../../src/gateway/git/workspace.ts";
import { newLeaseToken } from "../../../src/gateway/lease.ts";
import { openRunGateway } from "../../../src/gateway/run.ts";
import { anOrigin, git } from "../../gateway/git/world.ts";
import { USER } from "../own-runtime.ts";
import { type Arena, makeArena, runGuarded } from "./arena.ts";
import { type Attack, attacksFail, type Evidence, readEvidence, tryAttack } from "./attack.ts";
import { openYesGateway } from "./yes-gateway.ts";

const author = { name: "Loop", email: "loop@example.org" };
export const env = {
  GIT_AUTHOR_NAME: author.name,
  GIT_AUTHOR_EMAIL: author.email,
  GIT_COMMITTER_NAME: author.name,
  GIT_COMMITTER_EMAIL: author.email,
};
export const branch = "loop/7-abc";

const refused = (name: string) => new RegExp(`rejected\\].*\\(${name}: `);
const taken = /(\[new (branch|tag|reference)\]|forced update|\[deleted\]|[0-9a-f]{7}\.\.[0-9a-f]{7})(?!.*rejected)/;
const moved = /\[new branch\]|forced update|\[new tag\]|[0-9a-f]{7}\.\.[0-9a-f]{7}/;

const pushes: readonly Attack[] = [
  { title: "T11: a push to the default branch", name: "other-branch", fails: refused("other_branch"), works: taken },
  { title: "T11: a push to another loop's branch", name: "other-loop", fails: refused("other_branch"), works: taken },
  { title: "T11: a push of a tag", name: "tag", fails: refused("tag"), works: taken },
  { title: "T11: a push of notes", name: "notes", fails: refused("notes"), works: taken },
  { title: "T11: a push to a branch called HEAD", name: "head", fails: refused("other_branch"), works: taken },
  { title: "T11: a push to a pull request's ref", name: "pull-ref", fails: refused("other_ref"), works: taken },
  { title: "T11: the deletion of a branch", name: "delete", fails: refused("other_branch"), works: /\[deleted\]/ },
  { title: "T11: a push of several refs", name: "several", fails: refused("other_branch"), works: moved },
  { title: "T11: a push by wildcard", name: "wildcard", fails: refused("other_branch"), works: moved },
  {
    title: "T11: a mirroring push",
    name: "mirror",
    fails: /rejected\].*\((other_branch|other_ref|tag|delete): /,
    works: /\[deleted\]/,
  },
  { title: "T11: a push of all tags", name: "all-tags", fails: refused("tag"), works: /\[new tag\].*stray-tag/ },
  { title: "I8: a forced push that rewinds the branch", name: "rewind", fails: refused("not_forward"), works: moved },
  {
    title: "I8: a forced push of another history",
    name: "unrelated",
    fails: refused("not_descendant_of_base"),
    works: moved,
  },
  { title: "T10: a submodule in a push", name: "gitlink", fails: /is a submodule/, works: moved },
  { title: "T10: a list of submodules in a push", name: "gitmodules", fails: /gitmodules/i, works: moved },
  {
    title: "T10: a link that leads out of the repository",
    name: "symlink",
    fails: refused("symlink_escapes"),
    works: moved,
  },
  {
    title: "T10: a path that a file system takes for .git",
    name: "dotgit",
    fails: /hasDotgit|path_dotgit/,
    works: moved,
  },
  {
    title: "T10: a path with a control character",
    name: "control-path",
    fails: refused("path_control_character"),
    works: moved,
  },
  { title: "T6: a secret in a diff", name: "secret-in-diff", fails: refused("secret_found"), works: moved },
  {
    title: "T6: a secret that a later commit removes",
    name: "secret-removed-later",
    fails: refused("secret_found"),
    works: moved,
  },
  {
    title: "T6: a secret in a commit message",
    name: "secret-in-message",
    fails: refused("secret_found"),
    works: moved,
  },
  {
    title: "T21: a commit in somebody else's name",
    name: "forged-author",
    fails: refused("author_unexpected"),
    works: moved,
  },
  { title: "T8: a push over the byte limit", name: "large-push", fails: refused("push_too_large"), works: moved },
  { title: "T8: a small pack that unfolds into a large file", name: "zip-bomb", fails: /too_large/, works: moved },
  {
    title: "T8: a tree that names itself over and over",
    name: "tree-bomb",
    fails: refused("too_many_files"),
    works: moved,
  },
].map((each) => ({ ...each, title: `${each.title} is refused` }));

const denied = (status: number) => new RegExp(`^HTTP/1.1 ${status} .*(?<!LEAKED)$`);
const served = /^HTTP\/1.1 200 /;
const paths: readonly Attack[] = [
  { title: "T6: a request without a lease", name: "no-lease", fails: denied(401), works: served },
  { title: "T6: a request with another run's lease", name: "other-lease", fails: denied(403), works: served },
  { title: "T6: a request with a lease cut short", name: "half-lease", fails: denied(403), works: served },
  ...[
    "/repo.git/../secret",
    "/repo.git/%2e%2e/secret",
    "/repo.git/..%2fsecret",
    "//secret",
    "/secret",
    "/repo.git/config",
  ].map((path) => ({ title: `T9: the path ${path}`, name: `path ${path}`, fails: denied(404), works: /LEAKED/ })),
  { title: "T9: a file of git's older protocol", name: "path /repo.git/HEAD", fails: denied(404), works: /LEAKED/ },
  {
    title: "T9: a pack list of git's older protocol",
    name: "path /repo.git/objects/info/packs",
    fails: denied(404),
    works: served,
  },
  {
    title: "T9: another repository's path",
    name: "path /other.git/info/refs?service=git-upload-pack",
    fails: denied(404),
    works: served,
  },
  {
    title: "T9: a git service that is none of ours",
    name: "path /repo.git/info/refs?service=git-upload-archive",
    fails: denied(404),
    works: served,
  },
  {
    title: "T6: the gateway as a proxy, by an absolute address",
    name: "absolute-url",
    fails: denied(404),
    works: /LEAKED/,
  },
  {
    title: "T6: the gateway as a proxy, by CONNECT",
    name: "connect",
    fails: /^(?!HTTP\/1.1 200)(?!.*LEAKED)/,
    works: /^HTTP\/1.1 200 .*LEAKED/,
  },
  { title: "T8: a request with huge headers", name: "huge-headers", fails: denied(431), works: served },
].map((each) => ({ ...each, title: `${each.title} is refused` }));

export function gatewayAttacks(engine: () => Engine): void {
  describe("the gateway", () => {
    let [guarded, weakened]: Evidence[] = [{}, {}];
    const events: GitEvent[] = [];
    let world: World;
    let yesDir: string;
    const closing: (() => unknown)[] = [];
    afterAll(async () => {
      for (const close of closing) await close();
    });

    beforeAll(async () => {
      const canary = createServer((_, answer) => void answer.end("canary\n"));
      const hostPort = await new Promise<number>((resolve) => {
        canary.listen(0, "127.0.0.1", () => resolve((canary.address() as { port: number }).port));
      });
      closing.push(() => canary.close());
      world = await aWorld(events);
      closing.push(() => world.close());
      guarded = await attackThrough(engine(), world.arena, { ...world, hostPort });
      const weak = await aWorld([]);
      closing.push(() => weak.close());
      yesDir = join(weak.arena.folder, "yes/repo.git");
      const yes = await openYesGateway(weak.arena.folder, join(weak.arena.folder, "yes"));
      closing.push(() => yes.close());
      weakened = await attackThrough(engine(), weak.arena, { ...weak, hostPort, socketPath: yes.socketPath });
    });

    test("the run's own lease opens the gateway, so the probes can succeed", () => {
      expect(guarded?.["own-lease"]).toMatch(/^HTTP\/1.1 200/);
      expect(guarded?.["rewind-first"]).toContain("Loopgate took");
    });
    attacksFail(
      pushes,
      () => guarded ?? {},
      () => weakened ?? {},
    );
    attacksFail(
      paths,
      () => guarded ?? {},
      () => weakened ?? {},
    );

    const anyOwner = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" };
    const refsIn = (dir: string) => git(dir, ["for-each-ref", "--format=%(refname)"], "", anyOwner).split("\n");
    tryAttack("T11: after all that the quarantine holds the base and one judged commit on the run's branch", {
      fails: () => {
        expect(refsIn(world.quarantine.gitDir)).toEqual([`refs/heads/${branch}`, "refs/heads/main"]);
        expect(events.filter(({ kind }) => kind === "push")).toHaveLength(1);
      },
      works: () => expect(refsIn(yesDir)).toEqual(expect.arrayContaining(["refs/heads/stray", "refs/tags/stray-tag"])),
    });
  });
}

export interface World {
  readonly arena: Arena;
  readonly quarantine: Quarantine;
  readonly origin: string;
  readonly token: string;
  readonly socketPath: string;
  revoke(): void;
  close(): Promise<void>;
}

/** A run's whole way to the gateway, as the engine sets it up: object store, quarantine, workspace, door. */
export async function aWorld(events: GitEvent[]): Promise<World> {
  const arena = makeArena();
  const { folder } = arena;
  const origin = anOrigin(folder);
  writeFileSync(join(folder, "secret"), "canary\n");
  const store = await fetchBase({ storeRoot: join(folder, "store"), repositoryId: 7, url: origin.url, branch: "main" });
  const quarantine = await openQuarantine({ root: join(folder, "quarantine"), runId: "r1", ...store, branch });
  const dir = join(folder, "tree");
  await makeWorkspace({ dir, quarantine, identity: author });
  execFileSync("cp", ["-R", new URL("./probes", import.meta.url).pathname, join(dir, "probes")]);
  const lease = { runId: "r1", token: newLeaseToken(), branch, mayPush: true };
  const route = gitGateway({
    lease,
    quarantine,
    author,
    maxPushBytes: 1_000_000,
    onEvent: (event) => void events.push(event),
  });
  const gateway = await openRunGateway({ socketDir: join(folder, "door"), lease, owner: USER, routes: [route] });
  return {
    arena: {
      ...arena,
      workspace: dir,
      request: (changes) => arena.request({ workspaceDir: dir, objectsDir: store.objectsDir, ...changes }),
    },
    quarantine,
    origin: origin.dir,
    token: lease.token,
    socketPath: gateway.socketPath,
    revoke: gateway.revoke,
    close: gateway.close,
  };
}

async function attackThrough(
  engine: Engine,
  arena: Arena,
  { token, socketPath, hostPort }: { token: string; socketPath: string; hostPort: number },
): Promise<Evidence> {
  const probe = `node probes/gateway.mjs ${token} ${newLeaseToken()} ${hostPort}`;
  const command = `${probe}; sh probes/push.sh http://run:${token}@127.0.0.1:8417/repo.git`;
  const request = arena.request({ command, env, gatewaySocket: socketPath, limits: { deadlineMs: 120_000 } });
  const { log } = await runGuarded(engine, arena, request);
  return readEvidence(log);
}
