// Real `git push` and `git fetch` through the run's socket: what passes, what is refused, and what the agent reads.

import { createHash } from "node:crypto";
import { request } from "node:http";
import { deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { flushPacket, packet } from "../../../src/gateway/git/pktline.ts";
import { aRun, branch, ownRef, quarantined, type Run, work } from "./run-world.ts";
import { commit, git, treeOf, tryGit } from "./world.ts";

function push(run: Run, ...args: string[]) {
  return tryGit(run.workspace, ["push", ...args]);
}

test("a push of the loop's branch reaches the quarantine, and a second one moves it forward", async () => {
  const run = await aRun();
  const first = work(run);
  const { code, said } = await push(run);
  expect(said).toContain(`Loopgate took ${first.slice(0, 12)}`);
  expect(code).toBe(0);
  const second = work(run, "More", "new.txt", "new\n");
  expect((await push(run)).code).toBe(0);
  expect(quarantined(run)).toBe(`${ownRef} ${second}\nrefs/heads/main ${run.origin.base}`);
  expect(run.events.filter((each) => each.kind === "push")).toEqual([
    { kind: "push", ref: ownRef, old: null, new: first, bytes: expect.any(Number) },
    { kind: "push", ref: ownRef, old: first, new: second, bytes: expect.any(Number) },
  ]);
});

test("a run on an existing branch starts at it and pushes on top of it", async () => {
  const run = await aRun({ branchAt: (origin) => stepOn(origin.dir, origin.base) });
  expect(git(run.workspace, ["log", "--format=%s"])).toBe("Earlier\nBegin");
  const head = work(run);
  expect((await push(run)).code).toBe(0);
  expect(quarantined(run)).toContain(`${ownRef} ${head}`);
});

test("fetch sees the base and the loop's branch, and nothing else", async () => {
  const run = await aRun();
  work(run);
  await push(run);
  const { code, said } = await tryGit(run.workspace, ["ls-remote", "origin"]);
  expect(code).toBe(0);
  expect(said.match(/refs\/\S+/g)).toEqual([ownRef, "refs/heads/main"]);
  const clone = await tryGit(run.root, ["clone", "-q", run.url, "again"]);
  expect(clone).toEqual({ code: 0, said: "" });
  expect(run.events.some((each) => each.kind === "fetch" && each.bytes > 0)).toBe(true);
});

test.each([["0"], ["1"], ["2"]])("protocol version %s is served", async (version) => {
  const run = await aRun();
  const config = ["-c", `protocol.version=${version}`];
  expect((await tryGit(run.root, [...config, "clone", "-q", run.url, "again"])).code).toBe(0);
  work(run);
  expect((await tryGit(run.workspace, [...config, "push"])).code).toBe(0);
});

test.each([
  ["other_branch", ["origin", "HEAD:refs/heads/main"], "main"],
  ["other_branch", ["origin", "HEAD:refs/heads/loop/8-other"], "loop/8-other"],
  ["other_ref", ["origin", "HEAD:refs/pull/1/head"], "refs/pull/1/head"],
  ["other_ref", ["origin", "HEAD:refs/incoming/x"], "refs/incoming/x"],
  ["tag", ["origin", "HEAD:refs/tags/v1"], "v1"],
  ["notes", ["origin", "HEAD:refs/notes/commits"], "refs/notes/commits"],
  ["delete", ["origin", `:${ownRef}`], branch],
  ["delete", ["--force", "--delete", "origin", branch], branch],
])("T11: a push is refused as %s: git push %j", async (name, args, ref) => {
  const run = await aRun({ branchAt: (origin) => stepOn(origin.dir, origin.base) });
  const before = quarantined(run);
  work(run);
  const { code, said } = await push(run, ...args);
  expect(code).toBe(1);
  expect(said).toMatch(new RegExp(`! \\[remote rejected\\] .*${ref} \\(${name}: .*\\)`));
  expect(said).toContain("remote: Loopgate refused this push:");
  expect(run.events.at(-1)).toMatchObject({ kind: "refused", names: [name] });
  expect(quarantined(run)).toBe(before);
});

test("T11: one forbidden ref among allowed ones refuses the whole push", async () => {
  const run = await aRun();
  const before = quarantined(run);
  work(run);
  const { said } = await push(run, "origin", `HEAD:${ownRef}`, "HEAD:refs/heads/main", "HEAD:refs/tags/v1");
  expect(said.match(/remote rejected\] .*/g)).toHaveLength(3);
  expect(quarantined(run)).toBe(before);
});

test("T11: --mirror, --all and --tags move nothing", async () => {
  const run = await aRun();
  const before = quarantined(run);
  work(run);
  git(run.workspace, ["tag", "v1"]);
  git(run.workspace, ["branch", "other"]);
  for (const flag of ["--mirror", "--all", "--tags"]) expect((await push(run, flag, "origin")).code).toBe(1);
  expect(quarantined(run)).toBe(before);
});

