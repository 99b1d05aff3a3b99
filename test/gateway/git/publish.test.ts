// Publishing a judged commit to a real remote over HTTP, and every way in which that can end.
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publish } from "../../../src/gateway/git/publish.ts";
import { aRemote, type Mischief } from "./remote.ts";
import { aQuarantine, branch, ownRef } from "./run-world.ts";
import { commit, git, type Origin, treeOf } from "./world.ts";

const token = "ghs_test-token-1234567890";

/** A quarantine with one commit ready to publish, and its remote. */
async function ready({ branchAt, ...mischief }: Mischief & { branchAt?: (origin: Origin) => string } = {}) {
  const world = await aQuarantine({ branchAt });
  const { gitDir, base } = world.quarantine;
  const published = branchAt === undefined ? null : git(gitDir, ["rev-parse", ownRef]);
  const head = commit(gitDir, { tree: treeOf(gitDir, { "a.txt": "new\n" }), parents: [published ?? base.sha] });
  const remote = await aRemote(world.origin.dir, token, mischief);
  const at = () => git(world.origin.dir, ["for-each-ref", "--format=%(objectname)", ownRef]);
  const request = { gitDir, head, url: remote.url, token, branch, expected: published };
  return { ...world, request, remote, at, head, published };
}

function earlier({ dir, base }: Origin): string {
  return commit(dir, { tree: treeOf(dir, { "a.txt": "earlier\n" }), parents: [base], message: "Earlier" });
}

function receives(request: { method?: string; url?: string }): boolean {
  return request.method === "POST" && request.url === "/git-receive-pack";
}

test("a first push creates the branch, and repeating it changes nothing", async () => {
  const { request, at, head, origin } = await ready();
  expect(await publish(request)).toEqual({ status: "pushed" });
  expect(at()).toBe(head);
  expect(await publish(request)).toEqual({ status: "already" });
  expect(git(origin.dir, ["for-each-ref", "--format=%(refname)"])).toBe(`${ownRef}\nrefs/heads/main`);
});

test("a later push moves the branch from where it was last seen", async () => {
  const { request, at, head } = await ready({ branchAt: earlier });
  expect(await publish(request)).toEqual({ status: "pushed" });
  expect(at()).toBe(head);
});

test("I8 F41: a person's commit on the branch is never overwritten", async () => {
  const { request, at, origin } = await ready({ branchAt: earlier });
  const theirs = commit(origin.dir, { tree: treeOf(origin.dir, { p: "p" }), parents: [request.expected ?? ""] });
  git(origin.dir, ["update-ref", ownRef, theirs]);
  expect(await publish(request)).toEqual({ status: "moved", head: theirs });
  expect(at()).toBe(theirs);
});

test("I8: a branch that appeared meanwhile is not overwritten", async () => {
  const { request, at, origin } = await ready();
  git(origin.dir, ["update-ref", ownRef, origin.base]);
  expect(await publish(request)).toEqual({ status: "moved", head: origin.base });
  expect(at()).toBe(origin.base);
});

test("F44: a branch that a person deleted is not made again", async () => {
  const { request, at, origin } = await ready({ branchAt: earlier });
  git(origin.dir, ["update-ref", "-d", ownRef]);
  expect(await publish(request)).toEqual({ status: "moved", head: null });
  expect(at()).toBe("");
});

test("I8: a head that does not descend from what was published is refused before any request", async () => {
  const { request, at, published, quarantine, remote } = await ready({ branchAt: earlier });
  const { gitDir, base } = quarantine;
  const aside = commit(gitDir, { tree: treeOf(gitDir, { x: "x" }), parents: [base.sha] });
  const outcome = await publish({ ...request, head: aside });
  expect(outcome).toMatchObject({ status: "refused", message: expect.stringContaining("does not descend from") });
  expect(at()).toBe(published);
  expect(remote.requests).toEqual([]);
});

test("F43: a rule of the remote's declines the push in its own words", async () => {
  const { request, origin, at } = await ready();
  const hook = join(origin.dir, "hooks", "pre-receive");
  execFileSync("mkdir", ["-p", join(origin.dir, "hooks")]);
  writeFileSync(hook, "#!/bin/sh\necho 'GH013: Repository rule violations found' >&2\nexit 1\n");
  chmodSync(hook, 0o755);
  expect(await publish(request)).toEqual({
    status: "refused",
    message: "pre-receive hook declined\nGH013: Repository rule violations found",
  });
  expect(at()).toBe("");
});

