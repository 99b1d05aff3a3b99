// The npm registry behind a run's door: what it gives, what it keeps, and what it does where a registry lies.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { PackageRules } from "../../../src/gateway/registry/rules.ts";
import { type Made, scriptedRegistry, tarball } from "./upstream.ts";
import { aDoor } from "./world.ts";

const one: Made = { name: "one", version: "1.0.0" };
const scoped: Made = { name: "@team/two", version: "2.0.0", dependencies: { one: "^1.0.0" } };
const short = { accept: "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8" };

/** What is kept, half made or whole. */
function left(root: string): string[] {
  return ["content", "name", "aside"].flatMap((folder) => {
    try {
      return readdirSync(join(root, "answers", folder));
    } catch {
      return [];
    }
  });
}

test("documents name files at the door, whole ones with times and abbreviated ones without, as they are asked for", async () => {
  const registry = await scriptedRegistry([one, scoped]);
  const { get, address } = await aDoor(registry.url);
  const whole = await get("/npm/one");
  expect(whole).toMatchObject({ status: 200, headers: { "content-type": "application/json" } });
  expect(JSON.parse(whole.text)).toMatchObject({
    time: { "1.0.0": "2020-01-01T00:00:00.000Z" },
    versions: { "1.0.0": { dist: { tarball: `${address}/npm/one/-/one-1.0.0.tgz` } } },
  });
  for (const path of ["/npm/@team%2ftwo", "/npm/@team/two", "/npm/%40team%2Ftwo"]) {
    const brief = await get(path, { headers: short });
    expect(brief.headers["content-type"]).toBe("application/vnd.npm.install-v1+json");
    const read = JSON.parse(brief.text);
    expect(read.time).toBeUndefined();
    expect(read.versions["2.0.0"].dist.tarball).toBe(`${address}/npm/@team/two/-/two-2.0.0.tgz`);
  }
  const manifest = await get("/npm/one/latest");
  expect(JSON.parse(manifest.text)).toMatchObject({ name: "one", version: "1.0.0" });
  expect((await get("/npm/one/9.9.9")).status).toBe(404);
});

test("npm itself, which puts its registry's host in place of any other, is given addresses that may stand in a lockfile", async () => {
  const registry = await scriptedRegistry([one]);
  const { get } = await aDoor(registry.url);
  const { text } = await get("/npm/one", { headers: { "user-agent": "npm/11.0.0 node/v24.0.0 linux x64" } });
  expect(JSON.parse(text).versions["1.0.0"].dist.tarball).toBe(`${registry.url}/one/-/one-1.0.0.tgz`);
});

test("a file is fetched once, kept by content, recorded for each run, and found without the folder of the registry too", async () => {
  const registry = await scriptedRegistry([one, scoped]);
  const door = await aDoor(registry.url);
  const content = registry.files.get("one/-/one-1.0.0.tgz");
  for (const path of ["/npm/one/-/one-1.0.0.tgz", "/one/-/one-1.0.0.tgz", "/some/mirror/one/-/one-1.0.0.tgz"])
    expect((await door.get(path)).content).toEqual(content);
  expect((await door.get("/npm/@team/two/-/two-2.0.0.tgz")).status).toBe(200);
  expect((await door.get("/npm/@team%2ftwo/-/two-2.0.0.tgz")).status).toBe(200);
  expect(registry.seen.filter(({ url }) => url.endsWith(".tgz"))).toHaveLength(2);
  const other = await aDoor(registry.url, { root: door.root });
  expect((await other.get("/npm/one/-/one-1.0.0.tgz")).content).toEqual(content);
  expect(registry.seen.filter(({ url }) => url.endsWith("one-1.0.0.tgz"))).toHaveLength(1);
  expect([door.given().length, other.given()]).toEqual([5, ["one 1.0.0"]]);
});

