// A sparse registry of crates behind a run's door: what Cargo asks for, what policy holds back, and a registry that lies.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../git/world.ts";
import { asSetUp, lies, type ScriptedUpstream, scriptedUpstream, soon } from "./scripted.ts";
import { aDoor } from "./world.ts";

const cargo = { protocol: "cargo" } as const;
const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");

interface Release {
  readonly version: string;
  readonly content?: string | Buffer;
  readonly deps?: readonly object[];
  readonly fields?: object;
}

/** A crate as the index at `path` has it; crates lie where the registry's configuration says. */
function publish(registry: ScriptedUpstream, name: string, path: string, releases: readonly Release[]): void {
  const lines = releases.map(({ version, content = `${name} ${version}`, deps = [], fields = {} }) => {
    registry.served.set(`/dl/${name}/${name}-${version}.crate`, { type: "", body: content });
    const line = { name, vers: version, deps, cksum: sha256(content), features: {}, yanked: false };
    return JSON.stringify({ ...line, pubtime: "2020-01-01T00:00:00Z", ...fields });
  });
  registry.served.set(`/${path}`, { type: "text/plain", body: `${lines.join("\n")}\n` });
}

async function aRegistry(dl = "/dl/{crate}/{crate}-{version}.crate"): Promise<ScriptedUpstream> {
  const registry = await scriptedUpstream();
  const body = JSON.stringify({ dl: `${registry.url}${dl}`, api: "https://crates.example" });
  registry.served.set("/config.json", { type: "application/json", body });
  return registry;
}

test("the configuration leads to the door alone, and the index is given as the registry has it, for names of every length", async () => {
  const registry = await aRegistry();
  for (const [name, path] of [
    ["a", "1/a"],
    ["ab", "2/ab"],
    ["abc", "3/a/abc"],
    ["Serde_JSON", "se/rd/serde_json"],
  ] as const) {
    publish(registry, name, path, [{ version: "1.0.0" }]);
    const { get, address } = await aDoor(registry.url, cargo);
    expect(JSON.parse((await get("/cargo/config.json")).text)).toEqual({ dl: `${address}/cargo/crates` });
    expect((await get(`/cargo/${path}`)).text).toBe(registry.served.get(`/${path}`)?.body);
    expect((await get(`/cargo/crates/${name}/1.0.0/download`)).text).toBe(`${name} 1.0.0`);
  }
});

test("an address by prefix has the letters of the name, and by `lowerprefix` small ones", async () => {
  const registry = await aRegistry("/by/{prefix}/{lowerprefix}/{crate}");
  publish(registry, "Inflector", "in/fl/inflector", [{ version: "1.0.0" }]);
  registry.served.set("/by/In/fl/in/fl/Inflector", { type: "", body: "Inflector 1.0.0" });
  const { get } = await aDoor(registry.url, cargo);
  expect((await get("/cargo/crates/Inflector/1.0.0/download")).text).toBe("Inflector 1.0.0");
});

test("a crate is fetched once, checked and recorded, wherever the registry has it", async () => {
  const registry = await aRegistry("/plain");
  const content = "of a registry without marks in its address";
  publish(registry, "one", "3/o/one", [{ version: "1.0.0+build.5", content }]);
  registry.served.set("/plain/one/1.0.0+build.5/download", { type: "", body: content });
  const { get, given } = await aDoor(registry.url, cargo);
  for (let times = 0; times < 2; times += 1)
    expect((await get("/cargo/crates/one/1.0.0%2Bbuild.5/download")).text).toBe(content);
  expect(new Set(given())).toEqual(new Set(["one 1.0.0+build.5"]));
  expect(registry.seen.filter((one) => one.includes("/plain/"))).toHaveLength(1);
});

