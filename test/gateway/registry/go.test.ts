// A Go module proxy behind a run's door: what the client asks for, what policy holds back, and a proxy that lies.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../git/world.ts";
import { aModule, archive, publish } from "./go-modules.ts";
import { asSetUp, lies, scriptedUpstream, soon } from "./scripted.ts";
import { aDoor } from "./world.ts";

const go = { protocol: "go" } as const;
const young = { now: () => Date.parse("2026-11-29T00:00:00Z"), rules: { minimumAgeMs: 7 * 86_400_000 } };

test("lists, information, module files and archives are given as the proxy has them; an archive is recorded, and fetched once", async () => {
  const registry = await scriptedUpstream();
  publish(registry, "example.test/!one", { "v1.0.0": {}, "v1.1.0": {} });
  const { get, given } = await aDoor(registry.url, go);
  const at = "/go/example.test/!one/";
  expect((await get(`${at}@v/list`)).text).toBe("v1.0.0\nv1.1.0\n");
  expect(JSON.parse((await get(`${at}@latest`)).text)).toMatchObject({ Version: "v1.1.0" });
  expect(JSON.parse((await get(`${at}@v/v1.0.0.info`)).text)).toMatchObject({ Version: "v1.0.0" });
  expect((await get(`${at}@v/v1.0.0.mod`)).text).toBe("module example.test/!one\n");
  expect((await get(`${at}@v/v1.1.0.mod`)).status).toBe(200);
  expect(registry.seen).not.toContain("GET /example.test/!one/@v/v1.1.0.info"); // nobody needs to know how old it is
  expect(given()).toEqual([]);
  for (let times = 0; times < 2; times += 1) expect((await get(`${at}@v/v1.0.0.zip`)).text).toBe(archive("v1.0.0"));
  expect(new Set(given())).toEqual(new Set(["example.test/One v1.0.0"]));
  expect(registry.seen.filter((one) => one.endsWith(".zip"))).toHaveLength(1);
});

test("a branch comes to the version that the proxy names, and its archive cannot be asked for by its name", async () => {
  const registry = await scriptedUpstream();
  const version = "v0.0.0-20200101000000-abcdefabcdef";
  publish(registry, "example.test/one", { main: { info: { Version: version, Time: "2020-01-01T00:00:00Z" } } });
  const { get } = await aDoor(registry.url, go);
  expect(JSON.parse((await get("/go/example.test/one/@v/main.info")).text)).toMatchObject({ Version: version });
  expect((await get("/go/example.test/one/@v/main.zip")).status).toBe(404);
});

test("the checksum database passes through, its own requests and no others", async () => {
  const registry = await scriptedUpstream();
  const tile = Buffer.from([0, 255, 254, 10, 128]);
  const at = "/sumdb/sum.golang.org";
  registry.served.set(`${at}/supported`, { type: "", body: "" });
  registry.served.set(`${at}/latest`, { type: "", body: "go.sum database tree\n" });
  registry.served.set(`${at}/tile/8/0/x001/234.p/7`, { type: "", body: tile });
  registry.served.set(`${at}/lookup/example.test/one@v1.0.0`, { type: "", body: "12\n" });
  const { get } = await aDoor(registry.url, go);
  for (const path of ["supported", "latest", "lookup/example.test/one@v1.0.0"])
    expect((await get(`/go${at}/${path}`)).status).toBe(200);
  expect((await get(`/go${at}/tile/8/0/x001/234.p/7`)).content).toEqual(tile);
  registry.seen.length = 0;
  for (const path of ["lookup/../x@v1.0.0", "tile/8/0/../..", "admin", "lookup/example.test/one@main"])
    expect((await get(`/go${at}/${path}`)).status).toBe(404);
  expect((await get("/go/sumdb/other.example/latest")).status).toBe(404);
  expect(registry.seen).toEqual([]);
});

test.each([
  ["information about another version", { info: { Version: "v2.0.0" } }, "info", "answers about v2.0.0"],
  ["information about no version", { info: { Version: "../../x" } }, "info", "is no version's information"],
  ["a module file that is none", { mod: "<html>" }, "mod", "is no module file"],
  ["an archive that is none", { zip: "<html>" }, "zip", "is no archive"],
])("%s is given to nobody", async (_, changes, kind, words) => {
  const registry = await scriptedUpstream();
  publish(registry, "example.test/one", { "v1.0.0": changes });
  const { get, events } = await aDoor(registry.url, go);
  const answer = await get(`/go/example.test/one/@v/v1.0.0.${kind}`);
  expect(answer).toMatchObject({ status: 422, text: expect.stringContaining(words) });
  expect(events).toMatchObject([{ kind: "refused" }]);
});

test.each(Object.keys(lies))("where the proxy answers with %s, the client is told so", async (lie) => {
  const [answer, said] = lies[lie] ?? [() => {}, /never/];
  const registry = await scriptedUpstream();
  registry.script((_, response) => {
    answer(response);
    return true;
  });
  for (const path of ["@v/list", "@latest", "@v/v1.0.0.zip"]) {
    const { get } = await aDoor(registry.url, { ...go, ...soon });
    const { status, text } = await get(`/go/example.test/one/${path}`);
    expect(status).toBeGreaterThan(399);
    expect(text).toMatch(said);
    expect(text).not.toContain("secret words");
  }
});