test("two that ask for one package at once have it fetched once", async () => {
  const registry = await scriptedRegistry([one]);
  const { get } = await aDoor(registry.url);
  const answers = await Promise.all(Array.from({ length: 8 }, () => get("/npm/one/-/one-1.0.0.tgz")));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(registry.seen.filter(({ url }) => url.endsWith(".tgz"))).toHaveLength(1);
});

test("HEAD says how long an answer would be, and counts as nothing that was fetched", async () => {
  const registry = await scriptedRegistry([one]);
  const { get, given } = await aDoor(registry.url);
  const head = await get("/npm/one/-/one-1.0.0.tgz", { method: "HEAD" });
  const size = String(registry.files.get("one/-/one-1.0.0.tgz")?.length);
  expect(head).toMatchObject({ status: 200, text: "", headers: { "content-length": size } });
  expect(given()).toEqual([]);
});

test("an old package is checked by its SHA-1, and one without any sum is not given", async () => {
  const registry = await scriptedRegistry([one, { ...one, name: "bare" }, { ...one, name: "weak" }]);
  for (const name of ["one", "bare", "weak"]) delete registry.documents.get(name)?.versions["1.0.0"]?.dist.integrity;
  delete registry.documents.get("bare")?.versions["1.0.0"]?.dist.shasum;
  const content = registry.files.get("weak/-/weak-1.0.0.tgz") ?? Buffer.of();
  const dist = registry.documents.get("weak")?.versions["1.0.0"]?.dist ?? {};
  dist.integrity = `md5-${createHash("md5").update(content).digest("base64")}`;
  const { get } = await aDoor(registry.url);
  expect((await get("/npm/one/-/one-1.0.0.tgz")).status).toBe(200);
  for (const name of ["bare", "weak"]) {
    const { status, text } = await get(`/npm/${name}/-/${name}-1.0.0.tgz`);
    expect([status, text]).toEqual([422, expect.stringContaining(`states no sum for ${name} 1.0.0`)]);
  }
});

test("a document is asked for again once it is old, and not sent again where it did not change", async () => {
  const registry = await scriptedRegistry([one]);
  let now = 1e12;
  const { get } = await aDoor(registry.url, { now: () => now });
  const conditions: (string | undefined)[] = [];
  registry.script((request, response) => {
    conditions.push(request.headers["if-none-match"]);
    if (request.headers["if-none-match"] === '"a"') response.writeHead(304).end();
    else response.setHeader("etag", '"a"');
    return response.writableEnded;
  });
  for (const at of [1e12, 1e12 + 60_000, 1e12 + 400_000, 1e12 + 500_000]) {
    now = at;
    expect((await get("/npm/one")).status).toBe(200);
  }
  expect(conditions).toEqual([undefined, '"a"']);
});

/** Only these wait for a limit's end; a busy machine may be slower than it everywhere else. */
const isSilent = (words: string) => ["in time", "broke off in silence"].includes(words);

const html = (response: ServerResponse) => void response.end("<!DOCTYPE html><p>Sign in to the network</p>");