test.each([
  ["another content than the index states", { cksum: sha256("x") }, "does not have the sum"],
  ["an index without a sum", { cksum: "" }, "states no sum"],
  ["an index with a sum of another kind", { cksum: "0".repeat(40) }, "states no sum"],
  ["an index of another crate", { name: "two" }, "about another crate"],
  ["an index that is none", { vers: 1 }, "is no crate's index"],
])("%s: the crate is given to nobody", async (_, fields, words) => {
  const registry = await aRegistry();
  publish(registry, "one", "3/o/one", [{ version: "1.0.0", fields }]);
  const { get, events } = await aDoor(registry.url, cargo);
  expect(await get("/cargo/crates/one/1.0.0/download")).toMatchObject({
    status: 422,
    text: expect.stringContaining(words),
  });
  expect(events).toMatchObject([{ kind: "refused" }]);
});

test.each([
  ["https://127.0.0.1/{crate}", "leads elsewhere"],
  ["http://crates.example/{crate}", "not over TLS"],
  ["no address", "says no address"],
])("a configuration that leads to %s is followed by nobody", async (dl, words) => {
  const registry = await aRegistry();
  registry.served.set("/config.json", { type: "", body: JSON.stringify({ dl }) });
  publish(registry, "one", "3/o/one", [{ version: "1.0.0" }]);
  const { get } = await aDoor(registry.url, cargo);
  expect(await get("/cargo/crates/one/1.0.0/download")).toMatchObject({
    status: 422,
    text: expect.stringContaining(words),
  });
});

test.each(Object.keys(lies))("where the registry answers with %s, the client is told so", async (lie) => {
  const [answer, said] = lies[lie] ?? [() => {}, /never/];
  const registry = await aRegistry();
  registry.script((_, response) => {
    answer(response);
    return true;
  });
  const { get } = await aDoor(registry.url, { ...cargo, ...soon });
  const { status, text } = await get("/cargo/3/o/one");
  expect(status).toBeGreaterThan(399);
  expect(text).toMatch(said);
  expect(text).not.toContain("secret words");
});

test.each([
  "/cargo/",
  "/cargo/3/o/two",
  "/cargo/3/%/%20",
  "/cargo/3/../o/one",
  "/cargo/se/rd/..%2fconfig.json",
  "/cargo/crates/one/..%2f..%2fx/download",
  "/cargo/crates/../1.0.0/download",
  "/cargo/crates/one/1.0.0%2fx/download",
  "/cargo/crates/one/1.0.0",
  "/cargo/api/v1/crates/new",
  "/cargo/me",
])("%s is nothing of a crate, and the registry is not asked", async (path) => {
  const registry = await aRegistry();
  const { get } = await aDoor(registry.url, cargo);
  expect((await get(path)).status).toBe(404);
  expect(registry.seen).toEqual([]);
});

test("a version that is too young is not in the index and not given, nor is one of nobody knows when, but what Cargo.lock has is", async () => {
  const registry = await aRegistry();
  publish(registry, "serde_json", "se/rd/serde_json", [
    { version: "1.0.0" },
    { version: "1.1.0", fields: { pubtime: "2026-11-28T00:00:00Z" } },
    { version: "1.2.0", fields: { pubtime: undefined } },
  ]);
  const now = () => Date.parse("2026-11-29T00:00:00Z");
  const rules = { minimumAgeMs: 7 * 86_400_000 };
  const versions = async ({ get }: Awaited<ReturnType<typeof aDoor>>) =>
    (await get("/cargo/se/rd/serde_json")).text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).vers);
  const door = await aDoor(registry.url, { ...cargo, now }, { rules });
  expect(await versions(door)).toEqual(["1.0.0"]);
  for (const version of ["1.1.0", "1.2.0"])
    expect((await door.get(`/cargo/crates/serde_json/${version}/download`)).text).toContain("less than 7 days");
  const known = new Set(["serde_json", "serde_json@1.1.0"]);
  const locked = await aDoor(registry.url, { ...cargo, now }, { rules: { ...rules, known } });
  expect(await versions(locked)).toEqual(["1.0.0", "1.1.0"]);
  expect((await locked.get("/cargo/crates/serde_json/1.1.0/download")).status).toBe(200);
  expect(locked.events).toMatchObject([{ kind: "fetched", isNew: false }]);
});

