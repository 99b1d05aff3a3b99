// A Composer repository behind a run's door: what Composer asks for, what policy holds back, and a repository that lies.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../git/world.ts";
import { asSetUp, lies, type ScriptedUpstream, scriptedUpstream, soon } from "./scripted.ts";
import { aDoor } from "./world.ts";

const packagist = { protocol: "packagist" } as const;
const sha1 = (content: string | Buffer) => createHash("sha1").update(content).digest("hex");

interface Made {
  readonly version: string;
  readonly content?: string | Buffer;
  readonly sum?: string;
  readonly time?: string;
  readonly require?: Readonly<Record<string, string>>;
}

/** A repository with these packages, each version written as its difference from the one before. */
async function aRegistry(packages: Readonly<Record<string, readonly Made[]>>): Promise<ScriptedUpstream> {
  const registry = await scriptedUpstream();
  const put = (path: string, body: string | Buffer) => registry.served.set(path, { type: "application/json", body });
  put(
    "/packages.json",
    JSON.stringify({ packages: [], "metadata-url": "/p2/%package%.json", "notify-batch": "/told" }),
  );
  for (const [name, versions] of Object.entries(packages)) {
    const listed = versions.map(
      ({ version, content = `${name} ${version}`, sum, time = "2020-01-01T00:00:00+00:00", require }, index) => {
        put(`/dist/${name}/${version}.zip`, content);
        const dist = {
          type: "zip",
          url: `${registry.url}/dist/${name}/${version}.zip`,
          shasum: sum ?? sha1(content),
          reference: "",
        };
        const whole =
          index === 0
            ? { name, type: "library", source: { type: "git", url: "https://example.com/x", reference: "x" } }
            : {};
        return { ...whole, version, version_normalized: `${version}.0`, time, dist, require: require ?? "__unset" };
      },
    );
    put(`/p2/${name}.json`, JSON.stringify({ minified: "composer/2.0", packages: { [name]: listed } }));
  }
  return registry;
}

const listed = (text: string, name: string) =>
  JSON.parse(text).packages[name] as { version: string; dist: { url: string } }[];

test("versions are given whole, their files at the door; a file is fetched once, checked and recorded", async () => {
  const registry = await aRegistry({
    "a/one": [{ version: "1.1.0", require: { "a/two": "^1" } }, { version: "1.0.0" }],
  });
  const { get, given, address, events } = await aDoor(registry.url, packagist);
  const root = JSON.parse((await get("/packagist/packages.json")).text);
  expect(root).toEqual({ packages: [], "metadata-url": `${address}/packagist/p2/%package%.json` });
  const all = listed((await get("/packagist/p2/a/one.json")).text, "a/one");
  expect(all).toMatchObject([
    {
      name: "a/one",
      version: "1.1.0",
      require: { "a/two": "^1" },
      dist: { url: `${address}/packagist/files/a/one/1.1.0.zip` },
    },
    { name: "a/one", version: "1.0.0", type: "library", dist: { shasum: sha1("a/one 1.0.0") } },
  ]);
  expect(all.some((one) => "source" in one) || "require" in (all[1] ?? {})).toBe(false);
  expect((await get("/packagist/p2/a/one~dev.json")).status).toBe(404);
  for (let times = 0; times < 2; times += 1)
    expect((await get("/packagist/files/a/one/1.0.0.zip")).text).toBe("a/one 1.0.0");
  expect(new Set(given())).toEqual(new Set(["a/one 1.0.0"]));
  expect(events.find(({ kind }) => kind === "fetched")).toMatchObject({
    publishedAt: Date.parse("2020-01-01T00:00:00Z"),
    isNew: true,
  });
  expect(registry.seen.filter((one) => one.includes("/dist/"))).toHaveLength(1);
});

