// Git over HTTP with real git, and the git database over REST: who may fetch, who may push, what is refused.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Forge } from "../../src/forge/forge.ts";
import { git } from "../../src/forge/git/run.ts";
import type { Permissions } from "../../src/forge/model.ts";
import { aFolder, aForge, appClient, demo, gitWith, refusal } from "./local-forge.ts";

const zero = "0".repeat(40);

function appToken(forge: Forge, permissions?: Permissions): string {
  return forge.world.mintToken(forge.world.installations[0]!, permissions ? { permissions } : {}).value;
}

const address = (forge: Forge, name = "acme/demo") => `${forge.url}/${name}.git`;

/** A clone with one commit on a new branch that adds these files. */
async function aClone(
  forge: Forge,
  token: string | null,
  files: Record<string, string>,
  branch = "loop/1-a",
): Promise<string> {
  const dir = await aFolder();
  const cloned = await gitWith(token, dir, ["clone", "--quiet", address(forge), "."]);
  expect(cloned.stderr).toBe("");
  await git(dir, ["checkout", "--quiet", "-b", branch]);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, path, ".."), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  await git(dir, ["add", "--all"]);
  await git(dir, ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "Change"]);
  return dir;
}

test("an App token clones and pushes, and the push is a webhook by the App's bot", async () => {
  const forge = await aForge();
  const heard: unknown[] = [];
  forge.world.listen(({ event, actor, body }) =>
    heard.push([event, actor.user.login, body.ref, body.created, (body.commits as object[] | undefined)?.length]),
  );
  const dir = await aClone(forge, appToken(forge), { "a.txt": "a\n" });
  const pushed = await gitWith(appToken(forge), dir, ["push", "--quiet", "origin", "HEAD"]);
  expect([pushed.code, pushed.stderr]).toEqual([0, ""]);
  expect(heard[0]).toEqual(["push", "loopgate[bot]", "refs/heads/loop/1-a", true, 1]);
  const sha = (await git(dir, ["rev-parse", "HEAD"])).trim();
  expect((await appClient(forge).repos.getCommit({ ...demo, ref: "loop/1-a" })).data).toMatchObject({
    sha,
    stats: { additions: 1 },
    files: [{ filename: "a.txt", status: "added" }],
  });
});

test("a large push arrives in chunks and compressed", async () => {
  const forge = await aForge();
  const noise = Array.from({ length: 60_000 }, (_, n) => `${n} ${Math.sin(n)}`).join("\n");
  const dir = await aClone(forge, appToken(forge), { "noise.txt": noise });
  const pushed = await gitWith(appToken(forge), dir, [
    "-c",
    "http.postBuffer=4096",
    "push",
    "--quiet",
    "origin",
    "HEAD",
  ]);
  expect([pushed.code, pushed.stderr]).toEqual([0, ""]);
});

test("a push over the size limit is cut off and moves nothing", async () => {
  const forge = await aForge({ maxPushBytes: 20_000 });
  const noise = Array.from({ length: 20_000 }, (_, n) => `${n} ${Math.sin(n)}`).join("\n");
  const dir = await aClone(forge, appToken(forge), { "noise.txt": noise });
  expect((await gitWith(appToken(forge), dir, ["push", "--quiet", "origin", "HEAD"])).code).not.toBe(0);
  expect((await git(forge.repository("acme/demo").gitDir, ["for-each-ref", "refs/heads/loop"])).trim()).toBe("");
});

test("anyone fetches what is public, and nobody what is private without a token", async () => {
  const forge = await aForge();
  await forge.createRepository({ owner: "acme", name: "secret", private: true, collaborators: { rex: "read" } });
  const ls = async (token: string | null, name: string) =>
    (await gitWith(token, await aFolder(), ["ls-remote", address(forge, name)])).code;
  expect(await ls(null, "acme/demo")).toBe(0);
  expect(await ls(null, "acme/secret")).not.toBe(0);
  expect(await ls(forge.as("rex").token, "acme/secret")).toBe(0);
  expect(await ls(forge.as("willa").token, "acme/secret")).not.toBe(0);
  expect(await ls("ghs_invented", "acme/demo")).not.toBe(0);
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${address(forge, "acme/secret")}/info/refs?service=git-upload-pack`, { headers })).status;
  const basic = (token: string) => ({
    authorization: `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
  });
  expect([await status({}), await status(basic(forge.as("willa").token)), await status(basic("ghs_invented"))]).toEqual(
    [401, 404, 401],
  );
});

test.each([
  ["no token", () => null, /could not read Username|Authentication failed/],
  ["a reader's token", (forge: Forge) => forge.as("rex").token, /denied to rex/],
  [
    "an App token without contents",
    (forge: Forge) => appToken(forge, { issues: "write" }),
    /denied to loopgate\[bot\]/,
  ],
  [
    "an App token that may only read",
    (forge: Forge) => appToken(forge, { contents: "read" }),
    /denied to loopgate\[bot\]/,
  ],
])("a push is refused: %s", async (_, tokenOf, words) => {
  const forge = await aForge();
  const dir = await aClone(forge, null, { "a.txt": "a\n" });
  const pushed = await gitWith(tokenOf(forge), dir, ["push", "--quiet", "origin", "HEAD"]);
  expect(pushed.code).not.toBe(0);
  expect(pushed.stderr).toMatch(words);
});