test.each<[string, (response: ServerResponse) => void, number, string]>([
  ["a web page", html, 422, "is a web page"],
  ["no JSON", (r) => void r.end("{"), 422, "is no JSON"],
  ["JSON of another kind", (r) => void r.end("[1]"), 422, "is no package's document"],
  ["another package", (r) => void r.end('{"name":"other","versions":{}}'), 422, "another package"],
  ["too much", (r) => void r.end(Buffer.alloc(300_000, " ")), 413, "more than 200000 bytes"],
  [
    "too much, packed",
    (r) => void r.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(300_000))),
    413,
    "more than",
  ],
  ["another packing", (r) => void r.setHeader("content-encoding", "br").end("x"), 422, "packed as nobody asked"],
  ["packing that breaks", (r) => void r.setHeader("content-encoding", "gzip").end("no gzip"), 502, "broke off"],
  [
    "half of it",
    (r) => void r.writeHead(200, { "content-length": 99 }).write("{", () => r.destroy()),
    502,
    "broke off",
  ],
  ["silence", () => {}, 504, "in time"],
  ["silence after its beginning", (r) => void r.write("{"), 502, "broke off in silence"],
  ["that it is not there", (r) => void r.writeHead(404).end(), 404, "has no one"],
  ["that the App may not", (r) => void r.writeHead(401).end("token=secret"), 403, "does not give one to this App"],
  ["that it failed", (r) => void r.writeHead(500).end("at /srv/registry.js"), 502, "fails for one (status 500)"],
  ["that it has too much to do", (r) => void r.writeHead(429).end(), 429, "asks to wait"],
  ["a status of its own", (r) => void r.writeHead(218).end("{}"), 422, "status 218"],
])(
  "where the registry answers with %s, the client is told so and nothing is kept",
  async (_, answer, status, words) => {
    const registry = await scriptedRegistry([one]);
    registry.script((_request, response) => {
      answer(response);
      return true;
    });
    const { get, root, events } = await aDoor(registry.url, {
      bounds: { documentBytes: 200_000 },
      limits: { silenceMs: 150 },
    });
    for (const path of ["/npm/one", "/npm/one/-/one-1.0.0.tgz"]) {
      const said = await get(path);
      expect(said.status).toBe(status);
      expect(JSON.parse(said.text)).toEqual({ error: expect.stringContaining(words.replace(" in silence", "")) });
      expect(said.text).not.toMatch(/secret|srv/);
    }
    const isKeptText = ["is a web page", "is no JSON", "document", "another package"].some((known) =>
      words.includes(known),
    );
    if (!isKeptText) expect(left(root)).toEqual([]);
    expect(events.every(({ kind }) => kind === "refused")).toBe(true);
  },
);

test.each<[string, (response: ServerResponse, real: Buffer) => void, number, string]>([
  ["other content", (r) => void r.end(tarball({ name: "evil", version: "1.0.0" })), 422, "does not have the sum"],
  ["a web page", html, 422, "does not have the sum"],
  ["some of it", (r, real) => void r.end(real.subarray(0, 60)), 422, "does not have the sum"],
  ["more of it", (r, real) => void r.end(Buffer.concat([real, Buffer.from("x")])), 422, "does not have the sum"],
  [
    "less than it says",
    (r, real) => void r.writeHead(200, { "content-length": 9999 }).write(real, () => r.destroy()),
    502,
    "broke off",
  ],
  ["too much", (r) => void r.end(Buffer.alloc(300_000)), 413, "more than 200000 bytes"],
  ["nothing", () => {}, 504, "in time"],
])("where a file is %s, it is not given and nothing of it is kept", async (_, answer, status, words) => {
  const registry = await scriptedRegistry([one]);
  const path = "one/-/one-1.0.0.tgz";
  const rules = { known: new Set(["one"]) };
  const bounds = { packageBytes: 200_000 };
  const patient = await aDoor(registry.url, { bounds }, { rules });
  const { root } = patient;
  await patient.get("/npm/one", { headers: short });
  const hasty = { bounds, root, limits: { silenceMs: 150 } };
  const { get } = isSilent(words) ? await aDoor(registry.url, hasty, { rules }) : patient;
  const before = left(root);
  registry.script((request, response) => {
    if (!request.url?.endsWith(".tgz")) return false;
    answer(response, registry.files.get(path) ?? Buffer.of());
    return true;
  });
  const said = await get(`/npm/${path}`);
  expect([said.status, said.text]).toEqual([status, expect.stringContaining(words)]);
  expect(left(root)).toEqual(before);
  registry.script(() => false);
  expect((await patient.get(`/npm/${path}`)).status).toBe(200);
});