test.each([
  "/go/",
  "/go/example.test/../x/@v/list",
  "/go/example.test/%2e%2e/x/@v/list",
  "/go/example.test/one/@v/..%2f..%2fx.zip",
  "/go/example.test/One/@v/list",
  "/go/localhost/@v/list",
  "/go/example.test/one/@v/v1.0.0.exe",
  "/go/example.test/one",
  "/go/http://127.0.0.1/@v/list",
])("%s is nothing of a module, and the proxy is not asked", async (path) => {
  const registry = await scriptedUpstream();
  const { get } = await aDoor(registry.url, go);
  expect((await get(path)).status).toBe(404);
  expect(registry.seen).toEqual([]);
});

test("a version that is too young is in no list, is not the latest, and is refused, but what the base's go.sum has is given", async () => {
  const registry = await scriptedUpstream();
  publish(registry, "example.test/one", {
    "v1.0.0": {},
    "v1.1.0": { at: "2021-01-01T00:00:00Z" },
    "v1.2.0-rc.1": { at: "2022-01-01T00:00:00Z" },
    "v1.2.0": { at: "2026-11-28T00:00:00Z" },
  });
  const { now, rules } = young;
  const { get } = await aDoor(registry.url, { ...go, now }, { rules });
  const at = "/go/example.test/one";
  expect((await get(`${at}/@v/list`)).text).toBe("v1.0.0\nv1.1.0\nv1.2.0-rc.1\n");
  expect(JSON.parse((await get(`${at}/@latest`)).text)).toMatchObject({ Version: "v1.1.0" });
  for (const kind of ["info", "mod", "zip"])
    expect(await get(`${at}/@v/v1.2.0.${kind}`)).toMatchObject({
      status: 403,
      text: expect.stringContaining("less than 7 days"),
    });
  const known = new Set(["example.test/one", "example.test/one@v1.2.0"]);
  const locked = await aDoor(registry.url, { ...go, now }, { rules: { ...rules, known } });
  expect((await locked.get(`${at}/@v/v1.2.0.zip`)).status).toBe(200);
  expect(locked.events).toMatchObject([{ kind: "fetched", isNew: false }]);
});

test.each([
  [{ deny: ["example.test/One"] }, "packages.deny"],
  [{ allow: ["github.com/ours/*"] }, "packages.allow"],
  [{ fresh: "deny" as const, known: new Set(["example.test/one"]) }, "packages.new"],
])("policy %o gives nothing of a module, and says by which line", async (rules, line) => {
  const registry = await scriptedUpstream();
  const { get } = await aDoor(registry.url, go, { rules });
  for (const path of ["@v/list", "@latest", "@v/v1.0.0.zip"])
    expect(await get(`/go/example.test/!one/${path}`)).toMatchObject({
      status: 403,
      text: expect.stringContaining(line),
    });
  expect(registry.seen).toEqual([]);
});

const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
test.runIf(has("go") && has("python3"))(
  "go downloads a module and what it needs, unchanged, and refuses what is not as go.sum has it",
  async () => {
    const registry = await scriptedUpstream();
    const [one, two] = ["example.test/one", "example.test/two"] as const;
    publish(registry, one, { "v1.0.0": aModule(one, "v1.0.0", `\nrequire ${two} v1.5.0\n`) });
    publish(registry, two, { "v1.4.0": aModule(two, "v1.4.0"), "v1.5.0": aModule(two, "v1.5.0") });
    const { address, given } = await aDoor(registry.url, go);
    const cwd = scratch();
    writeFileSync(join(cwd, "go.mod"), "module shop.test/shop\n\ngo 1.16\n");
    const variables = { GONOSUMDB: "example.test", GOFLAGS: "-mod=mod -modcacherw", GOMODCACHE: join(cwd, "mod") };
    const run = (command: string) => asSetUp("go", { cwd, address, command, variables });
    const { code, said } = await run(`go get ${one}@latest && go mod download && cat mod/${two}@v1.5.0/said.go`);
    expect(code, said).toBe(0);
    expect(said).toContain(`${two} v1.5.0`);
    expect([...new Set(given())]).toEqual([`${one} v1.0.0`, `${two} v1.5.0`]);
    const lying = await scriptedUpstream();
    publish(lying, one, { "v1.0.0": aModule(one, "v1.0.0", `\nrequire ${two} v1.5.0\n`) });
    publish(lying, two, { "v1.5.0": aModule(two, "v1.5.0", "\n// another\n") });
    const other = await aDoor(lying.url, go);
    const lied = await asSetUp("go", {
      cwd,
      address: other.address,
      command: "go mod download",
      variables: { ...variables, GOMODCACHE: join(cwd, "other") },
    });
    expect(lied.said).toMatch(/checksum mismatch/);
  },
  60_000,
);
