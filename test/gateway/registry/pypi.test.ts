// A Python index behind a run's door: pages and files as pip asks for them, what policy holds back, and an index that lies.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../git/world.ts";
import { asSetUp, lies, type ScriptedUpstream, scriptedUpstream, soon } from "./scripted.ts";
import { aDoor } from "./world.ts";

const json = "application/vnd.pypi.simple.v1+json";
const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");

interface Listed {
  readonly file: string;
  readonly content?: string | Buffer;
  readonly metadata?: string;
  readonly at?: string;
  readonly fields?: object;
}

/** A project in the JSON form; files lie in a folder beside the pages. */
function list(registry: ScriptedUpstream, name: string, files: readonly Listed[]): void {
  const listed = files.map(({ file, content = file, metadata, at = "2020-01-01T00:00:00Z", fields = {} }) => {
    registry.served.set(`/files/${file}`, { type: "application/octet-stream", body: content });
    if (metadata !== undefined) registry.served.set(`/files/${file}.metadata`, { type: "text/plain", body: metadata });
    const stated = metadata === undefined ? {} : { "core-metadata": { sha256: sha256(metadata) } };
    const url = `../../files/${file}`;
    return { filename: file, url, hashes: { sha256: sha256(content) }, "upload-time": at, ...stated, ...fields };
  });
  const body = JSON.stringify({ meta: { "api-version": "1.1" }, name, files: listed });
  registry.served.set(`/simple/${name}/`, { type: json, body });
}

async function aShop() {
  const registry = await scriptedUpstream();
  list(registry, "zope-interface", [
    { file: "zope.interface-5.0.tar.gz" },
    {
      file: "zope_interface-6.1.post2-cp311-cp311-linux_x86_64.whl",
      metadata: "Metadata-Version: 2.1\n",
      at: "2026-11-28T00:00:00Z",
    },
  ]);
  return registry;
}
const index = (registry: ScriptedUpstream) => `${registry.url}/simple`;

test("a page has its files at the door, in the form that the client reads, under any spelling of the name", async () => {
  const registry = await aShop();
  const { get, address } = await aDoor(index(registry), { protocol: "pypi" });
  for (const name of ["zope-interface", "Zope.Interface", "zope_interface"]) {
    const page = await get(`/pypi/simple/${name}/`, { headers: { accept: `${json}, text/html; q=0.1` } });
    expect(page).toMatchObject({ status: 200, headers: { "content-type": json } });
    const [sdist, wheel] = JSON.parse(page.text).files;
    expect(sdist.url).toBe(`${address}/pypi/files/zope-interface/zope.interface-5.0.tar.gz`);
    expect(wheel["core-metadata"].sha256).toBe(sha256("Metadata-Version: 2.1\n"));
  }
  const page = await get("/pypi/simple/zope-interface");
  expect(page.text).toContain(
    `href="${address}/pypi/files/zope-interface/zope.interface-5.0.tar.gz#sha256=${sha256("zope.interface-5.0.tar.gz")}"`,
  );
});

test("an index of links is read as one in JSON is", async () => {
  const registry = await scriptedUpstream();
  registry.served.set("/files/one-1.0.tar.gz", { type: "", body: "one" });
  const link = `<a href="/files/one-1.0.tar.gz#sha256=${sha256("one")}" data-requires-python="&gt;=3.8" data-yanked="broken">one-1.0.tar.gz</a>`;
  const body = `<!DOCTYPE html><html><body><h1>Links</h1>${link}<a href="x-1.tar.gz">x-1.tar.gz</a></body></html>`;
  registry.served.set("/simple/one/", { type: "text/html", body });
  const { get, given } = await aDoor(index(registry), { protocol: "pypi" });
  const { files } = JSON.parse((await get("/pypi/simple/one/", { headers: { accept: json } })).text);
  expect(files).toMatchObject([{ filename: "one-1.0.tar.gz", "requires-python": ">=3.8", yanked: "broken" }]);
  expect((await get("/pypi/files/one/one-1.0.tar.gz")).text).toBe("one");
  expect(given()).toEqual(["one 1.0"]);
});