test("what is damaged on disk, or half written when a process was killed, is never given", async () => {
  const registry = await scriptedRegistry([one]);
  const first = await aDoor(registry.url);
  const real = (await first.get("/npm/one/-/one-1.0.0.tgz")).content;
  const contents = join(first.root, "answers", "content");
  for (const file of readdirSync(contents)) {
    const size = statSync(join(contents, file)).size;
    writeFileSync(join(contents, file), Buffer.alloc(size, "x"));
  }
  writeFileSync(join(first.root, "answers", "aside", "half"), "x");
  const second = await aDoor(registry.url, { root: first.root });
  expect((await second.get("/npm/one/-/one-1.0.0.tgz")).content).toEqual(real);
  expect(readdirSync(join(first.root, "answers", "aside"))).toEqual([]);
});

test("what is kept stays within the operator's bound: what was used longest ago goes", async () => {
  const packages = Array.from({ length: 12 }, (_, index) => ({ name: `p${index}`, version: "1.0.0" }));
  const registry = await scriptedRegistry(packages);
  const { get, root } = await aDoor(registry.url, { mostBytes: 4000 });
  for (const { name } of packages) expect((await get(`/npm/${name}/-/${name}-1.0.0.tgz`)).status).toBe(200);
  const contents = join(root, "answers", "content");
  const bytes = readdirSync(contents).reduce((sum, file) => sum + statSync(join(contents, file)).size, 0);
  expect(bytes).toBeLessThanOrEqual(4000);
  expect((await get("/npm/p0/-/p0-1.0.0.tgz")).status).toBe(200);
});

test("a run has so many answers and bytes, and no more", async () => {
  const registry = await scriptedRegistry([one]);
  const few = await aDoor(registry.url, {}, { most: { answers: 2, bytes: 1e6 } });
  const little = await aDoor(registry.url, {}, { most: { answers: 99, bytes: 10 } });
  const statuses = async (door: typeof few) => {
    const seen: number[] = [];
    for (let at = 0; at < 3; at += 1) seen.push((await door.get("/npm/one")).status);
    return seen;
  };
  expect([await statuses(few), await statuses(little)]).toEqual([
    [200, 200, 429],
    [200, 429, 429],
  ]);
});

const day = 86_400_000;

test("a version that is too young is not there, latest is the newest release that is, and its file is refused", async () => {
  const now = Date.parse("2024-06-20T00:00:00Z");
  const registry = await scriptedRegistry([
    { ...one, publishedAt: "2024-01-01T00:00:00Z" },
    { ...one, version: "1.1.0", publishedAt: "2024-06-01T00:00:00Z" },
    { ...one, version: "2.0.0-rc.1", publishedAt: "2024-06-05T00:00:00Z" },
    { ...one, version: "2.0.0", publishedAt: "2024-06-19T00:00:00Z" },
  ]);
  const rules = { minimumAgeMs: 7 * day };
  const { get } = await aDoor(registry.url, { now: () => now }, { rules });
  const seen = JSON.parse((await get("/npm/one", { headers: short })).text);
  expect([Object.keys(seen.versions), seen["dist-tags"]]).toEqual([
    ["1.0.0", "1.1.0", "2.0.0-rc.1"],
    { latest: "1.1.0" },
  ]);
  const young = await get("/npm/one/-/one-2.0.0.tgz");
  expect([young.status, young.text]).toEqual([
    403,
    expect.stringContaining("one 2.0.0 has been out for less than 7 days"),
  ]);
  expect((await get("/npm/one/-/one-1.1.0.tgz")).status).toBe(200);
  const known = await aDoor(
    registry.url,
    { now: () => now },
    { rules: { ...rules, known: new Set(["one", "one@2.0.0"]) } },
  );
  expect((await known.get("/npm/one/-/one-2.0.0.tgz")).status).toBe(200);
  expect(JSON.parse((await known.get("/npm/one")).text)["dist-tags"]).toEqual({ latest: "2.0.0" });
});