test.each([
  ["another content than its sum", sha1("x"), "does not have the sum"],
  ["a sum of another kind", "0".repeat(64), "states no sum"],
  ["no sum, and no commit that it is of", "", "states no sum"],
])("a file with %s is given to nobody", async (_, sum, words) => {
  const registry = await aRegistry({ "a/one": [{ version: "1.0.0", sum }] });
  const { get } = await aDoor(registry.url, packagist);
  for (let times = 0; times < 2; times += 1)
    expect(await get("/packagist/files/a/one/1.0.0.zip")).toMatchObject({
      status: 422,
      text: expect.stringContaining(words),
    });
});

test.each([
  ["a private address", "https://10.0.0.1/x.zip"],
  ["a cloud's metadata", "https://169.254.169.254/x.zip"],
  ["another host without TLS", "http://example.com/x.zip"],
  ["a file of the machine", "file:///etc/hostname"],
])("a file that the repository says is at %s is not asked for", async (_, url) => {
  const registry = await aRegistry({ "a/one": [{ version: "1.0.0" }] });
  const text = String(registry.served.get("/p2/a/one.json")?.body).replace(/"url":"http:[^"]*zip"/, `"url":"${url}"`);
  registry.served.set("/p2/a/one.json", { type: "", body: text });
  const { get } = await aDoor(registry.url, packagist);
  expect(await get("/packagist/files/a/one/1.0.0.zip")).toMatchObject({
    status: 422,
    text: expect.stringContaining("leads elsewhere"),
  });
});

test.each(Object.keys(lies))("where the repository answers with %s, the client is told so", async (lie) => {
  const [answer, said] = lies[lie] ?? [() => {}, /never/];
  const registry = await aRegistry({ "a/one": [{ version: "1.0.0" }] });
  registry.script(({ url }, response) => {
    if (url === "/packages.json") return false;
    answer(response);
    return true;
  });
  const { get } = await aDoor(registry.url, { ...packagist, ...soon });
  for (const path of ["p2/a/one.json", "files/a/one/1.0.0.zip"]) {
    const { status, text } = await get(`/packagist/${path}`);
    expect(status).toBeGreaterThan(399);
    expect(text).toMatch(said.source.includes("web page") ? /no list/ : said);
    expect(text).not.toContain("secret words");
  }
});

test.each([
  "/packagist/",
  "/packagist/p2/one.json",
  "/packagist/p2/a/../b.json",
  "/packagist/p2/a/%2e%2e.json",
  "/packagist/p2/A/one.json",
  "/packagist/p2/a/b/c.json",
  "/packagist/files/a/one/../../x.zip",
  "/packagist/files/a/one/1.0.0",
  "/packagist/search.json",
  "/packagist/api/security-advisories/",
])("%s is nothing of a package, and the repository is not asked", async (path) => {
  const registry = await aRegistry({});
  const { get } = await aDoor(registry.url, packagist);
  expect((await get(path)).status).toBe(404);
  expect(registry.seen).toEqual([]);
});

test("a version that is too young is not seen and not given, nor is one of nobody knows when, but what composer.lock has is", async () => {
  const registry = await aRegistry({
    "a/one": [
      { version: "1.2.0", time: "" },
      { version: "1.1.0", time: "2026-11-28T00:00:00+00:00" },
      { version: "1.0.0" },
    ],
  });
  const now = () => Date.parse("2026-11-29T00:00:00Z");
  const rules = { minimumAgeMs: 7 * 86_400_000 };
  const { get } = await aDoor(registry.url, { ...packagist, now }, { rules });
  const seen = listed((await get("/packagist/p2/a/one.json")).text, "a/one").map(({ version }) => version);
  expect(seen).toEqual(["1.0.0"]);
  for (const version of ["1.1.0", "1.2.0"])
    expect(await get(`/packagist/files/a/one/${version}.zip`)).toMatchObject({
      status: 403,
      text: expect.stringContaining("less than 7 days"),
    });
  const known = new Set(["a/one", "a/one@1.1.0"]);
  const locked = await aDoor(registry.url, { ...packagist, now }, { rules: { ...rules, known } });
  expect((await locked.get("/packagist/files/a/one/1.1.0.zip")).status).toBe(200);
  expect(locked.events).toMatchObject([{ kind: "fetched", isNew: false }]);
});