test("a file is fetched once, checked and recorded; the metadata beside it is checked and not counted", async () => {
  const registry = await aShop();
  const { get, given } = await aDoor(index(registry), { protocol: "pypi" });
  const wheel = "/pypi/files/zope-interface/zope_interface-6.1.post2-cp311-cp311-linux_x86_64.whl";
  expect((await get(`${wheel}.metadata`)).text).toBe("Metadata-Version: 2.1\n");
  expect(given()).toEqual([]);
  for (let times = 0; times < 2; times += 1) expect((await get(wheel)).status).toBe(200);
  expect(new Set(given())).toEqual(new Set(["zope-interface 6.1.post2"]));
  expect(registry.seen.filter((one) => one.endsWith(".whl"))).toHaveLength(1);
  expect((await get("/pypi/files/zope-interface/zope.interface-5.0.tar.gz.metadata")).status).toBe(404);
});

test.each([
  ["another content than its page states", { hashes: { sha256: sha256("x") } }, 422, "does not have the sum"],
  ["a page that states no sum", { hashes: {} }, 422, "no file of it that has a sum"],
  [
    "a page that states a sum of no use",
    { hashes: { md5: "0".repeat(32), sha256: "12" } },
    422,
    "no file of it that has a sum",
  ],
  ["a file at a private address", { url: "https://127.0.0.1/x" }, 422, "leads elsewhere"],
  ["a file at another registry without TLS", { url: "http://files.example/x" }, 422, "not over TLS"],
])("%s is given to nobody and nothing of it is kept", async (_, fields, status, words) => {
  const registry = await scriptedUpstream();
  list(registry, "one", [{ file: "one-1.0.tar.gz", fields }]);
  const { get, events } = await aDoor(index(registry), { protocol: "pypi" });
  const answer = await get("/pypi/files/one/one-1.0.tar.gz");
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(words);
  expect(events).toMatchObject([{ kind: "refused" }]);
});

test("metadata that is not what its page states is not given", async () => {
  const registry = await scriptedUpstream();
  list(registry, "one", [{ file: "one-1.0-py3-none-any.whl", metadata: "told" }]);
  registry.served.set("/files/one-1.0-py3-none-any.whl.metadata", { type: "", body: "other" });
  const { get } = await aDoor(index(registry), { protocol: "pypi" });
  expect((await get("/pypi/files/one/one-1.0-py3-none-any.whl.metadata")).text).toContain("does not have the sum");
});

test.each(Object.keys(lies))("where the index answers with %s, the client is told so", async (lie) => {
  const [answer, said] = lies[lie] ?? [() => {}, /never/];
  const registry = await scriptedUpstream();
  const { get } = await aDoor(index(registry), { protocol: "pypi", ...soon });
  registry.script((_, response) => {
    answer(response);
    return true;
  });
  const { status, text } = await get("/pypi/simple/one/");
  expect(status).toBeGreaterThan(399);
  expect(text).toMatch(said);
  expect(text).not.toContain("secret words");
});

test.each([
  "/pypi/simple/",
  "/pypi/simple/../x/",
  "/pypi/simple/%2e%2e/",
  "/pypi/simple/a%2fb/",
  "/pypi/files/one/..%2f..%2fetc%2fpasswd",
  "/pypi/files/one/other-1.0.tar.gz",
  "/pypi/files/One/one-1.0.tar.gz",
  "/pypi/files/one/one-1.0.exe",
  "/pypi/pypi/one/json",
  "/pypi/legacy/",
])("%s is nothing of a project, and the index is not asked", async (path) => {
  const registry = await aShop();
  const { get } = await aDoor(index(registry), { protocol: "pypi" });
  expect((await get(path)).status).toBe(404);
  expect(registry.seen).toEqual([]);
});

test("nothing is uploaded, and the index is not even asked", async () => {
  const registry = await aShop();
  const { get } = await aDoor(index(registry), { protocol: "pypi" });
  for (const method of ["POST", "PUT", "DELETE"])
    expect((await get("/pypi/simple/one/", { method, body: "x" })).status).toBe(405);
  expect(registry.seen).toEqual([]);
});