test("a version that is kept from another run is too young all the same, and one without a date always is", async () => {
  const registry = await scriptedRegistry([
    { ...one, publishedAt: "2024-06-19T00:00:00Z" },
    { ...one, name: "undated" },
  ]);
  const undated = registry.documents.get("undated");
  if (undated) undated.time = {};
  const now = () => Date.parse("2024-06-20T00:00:00Z");
  const { get, root } = await aDoor(registry.url, { now });
  const careful = await aDoor(registry.url, { now, root }, { rules: { minimumAgeMs: 7 * day } });
  for (const name of ["one", "undated"]) {
    expect((await get(`/npm/${name}/-/${name}-1.0.0.tgz`)).status).toBe(200);
    expect((await careful.get(`/npm/${name}/-/${name}-1.0.0.tgz`)).status).toBe(403);
  }
});

test.each<[Partial<PackageRules>, string, string]>([
  [{ deny: ["one"] }, "one", "packages.deny"],
  [{ deny: ["@team/*"] }, "@team/two", "packages.deny"],
  [{ allow: ["@team/*"] }, "one", "packages.allow"],
  [{ allow: ["on"] }, "one", "packages.allow"],
  [{ fresh: "deny", known: new Set(["@team/two"]) }, "one", "packages.new"],
])("policy %o gives nothing of %s, and says by which line", async (rules, name, line) => {
  const registry = await scriptedRegistry([one, scoped]);
  const { get } = await aDoor(registry.url, {}, { rules });
  const [last, version] = [name.split("/").at(-1), name === "one" ? "1.0.0" : "2.0.0"];
  for (const path of [name, `${name}/${version}`, `${name}/-/${last}-${version}.tgz`]) {
    const { status, text } = await get(`/npm/${path}`);
    expect([status, text]).toEqual([403, expect.stringContaining(line)]);
  }
  const other = name === "one" ? "@team/two" : "one";
  if (line !== "packages.allow" || rules.allow?.[0] !== "on") expect((await get(`/npm/${other}`)).status).toBe(200);
  expect(registry.seen.every(({ url }) => !decodeURIComponent(url).includes(`/${name}`))).toBe(true);
});

test("where new packages are asked about, one is refused and told by name until a person has let it in, and what is denied stays so", async () => {
  const registry = await scriptedRegistry([one, scoped]);
  const rules: Partial<PackageRules> = { fresh: "ask", known: new Set(["@team/two"]) };
  const asking = await aDoor(registry.url, {}, { rules });
  const { status, text } = await asking.get("/npm/one");
  expect([status, text]).toEqual([403, expect.stringContaining("asks a person about new packages (`packages.new`)")]);
  expect(asking.events).toEqual([{ kind: "asks", protocol: "npm", name: "one", path: "/npm/one" }]);
  const granted = await aDoor(registry.url, {}, { rules: { ...rules, granted: new Set(["one"]) } });
  expect((await granted.get("/npm/one")).status).toBe(200);
  const denied = await aDoor(registry.url, {}, { rules: { ...rules, granted: new Set(["one"]), deny: ["one"] } });
  expect((await denied.get("/npm/one")).status).toBe(403);
  expect(denied.events).toMatchObject([{ kind: "refused", status: 403 }]);
});

test("what is given says when it was published, where no lockfile of the base has it", async () => {
  const registry = await scriptedRegistry([{ ...one, publishedAt: "2024-06-19T00:00:00.000Z" }, scoped]);
  const { get, events } = await aDoor(registry.url, {}, { rules: { known: new Set(["@team/two"]) } });
  await get("/npm/one/-/one-1.0.0.tgz");
  await get("/npm/@team/two/-/two-2.0.0.tgz");
  expect(events).toEqual([
    {
      kind: "fetched",
      protocol: "npm",
      name: "one",
      version: "1.0.0",
      publishedAt: Date.parse("2024-06-19"),
      isNew: true,
      bytes: expect.any(Number),
    },
    {
      kind: "fetched",
      protocol: "npm",
      name: "@team/two",
      version: "2.0.0",
      publishedAt: null,
      isNew: false,
      bytes: expect.any(Number),
    },
  ]);
});

