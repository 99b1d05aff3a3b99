// A Maven repository behind a run's door: what Maven asks for, what policy holds back, and a repository that lies.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../git/world.ts";
import { asSetUp, lies, type ScriptedUpstream, scriptedUpstream, soon } from "./scripted.ts";
import { aDoor } from "./world.ts";

const maven = { protocol: "maven" } as const;
const sha1 = (content: string | Buffer) => createHash("sha1").update(content).digest("hex");
const at = "/a/b/one";

/** A file and the sum beside it. */
function put(
  registry: ScriptedUpstream,
  path: string,
  body: string | Buffer,
  sum = sha1(body),
  modified?: string,
): void {
  registry.served.set(path, { type: "", body, ...(modified === undefined ? {} : { modified }) });
  registry.served.set(`${path}.sha1`, { type: "text/plain", body: sum });
}

const pom = (name: string, version: string, more = "") =>
  `<project><modelVersion>4.0.0</modelVersion><groupId>a.b</groupId><artifactId>${name}</artifactId><version>${version}</version>${more}</project>`;

/** `a.b:one` in these versions, each with the time that its project file came. */
async function aRegistry(versions: Readonly<Record<string, string>> = { "1.0": "Wed, 01 Jan 2020 00:00:00 GMT" }) {
  const registry = await scriptedUpstream();
  for (const [version, modified] of Object.entries(versions)) {
    put(registry, `${at}/${version}/one-${version}.pom`, pom("one", version), undefined, modified);
    put(registry, `${at}/${version}/one-${version}.jar`, `jar ${version}`);
  }
  const listed = Object.keys(versions).map((version) => `<version>${version}</version>`);
  put(registry, `${at}/maven-metadata.xml`, `<?xml version="1.0"?>\n<metadata>${listed.join("")}</metadata>`, "old");
  return registry;
}

test("lists and files are given as the repository has them, with sums of what is given; a file is fetched once, checked and recorded", async () => {
  const registry = await aRegistry();
  put(
    registry,
    `${at}/1.0/one-1.0-sources.tar.gz`,
    "sources",
    `${sha1("sources").toUpperCase()}  one-1.0-sources.tar.gz\n`,
  );
  const { get, events, given } = await aDoor(registry.url, maven);
  const list = (await get(`/maven${at}/maven-metadata.xml`)).text;
  expect(list).toBe(registry.served.get(`${at}/maven-metadata.xml`)?.body);
  expect((await get(`/maven${at}/maven-metadata.xml.sha1`)).text).toBe(sha1(list));
  expect(given()).toEqual([]);
  for (let times = 0; times < 2; times += 1)
    for (const [file, content] of [
      ["one-1.0.jar", "jar 1.0"],
      ["one-1.0.pom", pom("one", "1.0")],
      ["one-1.0-sources.tar.gz", "sources"],
    ] as const) {
      expect((await get(`/maven${at}/1.0/${file}`)).text).toBe(content);
      expect((await get(`/maven${at}/1.0/${file}.sha1`)).text.toLowerCase()).toBe(sha1(content));
    }
  expect(new Set(given())).toEqual(new Set(["a.b:one 1.0"]));
  expect(events[0]).toMatchObject({ publishedAt: Date.parse("2020-01-01T00:00:00Z"), isNew: true });
  expect(registry.seen.filter((one) => one.endsWith(".jar"))).toHaveLength(1);
});

test.each([
  ["another content than its sum", sha1("x"), "does not have the sum"],
  ["a sum of another kind", "0".repeat(64), "states no sum"],
  ["no sum", "", "states no sum"],
])("a file with %s is given to nobody", async (_, sum, words) => {
  const registry = await aRegistry();
  put(registry, `${at}/1.0/one-1.0.jar`, "jar", sum);
  const { get, events } = await aDoor(registry.url, maven);
  for (let times = 0; times < 2; times += 1)
    expect(await get(`/maven${at}/1.0/one-1.0.jar`)).toMatchObject({
      status: 422,
      text: expect.stringContaining(words),
    });
  expect(events.map(({ kind }) => kind)).toEqual(["refused", "refused"]);
});

test.each(Object.keys(lies))("where the repository answers with %s, the client is told so", async (lie) => {
  const [answer, said] = lies[lie] ?? [() => {}, /never/];
  const registry = await scriptedUpstream();
  registry.script((_, response) => {
    answer(response);
    return true;
  });
  const { get } = await aDoor(registry.url, { ...maven, ...soon });
  for (const path of ["maven-metadata.xml", "1.0/one-1.0.jar"]) {
    const { status, text } = await get(`/maven${at}/${path}`);
    expect(status).toBeGreaterThan(399);
    expect(text).toMatch(said.source.includes("web page") ? /no list|no sum/ : said);
    expect(text).not.toContain("secret words");
  }
});

test.each([
  "/maven/",
  "/maven/a/b/one/1.0/",
  "/maven/a/b/one/1.0/two-1.0.jar",
  "/maven/a/b/one/1.0/one-1.0",
  "/maven/a/b/one/1.0/one-1.01.jar",
  "/maven/a/b/../1.0/..-1.0.jar",
  "/maven/a/b/%2e%2e/1.0/one-1.0.jar",
  "/maven/a/b%2fone/../one/1.0/one-1.0.jar",
  "/maven/a//one/1.0/one-1.0.jar",
  "/maven/a/b/one/1.0/one-1.0.jar.asc",
  "/maven/a/b/one/1.0/one-1.0.jar%00",
  "/maven/maven-metadata.xml",
  "/maven/archetype-catalog.xml",
])("%s is nothing of an artifact, and the repository is not asked", async (path) => {
  const registry = await aRegistry();
  const { get } = await aDoor(registry.url, maven);
  expect((await get(path)).status).toBe(404);
  expect(registry.seen).toEqual([]);
});

