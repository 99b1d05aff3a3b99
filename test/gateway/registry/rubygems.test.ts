// A compact index of gems behind a run's door: what Bundler asks for, what policy holds back, and a registry that lies.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../git/world.ts";
import { asSetUp, lies, type ScriptedUpstream, scriptedUpstream, soon } from "./scripted.ts";
import { aDoor } from "./world.ts";

const rubygems = { protocol: "rubygems" } as const;
const hash = (kind: string, content: string | Buffer) => createHash(kind).update(content).digest("hex");

interface Release {
  /** With its platform. */
  readonly version: string;
  readonly content?: string | Buffer;
  readonly needs?: string;
  /** What the index says behind the bar. */
  readonly terms?: string;
  readonly at?: string;
}

/** A registry with these gems, as `/versions`, `/info/…`, `/gems/…` and the times that only the other interface tells. */
async function aRegistry(gems: Readonly<Record<string, readonly Release[]>>): Promise<ScriptedUpstream> {
  const registry = await scriptedUpstream();
  const put = (path: string, body: string | Buffer) => registry.served.set(path, { type: "text/plain", body });
  const listed = Object.entries(gems).map(([name, releases]) => {
    const lines = releases.map(({ version, content = `${name} ${version}`, needs = "", terms }) => {
      put(`/gems/${name}-${version}.gem`, content);
      return `${version} ${needs}|${terms ?? `checksum:${hash("sha256", content)},ruby:>= 2.0`}`;
    });
    const info = `---\n${lines.join("\n")}\n`;
    put(`/info/${name}`, info);
    const times = releases.map(({ version, at = "2020-01-01T00:00:00.000Z" }) => {
      const [number, ...platform] = version.split("-");
      return { number, platform: platform.join("-") || "ruby", created_at: at };
    });
    put(`/api/v1/versions/${name}.json`, JSON.stringify(times));
    return `${name} ${releases.map(({ version }) => version).join(",")} ${hash("md5", info)}`;
  });
  put("/versions", `created_at: 2026-11-01T00:00:00Z\n---\n${listed.join("\n")}\n`);
  return registry;
}

test("the lists are given as the registry has them; a gem is fetched once, checked and recorded, whichever way its name is to be read", async () => {
  const registry = await aRegistry({
    one: [{ version: "1.0.0" }, { version: "1.0.0-x86_64-linux" }],
    "one-2": [{ version: "3.0.rc1" }],
    "net-http-2": [{ version: "1" }],
  });
  const { get, given } = await aDoor(registry.url, rubygems);
  for (const path of ["/versions", "/info/one", "/info/one-2"])
    expect((await get(`/rubygems${path}`)).text).toBe(registry.served.get(path)?.body);
  for (let times = 0; times < 2; times += 1)
    expect((await get("/rubygems/gems/one-1.0.0-x86_64-linux.gem")).text).toBe("one 1.0.0-x86_64-linux");
  expect((await get("/rubygems/gems/one-2-3.0.rc1.gem")).text).toBe("one-2 3.0.rc1");
  expect((await get("/rubygems/gems/net-http-2-1.gem")).text).toBe("net-http-2 1");
  expect(new Set(given())).toEqual(new Set(["one 1.0.0-x86_64-linux", "one-2 3.0.rc1", "net-http-2 1"]));
  expect(registry.seen.filter((one) => one.includes("x86_64"))).toHaveLength(1);
  expect((await get("/rubygems/gems/one-9.0.0.gem")).status).toBe(404);
});

test.each([
  ["another content than the index states", `checksum:${hash("sha256", "x")}`, "does not have the sum"],
  ["an index without a sum", "ruby:>= 2.0", "states no sum"],
  ["an index with a sum of another kind", `checksum:${hash("md5", "one 1.0.0")}`, "states no sum"],
])("%s: the gem is given to nobody", async (_, terms, words) => {
  const registry = await aRegistry({ one: [{ version: "1.0.0", terms }] });
  const { get, events } = await aDoor(registry.url, rubygems);
  for (let times = 0; times < 2; times += 1)
    expect(await get("/rubygems/gems/one-1.0.0.gem")).toMatchObject({
      status: 422,
      text: expect.stringContaining(words),
    });
  expect(events.map(({ kind }) => kind)).toEqual(["refused", "refused"]);
});