test.each(["POST", "PUT", "DELETE", "PATCH"])(
  "%s changes, publishes and audits nothing: the registry is not even asked",
  async (method) => {
    const registry = await scriptedRegistry([one]);
    const { get } = await aDoor(registry.url);
    for (const path of [
      "/npm/one",
      "/npm/-/npm/v1/security/advisories/bulk",
      "/npm/one/-/one-1.0.0.tgz",
      "/one/-/one-1.0.0.tgz",
    ])
      expect((await get(path, { method, body: "{}" })).status).toBe(405);
    expect(registry.seen).toEqual([]);
  },
);

test.each([
  "/npm/../one",
  "/npm/..%2f..%2fetc%2fpasswd",
  "/npm/%2e%2e/one",
  "/npm/one/-/..%2f..%2fone-1.0.0.tgz",
  "/npm/one/-/%2e%2e.tgz",
  "/npm/@team%2f..%2fone",
  "/npm/@..%2ftwo",
  "/npm/one%00",
  "/npm/one%0d%0aX:%20y",
  "/npm/.one",
  "/npm/_session",
  "/npm/-/all",
  "/npm/-/v1/search",
  "/npm/-/whoami",
  "/npm/one%3fwrite=true",
  "/npm/http:%2f%2f127.0.0.1:1%2fone",
  "/npm/%E0%A4%A",
  `/npm/${"a".repeat(215)}`,
  "/npm",
  "/npm/",
])("%s is no package, and the registry is not asked", async (path) => {
  const registry = await scriptedRegistry([one]);
  const { get, root } = await aDoor(registry.url);
  expect((await get(path)).status).toBe(404);
  expect(registry.seen).toEqual([]);
  expect(left(root)).toEqual([]);
});