test.each([
  ["failure", "fatal error in commit_refs"],
  ["Internal Server Error", "Internal Server Error"],
])("the remote's own failure, told as a rejection (%s), is a fault to try again", async (reason, said) => {
  let broken = true;
  const { request, at, head } = await ready({
    before: (incoming, response) => {
      if (!broken || !receives(incoming)) return false;
      response.writeHead(200, { "content-type": "application/x-git-receive-pack-result" });
      const band = (number: number, text: string) => packet(`${String.fromCharCode(number)}${text}`);
      const report = [packet("unpack ok\n"), packet(`ng ${ownRef} ${reason}\n`), "0000"].join("");
      response.end([band(2, `${said}\n`), band(1, report), "0000"].join(""));
      return true;
    },
  });
  await expect(publish(request)).rejects.toMatchObject({ name: "Fault", kind: "conflict", retry: "later" });
  broken = false;
  expect(await publish(request)).toEqual({ status: "pushed" });
  expect(at()).toBe(head);
});

/** A line of git's protocol, with its length before it. */
function packet(text: string): string {
  return `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
}

test("a branch by whose name there can be none of ours is no move that another push would meet", async () => {
  const { request } = await ready({
    before: (incoming, response) => {
      if (!receives(incoming)) return false;
      response.writeHead(200, { "content-type": "application/x-git-receive-pack-result" });
      const report = [packet("unpack ok\n"), packet(`ng ${ownRef} directory file conflict\n`), "0000"].join("");
      response.end([packet(`\u0001${report}`), "0000"].join(""));
      return true;
    },
  });
  const [folder] = request.branch.split("/");
  const outcome = await publish(request);
  expect(outcome.status).toBe("refused");
  expect(outcome).toHaveProperty("message", expect.stringContaining(`a branch \`${folder}\``));
});

test("F42: a push whose answer is lost is found to have happened", async () => {
  const { request, at, head } = await ready({ loseAnswer: receives });
  expect(await publish(request)).toEqual({ status: "pushed" });
  expect(at()).toBe(head);
});

test("F42: a push that times out after the branch moved is found to have happened", async () => {
  const world = await ready({
    before: async (request) => {
      if (!receives(request)) return false;
      git(world.origin.dir, ["fetch", "-q", world.quarantine.gitDir, `${world.head}:${ownRef}`]);
      return true;
    },
  });
  git(world.quarantine.gitDir, ["update-ref", "refs/heads/tmp", world.head]);
  git(world.quarantine.gitDir, ["config", "uploadpack.allowAnySHA1InWant", "true"]);
  expect(await publish({ ...world.request, timeoutMs: 1500 })).toEqual({ status: "pushed" });
});

test("F42: a push that did not happen is a fault to try again later, and trying again works", async () => {
  let broken = true;
  const { request, at, head } = await ready({
    before: (incoming, response) => {
      if (!broken || !receives(incoming)) return false;
      response.writeHead(503).end();
      return true;
    },
  });
  await expect(publish(request)).rejects.toMatchObject({ name: "Fault", kind: "unavailable", retry: "later" });
  broken = false;
  expect(await publish(request)).toEqual({ status: "pushed" });
  expect(at()).toBe(head);
});

test.each([
  [401, "forbidden"],
  [403, "forbidden"],
  [404, "not_found"],
  [429, "rate_limited"],
  [301, "conflict"],
])("an answer of %d is a fault: %s", async (status, kind) => {
  const { request } = await ready({
    before: (_, response) => {
      response.writeHead(status, { location: "http://127.0.0.1:1/elsewhere" }).end();
      return true;
    },
  });
  const fault = await publish(request).catch((error) => error);
  expect(fault).toMatchObject({ name: "Fault", kind });
  expect(`${fault.message}${fault.cause}${fault.stack}`).not.toContain(token);
});

test("T22 I22: while a push is under way the token is in no command line and in no file", async () => {
  const seen: string[] = [];
  const { request, root } = await ready({
    before: async (incoming) => {
      if (receives(incoming)) seen.push(...commandLines());
      return false;
    },
  });
  expect(await publish(request)).toEqual({ status: "pushed" });
  const encoded = Buffer.from(`x-access-token:${token}`).toString("base64");
  const remoteHelpers = seen.filter((line) => line.includes("remote-http") && line.includes(request.url));
  expect(remoteHelpers.length).toBeGreaterThan(0);
  expect(seen.filter((line) => line.includes(token) || line.includes(encoded))).toEqual([]);
  expect(filesUnder(root).filter((text) => text.includes(token) || text.includes(encoded))).toEqual([]);
});

function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8")];
      } catch {
        return [];
      }
    });
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
}