test.each([
  [{ deny: ["A/*"] }, "packages.deny"],
  [{ allow: ["a/on"] }, "packages.allow"],
  [{ fresh: "deny" as const, known: new Set(["a/two"]) }, "packages.new"],
])("policy %o gives nothing of a package, and says by which line", async (rules, line) => {
  const registry = await aRegistry({ "a/one": [{ version: "1.0.0" }] });
  const { get } = await aDoor(registry.url, packagist, { rules });
  for (const path of ["p2/a/one.json", "files/a/one/1.0.0.zip"])
    expect(await get(`/packagist/${path}`)).toMatchObject({ status: 403, text: expect.stringContaining(line) });
  expect(registry.seen).toEqual([]);
});

/** An archive with what Composer looks for in it. */
function anArchive(name: string, version: string): Buffer {
  const cwd = scratch();
  writeFileSync(join(cwd, "composer.json"), JSON.stringify({ name, autoload: { files: ["said.php"] } }));
  writeFileSync(join(cwd, "said.php"), `<?php const ${name.replace("/", "_").toUpperCase()} = "${name} ${version}";\n`);
  spawnSync("python3", ["-m", "zipfile", "-c", "made.zip", "composer.json", "said.php"], { cwd });
  return readFileSync(join(cwd, "made.zip"));
}

const hasComposer = spawnSync("sh", ["-c", "composer --version && php --version"]).status === 0;
test.runIf(hasComposer)(
  "composer fetches a package and what it needs, takes a lockfile of elsewhere by its own update of mirrors, and refuses what the repository lies about",
  async () => {
    const autoload = (name: string, version: string) => ({ version, content: anArchive(name, version) });
    const registry = await aRegistry({
      "a/one": [{ ...autoload("a/one", "1.0.0"), require: { "a/two": "^1.1" } }],
      "a/two": [autoload("a/two", "1.1.5"), autoload("a/two", "1.0.0")],
      "a/lied": [{ ...autoload("a/lied", "1.0.0"), sum: sha1("x") }],
    });
    const { address, given } = await aDoor(registry.url, packagist);
    const cwd = scratch();
    const run = (command: string) =>
      asSetUp("packagist", { cwd, address, command, variables: { COMPOSER_ALLOW_SUPERUSER: "1" } });
    const manifest = (require: object) => writeFileSync(join(cwd, "composer.json"), JSON.stringify({ require }));
    manifest({ "a/one": "^1.0" });
    const show = `php -r 'require "vendor/autoload.php";' && ls vendor/a`;
    const { code, said } = await run(`composer update --no-interaction --no-progress && ${show}`);
    expect(code, said).toBe(0);
    expect(said).toMatch(/one\ntwo/);
    expect([...new Set(given())]).toEqual(["a/one 1.0.0", "a/two 1.1.5"]);
    const lock = join(cwd, "composer.lock");
    const elsewhere = readFileSync(lock, "utf8").replaceAll(
      /"url": "[^"]*"/g,
      '"url": "https://api.example.com/zipball/x"',
    );
    writeFileSync(lock, elsewhere);
    const again = await run(
      "rm -rf vendor && composer update mirrors --no-interaction --no-progress && composer install --no-interaction --no-progress && ls vendor/a",
    );
    expect(again.code, again.said).toBe(0);
    expect(again.said).toMatch(/one\ntwo/);
    manifest({ "a/lied": "^1.0" });
    const lied = await run("composer update --no-interaction --no-progress");
    expect(lied.code).not.toBe(0);
    expect(given()).not.toContain("a/lied 1.0.0");
  },
  120_000,
);