test("the credential goes to the registry alone, whatever a client sends, and never comes back", async () => {
  const token = "t0ken-of-the-operator";
  const registry = await scriptedRegistry([one, { ...one, name: "echo" }]);
  const echo = registry.documents.get("echo");
  if (echo) echo.readme = `you sent Bearer ${token}`;
  const { get } = await aDoor(registry.url, { token });
  const answers = [
    await get("/npm/one", { headers: { authorization: "Bearer of-the-run", cookie: "a=b" } }),
    await get("/npm/one/-/one-1.0.0.tgz"),
    await get("/npm/echo"),
  ];
  expect(new Set(registry.seen.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${token}`]));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 422]);
  for (const { text, headers } of answers) expect(text + JSON.stringify(headers)).not.toContain(token);
});

test.each([
  ["another port of this machine", (port: number) => `http://127.0.0.1:${port}/x.tgz`],
  ["this machine over TLS", (port: number) => `https://127.0.0.1:${port}/x.tgz`],
  ["this machine by a name", (port: number) => `https://localhost:${port}/x.tgz`],
  ["this machine in IPv6", (port: number) => `https://[::ffff:127.0.0.1]:${port}/x.tgz`],
  ["a cloud's metadata", () => "http://169.254.169.254/latest/meta-data"],
  ["a private network", () => "https://10.0.0.1/x.tgz"],
  ["no address", () => "http://["],
  ["a file", () => "file:///etc/passwd"],
])("a redirect, or a document, that leads to %s is followed by nobody", async (_, target) => {
  const registry = await scriptedRegistry([one, { ...one, name: "told" }]);
  const other = await scriptedRegistry([]);
  const to = target(Number(new URL(other.url).port));
  const told = registry.documents.get("told")?.versions["1.0.0"]?.dist ?? {};
  told.tarball = to.replace(/(?:\/x\.tgz|\/latest.*)?$/, "/told-1.0.0.tgz");
  const { get } = await aDoor(registry.url, { token: "t0ken-of-the-operator" });
  const named = await get("/npm/told/-/told-1.0.0.tgz");
  registry.script((request, response) => {
    if (request.url?.endsWith(".tgz")) response.writeHead(302, { location: to }).end("moved");
    return request.url?.endsWith(".tgz") ?? false;
  });
  const redirected = await get("/npm/one/-/one-1.0.0.tgz");
  expect(redirected.status).toBe(422);
  expect([404, 422]).toContain(named.status);
  expect(other.seen).toEqual([]);
});

test("a redirect at the registry itself is followed, and one without end is not", async () => {
  const registry = await scriptedRegistry([one]);
  const { get } = await aDoor(registry.url);
  registry.script((request, response) => {
    if (request.url === "/one") response.writeHead(301, { location: "/moved/one" }).end();
    else if (request.url === "/moved/one") response.end(JSON.stringify(registry.documents.get("one")));
    else if (request.url?.endsWith(".tgz")) response.writeHead(307, { location: request.url }).end();
    return response.writableEnded;
  });
  expect((await get("/npm/one")).status).toBe(200);
  const { status, text } = await get("/npm/one/-/one-1.0.0.tgz");
  expect([status, text]).toEqual([422, expect.stringContaining("without end")]);
});

test("two registries, or one under two addresses, share no name: what one sends is never given as the other's", async () => {
  const [mine, theirs] = [
    await scriptedRegistry([one]),
    await scriptedRegistry([{ ...one, dependencies: { evil: "1" } }]),
  ];
  const first = await aDoor(theirs.url);
  await first.get("/npm/one/-/one-1.0.0.tgz");
  const second = await aDoor(mine.url, { root: first.root });
  expect((await second.get("/npm/one/-/one-1.0.0.tgz")).content).toEqual(mine.files.get("one/-/one-1.0.0.tgz"));
});

/** Sends bytes as they are and reads to the end. */
function raw(address: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

test.each([
  ["two lengths", "GET /npm/one HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Length: 4\r\nContent-Length: 60\r\n\r\n"],
  [
    "a length and chunks",
    "GET /npm/one HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
  ],
  [
    "a chunked coding with a blank in its name",
    "GET /npm/one HTTP/1.1\r\nHost: 127.0.0.1:1\r\nTransfer-Encoding : chunked\r\n\r\n",
  ],
  ["another host", "GET /npm/one HTTP/1.1\r\nHost: registry.example\r\nConnection: close\r\n\r\n"],
  [
    "a whole address of another host",
    "GET http://10.0.0.1/latest HTTP/1.1\r\nHost: 10.0.0.1\r\nConnection: close\r\n\r\n",
  ],
  ["a tunnel", "CONNECT 10.0.0.1:443 HTTP/1.1\r\nHost: 10.0.0.1:443\r\n\r\n"],
])("a request with %s reaches no registry, and what follows it is no request", async (_, head) => {
  const registry = await scriptedRegistry([one]);
  const { address } = await aDoor(registry.url);
  const said = await raw(address, `${head}PUT /npm/one HTTP/1.1\r\nHost: 127.0.0.1:1\r\nConnection: close\r\n\r\n`);
  expect(said).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(said).not.toContain("HTTP/1.1 200");
  expect(registry.seen).toEqual([]);
});

test("what is kept lies in a folder of the App's own", async () => {
  const registry = await scriptedRegistry([one]);
  const { get, root } = await aDoor(registry.url);
  await get("/npm/one/-/one-1.0.0.tgz");
  for (const folder of ["content", "name", "aside"])
    expect(statSync(join(root, "answers", folder)).mode & 0o777).toBe(0o700);
  const [file = ""] = readdirSync(join(root, "answers", "content"));
  const sum = createHash("sha512")
    .update(readFileSync(join(root, "answers", "content", file)))
    .digest("hex");
  expect(file).toBe(sum);
});