test.each([
  [{ deny: ["Serde-JSON"] }, "packages.deny"],
  [{ allow: ["tokio"] }, "packages.allow"],
  [{ fresh: "deny" as const, known: new Set(["tokio"]) }, "packages.new"],
])("policy %o gives nothing of a crate, under no spelling, and says by which line", async (rules, line) => {
  const registry = await aRegistry();
  const { get } = await aDoor(registry.url, cargo, { rules });
  for (const path of ["se/rd/serde_json", "se/rd/serde-json", "crates/serde_json/1.0.0/download"])
    expect(await get(`/cargo/${path}`)).toMatchObject({ status: 403, text: expect.stringContaining(line) });
  expect(registry.seen).toEqual([]);
});

function aCrate(name: string, version: string, dependencies = ""): Buffer {
  const folder = scratch();
  const at = `${name}-${version}`;
  mkdirSync(join(folder, at, "src"), { recursive: true });
  const manifest = `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2018"\n[dependencies]\n${dependencies}`;
  writeFileSync(join(folder, at, "Cargo.toml"), manifest);
  writeFileSync(join(folder, at, "src/lib.rs"), "");
  execFileSync("tar", ["-czf", "made.crate", at], { cwd: folder });
  return readFileSync(join(folder, "made.crate"));
}

const rustup = process.env.RUSTUP_HOME ?? join(homedir(), ".rustup");
const version = spawnSync("sh", ["-c", "cargo --version"], { encoding: "utf8" });
const hasCargo = version.status === 0;
/** Before 1.68, which Debian 12 has, Cargo reads sparse registries only where it is told that it may try them. */
const trying: Readonly<Record<string, string>> =
  Number(/^cargo 1\.(\d+)/.exec(version.stdout)?.[1] ?? 68) < 68
    ? { RUSTC_BOOTSTRAP: "1", CARGO_UNSTABLE_SPARSE_REGISTRY: "true" }
    : {};
test.runIf(hasCargo)(
  "cargo fetches a crate and what it needs, unchanged, and refuses what the registry lies about",
  async () => {
    const registry = await aRegistry();
    const needs = {
      name: "two",
      req: "^1.1",
      features: [],
      optional: false,
      default_features: true,
      target: null,
      kind: "normal",
    };
    publish(registry, "one", "3/o/one", [
      { version: "1.0.0", content: aCrate("one", "1.0.0", 'two = "1.1"\n'), deps: [needs] },
    ]);
    publish(
      registry,
      "two",
      "3/t/two",
      ["1.0.0", "1.1.5"].map((version) => ({ version, content: aCrate("two", version) })),
    );
    const { address, given } = await aDoor(registry.url, cargo);
    const cwd = scratch();
    mkdirSync(join(cwd, "src"));
    writeFileSync(join(cwd, "src/lib.rs"), "");
    writeFileSync(
      join(cwd, "Cargo.toml"),
      '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2018"\n[dependencies]\none = "1"\n',
    );
    const variables = { CARGO_HOME: join(cwd, "home"), RUSTUP_HOME: rustup, ...trying };
    const run = (command: string) => asSetUp("cargo", { cwd, address, command, variables });
    const { code, said } = await run("cargo fetch && cargo tree --offline");
    expect(code, said).toBe(0);
    expect(said).toContain("two v1.1.5");
    expect([...new Set(given())]).toEqual(["one 1.0.0", "two 1.1.5"]);
    expect(readFileSync(join(cwd, "Cargo.lock"), "utf8")).toContain(
      "registry+https://github.com/rust-lang/crates.io-index",
    );
    publish(registry, "three", "th/re/three", [
      { version: "1.0.0", content: aCrate("three", "1.0.0"), fields: { cksum: sha256("x") } },
    ]);
    const lied = await run("cargo add three && cargo fetch");
    expect(lied.code).not.toBe(0);
    expect(given()).not.toContain("three 1.0.0");
  },
  60_000,
);