test("a version that is too young is not given, nor is one of nobody knows when, nor a snapshot, but what pom.xml has is", async () => {
  const registry = await aRegistry({
    "1.0": "Wed, 01 Jan 2020 00:00:00 GMT",
    "1.1": "Sat, 28 Nov 2026 00:00:00 GMT",
    "1.2": "",
    "1.3-SNAPSHOT": "Wed, 01 Jan 2020 00:00:00 GMT",
  });
  const now = () => Date.parse("2026-11-29T00:00:00Z");
  const rules = { minimumAgeMs: 7 * 86_400_000 };
  const { get } = await aDoor(registry.url, { ...maven, now }, { rules });
  for (const kind of ["pom", "jar"]) {
    expect((await get(`/maven${at}/1.0/one-1.0.${kind}`)).status).toBe(200);
    for (const version of ["1.1", "1.2"])
      expect(await get(`/maven${at}/${version}/one-${version}.${kind}`)).toMatchObject({
        status: 403,
        text: expect.stringContaining("less than 7 days"),
      });
    expect((await get(`/maven${at}/1.3-SNAPSHOT/one-1.3-SNAPSHOT.${kind}`)).text).toContain("changes from day to day");
  }
  const failing = await scriptedUpstream();
  failing.script((_, response) => Boolean(response.writeHead(503).end()));
  const { get: ask } = await aDoor(failing.url, { ...maven, now }, { rules });
  expect(await ask(`/maven${at}/1.0/one-1.0.jar`)).toMatchObject({
    status: 502,
    text: expect.stringContaining("fails for"),
  });
  const known = new Set(["a.b:one", "a.b:one@1.1"]);
  const locked = await aDoor(registry.url, { ...maven, now }, { rules: { ...rules, known } });
  expect((await locked.get(`/maven${at}/1.1/one-1.1.jar`)).status).toBe(200);
  expect(locked.events).toMatchObject([{ kind: "fetched", isNew: false }]);
});

test.each([
  [{ deny: ["a.b:*"] }, "packages.deny"],
  [{ allow: ["a:*", "a.b:o"] }, "packages.allow"],
  [{ fresh: "deny" as const, known: new Set(["a.b:two"]) }, "packages.new"],
])("policy %o gives nothing of an artifact, and says by which line", async (rules, line) => {
  const registry = await aRegistry();
  const { get } = await aDoor(registry.url, maven, { rules });
  for (const path of [
    "maven-metadata.xml",
    "maven-metadata.xml.sha1",
    "1.0/one-1.0.pom",
    "1.0/one-1.0.jar",
    "1.0/one-1.0.jar.sha1",
  ])
    expect(await get(`/maven${at}/${path}`)).toMatchObject({ status: 403, text: expect.stringContaining(line) });
  expect(registry.seen).toEqual([]);
  put(registry, "/org/codehaus/mojo/maven-metadata.xml", "<metadata/>");
  registry.served.set("/org/apache/maven/plugins/maven-metadata.xml", { type: "", body: "<metadata></metadata>" });
  expect((await get("/maven/org/apache/maven/plugins/maven-metadata.xml")).status).toBe(200);
});

const hasMaven = spawnSync("sh", ["-c", "mvn --version"]).status === 0;
test.runIf(hasMaven)(
  "mvn fetches a parent and an extension of a build, unchanged, and refuses what the repository lies about",
  async () => {
    const registry = await scriptedUpstream();
    const jar = (name: string) => {
      const cwd = scratch();
      writeFileSync(join(cwd, "said.txt"), name);
      spawnSync("python3", ["-m", "zipfile", "-c", "made.jar", "said.txt"], { cwd });
      return readFileSync(join(cwd, "made.jar"));
    };
    put(registry, "/a/b/base/1.0/base-1.0.pom", pom("base", "1.0", "<packaging>pom</packaging>"));
    for (const [name, sum] of [
      ["tool", undefined],
      ["lied", sha1("x")],
    ] as const) {
      put(registry, `/a/b/${name}/1.0/${name}-1.0.pom`, pom(name, "1.0"));
      put(registry, `/a/b/${name}/1.0/${name}-1.0.jar`, jar(name), sum);
    }
    put(
      registry,
      "/org/codehaus/plexus/plexus-utils/1.1/plexus-utils-1.1.jar",
      jar("what Maven itself adds to each extension"),
    );
    const { address, given } = await aDoor(registry.url, maven);
    const cwd = scratch();
    const validate = (extension: string) => {
      const parent =
        "<parent><groupId>a.b</groupId><artifactId>base</artifactId><version>1.0</version><relativePath/></parent>";
      const build = `<build><extensions><extension><groupId>a.b</groupId><artifactId>${extension}</artifactId><version>1.0</version></extension></extensions></build>`;
      writeFileSync(
        join(cwd, "pom.xml"),
        `<project><modelVersion>4.0.0</modelVersion>${parent}<artifactId>shop</artifactId>${build}</project>`,
      );
      const command = `mvn --batch-mode validate`;
      return asSetUp("maven", { cwd, address, command });
    };
    const { code, said } = await validate("tool");
    expect(code, said).toBe(0);
    expect([...new Set(given())]).toEqual(["a.b:base 1.0", "a.b:tool 1.0", "org.codehaus.plexus:plexus-utils 1.1"]);
    const lied = await validate("lied");
    expect([lied.code === 0, lied.said]).toEqual([false, expect.stringContaining("a.b:lied:jar:1.0")]);
  },
  60_000,
);