test("an App may not push a workflow, a person may", async () => {
  const forge = await aForge();
  const dir = await aClone(forge, null, { ".github/workflows/ci.yml": "on: push\n" });
  const refused = await gitWith(appToken(forge), dir, ["push", "--quiet", "origin", "HEAD"]);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain(
    "refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission",
  );
  expect((await gitWith(forge.as("willa").token, dir, ["push", "--quiet", "origin", "HEAD"])).code).toBe(0);
});

test("a push that is not a fast forward is refused unless leased on what is there", async () => {
  const forge = await aForge();
  const dir = await aClone(forge, appToken(forge), { "a.txt": "a\n" });
  await gitWith(appToken(forge), dir, ["push", "--quiet", "origin", "HEAD"]);
  const seen = (await git(dir, ["rev-parse", "HEAD"])).trim();
  const theirs = await forge.as("willa").push("acme/demo", "loop/1-a", { "b.txt": "b\n" }, "By a person");
  await git(dir, [
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@example.com",
    "commit",
    "--quiet",
    "--amend",
    "-m",
    "Another",
  ]);
  const push = (lease: string) =>
    gitWith(appToken(forge), dir, [
      "push",
      "--quiet",
      `--force-with-lease=refs/heads/loop/1-a:${lease}`,
      "origin",
      "HEAD",
    ]);
  expect((await push(seen)).stderr).toContain("stale info");
  expect((await push(theirs)).code).toBe(0);
});

test("a protected branch takes no forced push, no deletion and, when restricted, no push but an admin's", async () => {
  const forge = await aForge();
  const repository = forge.repository("acme/demo");
  forge.world.setRule(forge.as("ada").actor, repository, "main", { restrictPushes: true });
  const dir = await aClone(forge, null, { "a.txt": "a\n" }, "work");
  const push = (token: string, refspec: string) => gitWith(token, dir, ["push", "--quiet", "origin", refspec]);
  expect((await push(appToken(forge), "HEAD:main")).stderr).toContain(
    "GH006: Protected branch update failed for refs/heads/main",
  );
  expect((await push(forge.as("willa").token, "HEAD:main")).code).not.toBe(0);
  expect((await push(forge.as("ada").token, "HEAD:main")).code).toBe(0);
  expect((await push(forge.as("ada").token, "+HEAD~1:main")).stderr).toContain("Cannot force-push");
});

test("a branch that takes signed commits only declines a push of others; a ref beside the branches takes them, and nobody is told", async () => {
  const forge = await aForge();
  const told: string[] = [];
  forge.world.setRule(forge.as("ada").actor, forge.repository("acme/demo"), "main", { signatures: true });
  const dir = await aClone(forge, null, { "a.txt": "a\n" }, "work");
  forge.world.listen(({ event }) => void told.push(event));
  const push = (refspec: string) => gitWith(appToken(forge), dir, ["push", "--quiet", "origin", refspec]);
  expect((await push("HEAD:main")).stderr).toContain("Commits must have verified signatures.");
  expect((await push("HEAD:refs/loopgate/a")).code).toBe(0);
  const { data: tip } = await appClient(forge).git.getRef({ ...demo, ref: "heads/main" });
  const { data: plain } = await appClient(forge).git.getCommit({
    ...demo,
    commit_sha: (await git(dir, ["rev-parse", "HEAD"])).trim(),
  });
  const { data: made } = await appClient(forge).git.createCommit({
    ...demo,
    tree: plain.tree.sha,
    parents: [tip.object.sha],
    message: "Signed",
  });
  expect([plain.verification.verified, made.verification.verified]).toEqual([false, true]);
  expect((await push(":refs/loopgate/a")).code).toBe(0);
  expect(told).toEqual([]);
  await gitWith(appToken(forge), dir, ["fetch", "--quiet", "origin", made.sha]);
  expect((await push(`${made.sha}:main`)).stderr).toBe("");
  expect(told).toContain("push");
});