test.each([
  ["/info/one", "1.0.0 |checksum:x\n"],
  ["/info/one", "---\n../../x |checksum:x\n"],
  ["/info/one", "---\n1.0.0\n"],
  ["/versions", "one 1.0.0 0123\n"],
])("%s as %j is no compact index, and is given to nobody", async (path, body) => {
  const registry = await aRegistry({ one: [{ version: "1.0.0" }] });
  registry.served.set(path, { type: "text/plain", body });
  const { get } = await aDoor(registry.url, rubygems);
  expect(await get(`/rubygems${path}`)).toMatchObject({ status: 422, text: expect.stringContaining("index") });
});

test.each(Object.keys(lies))("where the registry answers with %s, the client is told so", async (lie) => {
  const [answer, said] = lies[lie] ?? [() => {}, /never/];
  const registry = await aRegistry({});
  registry.script((_, response) => {
    answer(response);
    return true;
  });
  const { get } = await aDoor(registry.url, { ...rubygems, ...soon });
  for (const path of ["/versions", "/info/one", "/gems/one-1.0.0.gem"]) {
    const { status, text } = await get(`/rubygems${path}`);
    expect(status).toBeGreaterThan(399);
    expect(text).toMatch(said);
    expect(text).not.toContain("secret words");
  }
});

test.each([
  "/rubygems/",
  "/rubygems/info/",
  "/rubygems/info/..",
  "/rubygems/info/..%2fversions",
  "/rubygems/info/one/two",
  "/rubygems/info/123",
  "/rubygems/gems/one.gem",
  "/rubygems/gems/one-1.0.0.gem/x",
  "/rubygems/gems/..%2fone-1.0.0.gem",
  "/rubygems/gems/one-1.0.0%2f..gem",
  "/rubygems/gems/one-1..0.gem",
  "/rubygems/api/v1/gems",
  "/rubygems/specs.4.8.gz",
  "/rubygems/quick/Marshal.4.8/one-1.0.0.gemspec.rz",
])("%s is nothing of a gem, and the registry is not asked", async (path) => {
  const registry = await aRegistry({ one: [{ version: "1.0.0" }] });
  const { get } = await aDoor(registry.url, rubygems);
  expect((await get(path)).status).toBe(404);
  expect(registry.seen).toEqual([]);
});

test("a version that is too young is not in the index and not given, nor is one of nobody knows when, but what Gemfile.lock has is", async () => {
  const registry = await aRegistry({
    one: [
      { version: "1.0.0" },
      { version: "1.1.0", at: "2026-11-28T00:00:00Z" },
      { version: "1.1.0-java", at: "2020-01-01T00:00:00Z" },
      { version: "1.2.0", at: "" },
    ],
  });
  const now = () => Date.parse("2026-11-29T00:00:00Z");
  const rules = { minimumAgeMs: 7 * 86_400_000 };
  const versions = async ({ get }: Awaited<ReturnType<typeof aDoor>>) =>
    (await get("/rubygems/info/one")).text.match(/^\d\S*/gm);
  const door = await aDoor(registry.url, { ...rubygems, now }, { rules });
  expect(await versions(door)).toEqual(["1.0.0", "1.1.0-java"]);
  for (const version of ["1.1.0", "1.2.0"])
    expect((await door.get(`/rubygems/gems/one-${version}.gem`)).text).toContain("less than 7 days");
  const known = new Set(["one", "one@1.1.0"]);
  const locked = await aDoor(registry.url, { ...rubygems, now }, { rules: { ...rules, known } });
  expect(await versions(locked)).toEqual(["1.0.0", "1.1.0", "1.1.0-java"]);
  expect((await locked.get("/rubygems/gems/one-1.1.0.gem")).status).toBe(200);
  expect(locked.events).toMatchObject([{ kind: "fetched", isNew: false }]);
});

test("where the registry does not tell times, a new gem is given and recorded without one, unless policy wants an age", async () => {
  const registry = await aRegistry({ one: [{ version: "1.0.0" }] });
  registry.served.delete("/api/v1/versions/one.json");
  const { get, events } = await aDoor(registry.url, rubygems);
  expect((await get("/rubygems/gems/one-1.0.0.gem")).status).toBe(200);
  expect(events).toMatchObject([{ kind: "fetched", publishedAt: null, isNew: true }]);
  const aged = await aDoor(registry.url, rubygems, { rules: { minimumAgeMs: 1 } });
  expect((await aged.get("/rubygems/gems/one-1.0.0.gem")).status).toBe(403);
});