test("I8: a forced push that rewinds the branch is refused", async () => {
  const run = await aRun();
  const first = work(run);
  await push(run);
  git(run.workspace, ["commit", "-q", "--amend", "-m", "Rewritten"]);
  const { code, said } = await push(run, "--force");
  expect(code).toBe(1);
  expect(said).toContain("not_forward: non-fast-forward");
  expect(quarantined(run)).toContain(`${ownRef} ${first}`);
});

test("T11: a signed push certificate, push options and shallow lines are refused when a client sends them unasked", async () => {
  const run = await aRun();
  const old = "0".repeat(40);
  const command = `${old} ${run.origin.base} ${ownRef}`;
  const bodies = {
    push_certificate: [packet("push-cert\0report-status\n"), packet("certificate version 0.1\n")],
    push_options: [packet(`${command}\0report-status push-options`)],
    shallow_history: [packet(`shallow ${run.origin.base}`), packet(`${command}\0report-status`)],
  };
  for (const [name, lines] of Object.entries(bodies)) {
    await post(run, "/repo.git/git-receive-pack", Buffer.concat([...lines, flushPacket, flushPacket]));
    expect(run.events.at(-1)).toMatchObject({ kind: "refused", names: [name] });
  }
  expect(quarantined(run)).not.toContain(ownRef);
});

test("F46: a push of a shallow clone is refused with a sentence", async () => {
  const run = await aRun({ branchAt: (origin) => stepOn(origin.dir, origin.base) });
  await tryGit(run.root, ["clone", "-q", "--depth=1", "-b", branch, run.url, "shallow"]);
  const shallow = { ...run, workspace: `${run.root}/shallow` };
  work(shallow);
  const { said } = await push(shallow, "origin", branch);
  expect(said).toContain("shallow_history: a shallow clone cannot push here");
});

test("T10: what a push carries is judged on arrival, and every finding is printed to the agent", async () => {
  const run = await aRun();
  const ws = run.workspace;
  const tree = treeOf(ws, {
    "README.md": "hello\n",
    vendor: { mode: "160000", id: "3".repeat(40) },
    out: { mode: "120000", text: "../../etc/passwd" },
  });
  const head = commit(ws, { tree, parents: [run.origin.base] });
  const { code, said } = await push(run, "origin", `${head}:${ownRef}`);
  expect(code).toBe(1);
  expect(said).toContain("remote: - vendor is a submodule");
  expect(said).toContain("remote: - the link out leads out of the repository");
  expect(run.events.at(-1)).toMatchObject({ kind: "refused", names: ["gitlink_added", "symlink_escapes"] });
  expect(quarantined(run)).toBe(`refs/heads/main ${run.origin.base}`);
});

test("T6: a secret in any pushed commit is refused, also when a later commit removes it", async () => {
  const run = await aRun();
  const secret = ["gh", "p_", "a1B2c3D4e5".repeat(3), "abcdef"].join("");
  work(run, "Add", "conf.txt", `token=${secret}\n`);
  work(run, "Remove", "conf.txt", "token=\n");
  const { said } = await push(run);
  expect(said).toContain("secret_found: conf.txt holds what looks like a secret (github)");
  expect(said).not.toContain(secret);
  expect(JSON.stringify(run.events)).not.toContain(secret);
});

test("T10: a .git entry in a tree does not get past the object checks", async () => {
  const run = await aRun();
  const tree = treeOf(run.workspace, { "README.md": "hello\n", ".GIT": { config: "[core]\n" } });
  const head = commit(run.workspace, { tree, parents: [run.origin.base] });
  const { said } = await push(run, "origin", `${head}:${ownRef}`);
  expect(said).toContain("bad_object: git's object check found hasDotgit");
});

test("an unrelated history is refused", async () => {
  const run = await aRun();
  const head = commit(run.workspace, { tree: treeOf(run.workspace, { a: "a" }) });
  const { said } = await push(run, "origin", `${head}:${ownRef}`);
  expect(said).toContain("not_descendant_of_base");
});

test("a commit by somebody else's name is refused where the run has a name of its own", async () => {
  const run = await aRun({ author: { email: "loop@example.org" } });
  const forged = { GIT_AUTHOR_EMAIL: "maintainer@example.org" };
  const head = commit(run.workspace, {
    tree: treeOf(run.workspace, { a: "a" }),
    parents: [run.origin.base],
    env: forged,
  });
  expect((await push(run, "origin", `${head}:${ownRef}`)).said).toContain("author_unexpected");
  work(run);
  expect((await push(run)).code).toBe(0);
});