test("a version that is too young is not there and its file refused, but what the base's lockfile has is given", async () => {
  const registry = await aShop();
  const now = () => Date.parse("2026-11-29T00:00:00Z");
  const rules = { minimumAgeMs: 7 * 86_400_000 };
  const young = "/pypi/files/zope-interface/zope_interface-6.1.post2-cp311-cp311-linux_x86_64.whl";
  const { get } = await aDoor(index(registry), { protocol: "pypi", now }, { rules });
  expect((await get("/pypi/simple/zope-interface/")).text).not.toContain("6.1.post2");
  expect((await get(young)).text).toContain("less than 7 days");
  const known = new Set(["Zope.Interface", "Zope.Interface@6.1.post2"]);
  const locked = await aDoor(index(registry), { protocol: "pypi", now }, { rules: { ...rules, known } });
  expect((await locked.get(young)).status).toBe(200);
  expect(locked.events).toMatchObject([{ kind: "fetched", isNew: false }]);
});

test.each([
  [{ deny: ["Zope.Interface"] }, "packages.deny"],
  [{ allow: ["requests"] }, "packages.allow"],
  [{ fresh: "deny" as const, known: new Set(["requests"]) }, "packages.new"],
])("policy %o gives nothing of it, under no spelling, and says by which line", async (rules, line) => {
  const registry = await aShop();
  const { get } = await aDoor(index(registry), { protocol: "pypi" }, { rules });
  for (const name of ["zope-interface", "ZOPE_interface"]) {
    const answer = await get(`/pypi/simple/${name}/`);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain(line);
  }
  expect(registry.seen).toEqual([]);
});

/** As a wheel is: https://packaging.python.org/en/latest/specifications/binary-distribution-format/ */
const makeWheel = `
import sys, zipfile
name, version, requires, path = sys.argv[1:5]
info = f"{name}-{version}.dist-info"
meta = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n" + (f"Requires-Dist: {requires}\\n" if requires else "")
with zipfile.ZipFile(path, "w") as z:
    z.writestr(f"{name}.py", f"said = '{name} {version}'\\n")
    z.writestr(f"{info}/METADATA", meta)
    z.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    z.writestr(f"{info}/RECORD", "")
`;

function wheel(name: string, version: string, requires = ""): Listed {
  const file = `${name}-${version}-py3-none-any.whl`;
  const path = join(scratch(), file);
  execFileSync("python3", ["-c", makeWheel, name, version, requires, path]);
  return { file, content: readFileSync(path) };
}

const pip = spawnSync("sh", ["-c", "python3 -m pip --version"]).status === 0;
test.runIf(pip)(
  "pip installs a project and what it needs, unchanged, and refuses what the index lies about",
  async () => {
    const registry = await scriptedUpstream();
    list(registry, "one", [wheel("one", "1.0", "two>=2")]);
    list(registry, "two", [wheel("two", "1.0"), wheel("two", "2.5")]);
    const { address, given } = await aDoor(index(registry), { protocol: "pypi" });
    const cwd = scratch();
    const command =
      "python3 -m pip install --target deps one && PYTHONPATH=deps python3 -c 'import one, two; print(one.said, two.said)'";
    const { code, said } = await asSetUp("pypi", { cwd, address, command });
    expect(code, said).toBe(0);
    expect(said).toContain("one 1.0 two 2.5");
    expect([...new Set(given())]).toEqual(["one 1.0", "two 2.5"]);
    expect(new Set(registry.seen.map((one) => one.split(" ")[0]))).toEqual(new Set(["GET"]));
    registry.served.set("/files/three-1.0-py3-none-any.whl", { type: "", body: "x" });
    list(registry, "three", [{ ...wheel("three", "1.0"), fields: { hashes: { sha256: sha256("y") } } }]);
    const lied = await asSetUp("pypi", { cwd, address, command: "python3 -m pip install --target more three" });
    expect(lied.code).not.toBe(0);
    expect(given()).not.toContain("three 1.0");
  },
  60_000,
);