test("refs are made, moved and deleted over REST with the same rules and events", async () => {
  const forge = await aForge();
  const client = appClient(forge);
  const heard: string[] = [];
  forge.world.listen(
    ({ event, body }) =>
      event === "push" &&
      heard.push(`${body.before === zero ? "new" : "old"} ${body.after === zero ? "gone" : "kept"} ${body.forced}`),
  );
  const { data: main } = await client.git.getRef({ ...demo, ref: "heads/main" });
  await client.git.createRef({ ...demo, ref: "refs/heads/loop/2", sha: main.object.sha });
  expect(
    (await refusal(client.git.createRef({ ...demo, ref: "refs/heads/loop/2", sha: main.object.sha }))).message,
  ).toBe("Reference already exists");
  const { data: tree } = await client.git.createTree({
    ...demo,
    base_tree: main.object.sha,
    tree: [{ path: "log.md", mode: "100644", content: "hello\n" }],
  });
  const { data: commit } = await client.git.createCommit({
    ...demo,
    message: "Log",
    tree: tree.sha,
    parents: [main.object.sha],
  });
  await client.git.updateRef({ ...demo, ref: "heads/loop/2", sha: commit.sha });
  expect((await refusal(client.git.updateRef({ ...demo, ref: "heads/loop/2", sha: main.object.sha }))).message).toBe(
    "Update is not a fast forward",
  );
  await client.git.updateRef({ ...demo, ref: "heads/loop/2", sha: main.object.sha, force: true });
  await client.git.deleteRef({ ...demo, ref: "heads/loop/2" });
  expect((await refusal(client.git.getRef({ ...demo, ref: "heads/loop/2" }))).status).toBe(404);
  expect(heard).toEqual(["new kept false", "old kept false", "old kept true", "old gone false"]);
});

test("an App may not write a workflow over REST either", async () => {
  const forge = await aForge();
  const client = appClient(forge);
  const entry = { path: ".github/workflows/ci.yml", mode: "100644" as const, content: "on: push\n" };
  expect((await refusal(client.git.createTree({ ...demo, tree: [entry] }))).status).toBe(403);
  const file = { ...demo, path: entry.path, message: "CI", content: Buffer.from("on: push\n").toString("base64") };
  expect((await refusal(client.repos.createOrUpdateFileContents(file))).status).toBe(403);
});

test("files and folders are read at a ref, and changed only by who saw the last version", async () => {
  const forge = await aForge();
  const client = appClient(forge);
  const { data: root } = await client.repos.getContent({ ...demo, path: "" });
  expect((root as { path: string; type: string }[]).map((one) => [one.path, one.type])).toEqual([
    ["README.md", "file"],
    ["src", "dir"],
  ]);
  const { data: folder } = await client.repos.getContent({ ...demo, path: "src" });
  expect((folder as { path: string }[]).map((one) => one.path)).toEqual(["src/add.js"]);
  const { data: file } = (await client.repos.getContent({ ...demo, path: "README.md", ref: "main" })) as {
    data: { content: string; sha: string };
  };
  expect(Buffer.from(file.content, "base64").toString()).toBe("# Demo\n");
  const change = (sha?: string) =>
    client.repos.createOrUpdateFileContents({
      ...demo,
      path: "README.md",
      message: "Say more",
      content: Buffer.from("# More\n").toString("base64"),
      sha,
    });
  expect((await refusal(change())).status).toBe(422);
  expect((await refusal(change(zero))).status).toBe(409);
  await change(file.sha);
  const raw = await client.request("GET /repos/{owner}/{repo}/contents/README.md", {
    ...demo,
    mediaType: { format: "raw" },
  });
  expect(String(raw.data)).toBe("# More\n");
  expect((await refusal(client.repos.getContent({ ...demo, path: "missing.md" }))).status).toBe(404);
});

test("two commits are compared from where they parted", async () => {
  const forge = await aForge();
  await forge.as("willa").push("acme/demo", "side", { "a.txt": "a\n" }, "A");
  await forge.as("ada").push("acme/demo", "main", { "b.txt": "b\n" }, "B");
  const { data } = await appClient(forge).repos.compareCommitsWithBasehead({ ...demo, basehead: "main...side" });
  expect(data).toMatchObject({ status: "diverged", ahead_by: 1, behind_by: 1 });
  expect(data.files?.map((file) => file.filename)).toEqual(["a.txt"]);
});

test("a repository is copied from a folder's committed HEAD, and the folder stays as it was", async () => {
  const dir = await aFolder();
  await git(dir, ["init", "--quiet", "--initial-branch=trunk"]);
  await writeFile(join(dir, "a.txt"), "committed\n");
  await git(dir, ["add", "--all"]);
  await git(dir, ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "One"]);
  await writeFile(join(dir, "a.txt"), "not committed\n");
  const before = await Promise.all([
    git(dir, ["status", "--porcelain"]),
    git(dir, ["for-each-ref"]),
    git(dir, ["config", "--list"]),
  ]);
  const forge = await aForge();
  await forge.createRepository({ owner: "acme", name: "copy", fromDir: dir });
  const { data } = (await appClient(forge).repos.getContent({ owner: "acme", repo: "copy", path: "a.txt" })) as {
    data: { content: string };
  };
  expect(Buffer.from(data.content, "base64").toString()).toBe("committed\n");
  expect(
    await Promise.all([
      git(dir, ["status", "--porcelain"]),
      git(dir, ["for-each-ref"]),
      git(dir, ["config", "--list"]),
    ]),
  ).toEqual(before);
});