test("T8: a push over the byte limit is refused with a sentence, and the gateway lives on", async () => {
  const run = await aRun({ maxPushBytes: 200_000 });
  const noise = createHash("shake256", { outputLength: 3_000_000 }).update("noise").digest("base64");
  const head = work(run, "Big", "big.txt", noise);
  const { code, said } = await tryGit(run.workspace, ["-c", "http.postBuffer=65536", "push"]);
  expect(code).toBe(1);
  expect(said).toContain("push_too_large: the push has more than 200000 bytes");
  expect(quarantined(run)).not.toContain(head);
  git(run.workspace, ["reset", "-q", "--hard", run.origin.base]);
  work(run);
  expect((await push(run)).code).toBe(0);
});

test("T8: all pushes of a run together are bounded", async () => {
  const run = await aRun({ maxRunBytes: 2_000 });
  const noise = createHash("shake256", { outputLength: 900 }).update("noise").digest("base64");
  work(run, "One", "one.txt", noise);
  expect((await push(run)).code).toBe(0);
  work(run, "Two", "two.txt", noise.split("").reverse().join(""));
  expect((await push(run)).said).toContain("run_pushed_too_much");
});

test("F46, T8: a delta that unfolds into gigabytes is stopped by the memory limit", async () => {
  const run = await aRun();
  const body = Buffer.concat([
    packet(`${"0".repeat(40)} ${"4".repeat(40)} ${ownRef}\0report-status`),
    flushPacket,
    deltaBomb(),
  ]);
  expect((await post(run, "/repo.git/git-receive-pack", body)).body).toContain(
    "ng refs/heads/loop/7-abc object_too_large",
  );
});

test("T8: a tree that names itself over and over is refused, not counted", async () => {
  const run = await aRun();
  let tree = treeOf(run.workspace, { a: "a" });
  for (let level = 0; level < 10; level++) {
    const same = { mode: "40000", id: tree };
    tree = treeOf(run.workspace, Object.fromEntries("abcdefghij".split("").map((name) => [name, same])));
  }
  const head = commit(run.workspace, { tree, parents: [run.origin.base] });
  const { said } = await push(run, "origin", `${head}:${ownRef}`);
  expect(said).toContain("too_many_files");
}, 120_000);

test("a large push in chunks, with git's probe before it, arrives", async () => {
  const run = await aRun();
  const noise = createHash("shake256", { outputLength: 3_000_000 }).update("noise").digest("base64");
  const head = work(run, "Big", "big.txt", noise);
  const { code, said } = await tryGit(run.workspace, ["-c", "http.postBuffer=65536", "push"]);
  expect(said).toContain("Loopgate took");
  expect(code).toBe(0);
  expect(quarantined(run)).toContain(head);
});

test("a lease that may not push can fetch, and its push is refused with a sentence", async () => {
  const run = await aRun({ mayPush: false });
  expect((await tryGit(run.workspace, ["fetch"])).code).toBe(0);
  work(run);
  const { code, said } = await push(run);
  expect(code).not.toBe(0);
  expect(said).toContain("remote error: this run may read but not push");
});

test.each([["0"], ["2"]])(
  "T20: a lease that may not push reads the base and nothing of the loop's branch (protocol %s)",
  async (version) => {
    const run = await aRun({ mayPush: false, branchAt: (origin) => stepOn(origin.dir, origin.base) });
    const head = git(run.origin.dir, ["rev-parse", ownRef]);
    const config = ["-c", `protocol.version=${version}`];
    expect((await tryGit(run.root, [...config, "ls-remote", run.url])).said).not.toContain(branch);
    expect((await tryGit(run.root, [...config, "clone", "-q", run.url, "again"])).code).toBe(0);
    const { code, said } = await tryGit(`${run.root}/again`, [...config, "fetch", "origin", head]);
    expect(code).not.toBe(0);
    expect(said).toMatch(/not our ref|does not allow request for unadvertised object/);
  },
);

test("without the lease's token, or with another one, nothing is served", async () => {
  const run = await aRun();
  const bare = run.url.replace(/\/\/.*@/, "//");
  const wrong = run.url.replace(run.token, "not-the-token");
  expect((await tryGit(run.root, ["ls-remote", bare])).code).not.toBe(0);
  const { code, said } = await tryGit(run.root, ["ls-remote", wrong]);
  expect(code).not.toBe(0);
  expect(said).toContain("remote: This is not the lease of this run.");
  expect(run.events.at(-1)).toMatchObject({ kind: "refused", names: ["http_403"] });
});

test.each(["gateway", "route"] as const)("a lease revoked at the %s is refused everything", async (place) => {
  const run = await aRun();
  work(run);
  run[place].revoke();
  const { code, said } = await push(run);
  expect(code).not.toBe(0);
  expect(said).toContain("remote: This run's lease has ended.");
  expect(quarantined(run)).not.toContain(ownRef);
});