test.each([
  [{ deny: ["one", "one-2"] }, "packages.deny"],
  [{ allow: ["two"] }, "packages.allow"],
  [{ fresh: "deny" as const, known: new Set(["two"]) }, "packages.new"],
])("policy %o gives nothing of a gem, and says by which line", async (rules, line) => {
  const registry = await aRegistry({ one: [{ version: "1.0.0" }] });
  const { get } = await aDoor(registry.url, rubygems, { rules });
  for (const path of ["info/one", "gems/one-1.0.0.gem", "gems/one-2-1.0.0.gem"])
    expect(await get(`/rubygems/${path}`)).toMatchObject({ status: 403, text: expect.stringContaining(line) });
  expect(registry.seen).toEqual([]);
});

test("a gem that policy denies is not given under the name of another that its file's name could stand for", async () => {
  const registry = await aRegistry({ "one-2": [{ version: "3" }], one: [{ version: "1.0.0" }] });
  const { get } = await aDoor(registry.url, rubygems, { rules: { deny: ["one-2"] } });
  expect((await get("/rubygems/gems/one-2-3.gem")).status).toBe(404);
  expect(registry.seen).toEqual(["GET /info/one"]);
});

function aGem(name: string, version: string, needs?: string): Buffer {
  const folder = scratch();
  mkdirSync(join(folder, "lib"));
  writeFileSync(join(folder, "lib", `${name}.rb`), `puts "${name} ${version}"\n`);
  const dependency = needs === undefined ? "" : `s.add_dependency "${needs}", "~> 1.1"`;
  const spec = `Gem::Specification.new do |s|
  s.name, s.version, s.summary, s.authors, s.files = "${name}", "${version}", "A gem", ["A"], ["lib/${name}.rb"]
  ${dependency}
end\n`;
  writeFileSync(join(folder, "it.gemspec"), spec);
  execFileSync("gem", ["build", "it.gemspec", "--output", "it.gem"], { cwd: folder, stdio: "ignore" });
  return readFileSync(join(folder, "it.gem"));
}

const hasBundler = spawnSync("sh", ["-c", "bundle --version && gem --version"]).status === 0;
test.runIf(hasBundler)(
  "bundle install fetches a gem and what it needs, leaves no address of the door in Gemfile.lock, and refuses what the registry lies about",
  async () => {
    const registry = await aRegistry({
      one: [{ version: "1.0.0", content: aGem("one", "1.0.0", "two"), needs: "two:~> 1.1" }],
      two: ["1.0.0", "1.1.5"].map((version) => ({ version, content: aGem("two", version) })),
      three: [{ version: "1.0.0", content: aGem("three", "1.0.0"), terms: `checksum:${hash("sha256", "x")}` }],
    });
    const { address, given } = await aDoor(registry.url, rubygems);
    const cwd = scratch();
    const variables = { BUNDLE_PATH: join(cwd, "vendor"), BUNDLE_JOBS: "1", BUNDLE_RETRY: "0" };
    const run = (gems: string, command: string) => {
      writeFileSync(join(cwd, "Gemfile"), `source "https://rubygems.org"\n${gems}\n`);
      return asSetUp("rubygems", { cwd, address, command, variables });
    };
    const { code, said } = await run('gem "one"', `bundle install && bundle exec ruby -e 'require "two"'`);
    expect(code, said).toBe(0);
    expect(said).toContain("two 1.1.5");
    expect([...new Set(given())]).toEqual(["one 1.0.0", "two 1.1.5"]);
    const lock = readFileSync(join(cwd, "Gemfile.lock"), "utf8");
    expect(lock).toContain("remote: https://rubygems.org/");
    expect(lock).not.toContain("127.0.0.1");
    const lied = await run('gem "one"\ngem "three"', "bundle install");
    expect(lied.code).not.toBe(0);
    expect(given()).not.toContain("three 1.0.0");
  },
  60_000,
);