test.each([
  ["/repo.git/HEAD"],
  ["/repo.git/objects/info/packs"],
  ["/repo.git/info/refs"],
  ["/repo.git/info/refs?service=git-upload-archive"],
  ["/repo.git/info/refs?service=git-upload-pack&x=1"],
  ["/repo.git/../repo.git/info/refs?service=git-upload-pack"],
  ["/repo.git/%2e%2e/config"],
  ["/other.git/info/refs?service=git-upload-pack"],
  ["/repo.gitx/info/refs?service=git-upload-pack"],
])("%s is not served", async (path) => {
  const run = await aRun();
  expect((await call(run, "GET", path)).status).toBe(404);
});

test.each([[Buffer.from("nonsense")], [Buffer.alloc(300_000, "0012shallow ........")], [Buffer.alloc(0)]])(
  "F46: a push that cannot be read is answered 400",
  async (body) => {
    const run = await aRun();
    expect((await post(run, "/repo.git/git-receive-pack", body)).status).toBe(400);
    expect(run.events.at(-1)).toMatchObject({ kind: "refused", names: ["malformed_push"] });
  },
);

function stepOn(dir: string, base: string): string {
  return commit(dir, { tree: treeOf(dir, { "README.md": "changed\n" }), parents: [base], message: "Earlier" });
}

function post(run: Run, path: string, body: Buffer) {
  return call(run, "POST", path, body);
}

/** A request as an agent would make it by hand, path untouched. */
function call(
  run: Run,
  method: string,
  path: string,
  body: Buffer = Buffer.alloc(0),
): Promise<{ status: number; body: string }> {
  const auth = `run:${run.token}`;
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: run.gateway.socketPath, method, path, auth }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, body: text });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A pack of two objects: a blob of 1 MB, and a delta of some kilobytes that copies it 2,000 times. */
function deltaBomb(): Buffer {
  const size = 1 << 20;
  const base = object(3, size, deflateSync(Buffer.alloc(size)));
  const id = createHash("sha1").update(`blob ${size}\0`).update(Buffer.alloc(size)).digest();
  const copies = Buffer.concat(
    Array.from({ length: 2000 * 17 }, () => Buffer.from([0b1011_0000, 0xff, 0xff])).slice(0, 2000 * 16),
  );
  const delta = Buffer.concat([varint(size), varint(2000 * 16 * 0xffff), copies]);
  const bomb = Buffer.concat([object(7, delta.length, Buffer.alloc(0)), id, deflateSync(delta)]);
  const pack = Buffer.concat([Buffer.from("PACK\0\0\0\x02\0\0\0\x02", "latin1"), base, bomb]);
  return Buffer.concat([pack, createHash("sha1").update(pack).digest()]);
}

function object(type: number, size: number, content: Buffer): Buffer {
  const bytes: number[] = [];
  let rest = size >>> 4;
  bytes.push((type << 4) | (size & 15) | (rest > 0 ? 0x80 : 0));
  while (rest > 0) {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  }
  return Buffer.concat([Buffer.from(bytes), content]);
}

function varint(size: number): Buffer {
  const bytes: number[] = [];
  let rest = size;
  do {
    bytes.push((rest % 128) | (rest > 127 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

test("a fetch whose request unpacks to more than it may ask in is cut and told; a small one of its kind is served", async () => {
  const run = await aRun();
  const asking = (haves: number) =>
    gzipSync(
      Buffer.concat([
        packet(`want ${run.origin.base}\n`),
        flushPacket,
        ...Array.from({ length: haves }, (_, at) => packet(`have ${at.toString(16).padStart(40, "0")}\n`)),
        packet("done\n"),
      ]),
    );
  const fetched = (body: Buffer) =>
    new Promise<number>((resolve) => {
      const headers = {
        authorization: `Basic ${Buffer.from(`run:${run.token}`).toString("base64")}`,
        "content-type": "application/x-git-upload-pack-request",
        "content-encoding": "gzip",
      };
      const options = {
        socketPath: run.gateway.socketPath,
        path: "/repo.git/git-upload-pack",
        method: "POST",
        headers,
      };
      const sent = request(options, (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on("close", () => resolve(response.complete ? bytes : -1));
        response.on("error", () => undefined);
      });
      sent.on("error", () => resolve(-1));
      sent.end(body);
    });
  expect(await fetched(asking(1_000))).toBeGreaterThan(100);
  const bomb = asking(400_000); // 20 MB
  expect(bomb.length).toBeLessThan(4_000_000);
  expect(await fetched(bomb)).toBe(-1);
  expect(run.events.slice(-2)).toMatchObject([{ kind: "fetch" }, { kind: "refused", names: ["fetch_too_large"] }]);
});
