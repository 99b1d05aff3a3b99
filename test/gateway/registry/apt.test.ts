// An archive for apt behind a run's door, taken for a proxy: what apt asks for, what policy holds back, and an archive that lies.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { scratch } from "../git/world.ts";
import {
  aPackage,
  folder,
  hasApt,
  old,
  ownArchive,
  type Packed,
  pathOf,
  publish,
  sha256,
  sign,
  xz,
} from "./apt-archive.ts";
import { asSetUp, lies, scriptedUpstream, soon } from "./scripted.ts";
import { aDoor } from "./world.ts";

const apt = { protocol: "apt" } as const;
async function anArchive(packages: readonly Packed[] = [{ name: "one", content: "one's files" }]) {
  const archive = await scriptedUpstream();
  return { archive, ...publish(archive, packages) };
}

test("lists and indexes are given to the byte, packages by the index that the run was given; each is fetched once and recorded", async () => {
  const { archive, byHash } = await anArchive();
  const body = Buffer.concat([
    Buffer.from(String(archive.served.get("/dists/stable/InRelease")?.body)),
    Buffer.from([0xff, 10]),
  ]);
  archive.served.set("/dists/stable/InRelease", { type: "", body });
  const { get, given, events } = await aDoor(archive.url, apt);
  const at = (path: string) => get(`${archive.url}/${path}`);
  expect((await at(pathOf("one"))).text).toContain("`apt-get update` comes first");
  for (let times = 0; times < 2; times += 1) {
    expect((await at("dists/stable/InRelease")).content).toEqual(body);
    expect((await at(byHash)).content).toEqual(archive.served.get(`/${byHash}`)?.body);
    expect((await at(pathOf("one"))).text).toBe("one's files");
  }
  expect(given()).toEqual(["one 1.0", "one 1.0"]);
  expect(events.at(-1)).toMatchObject({ publishedAt: Date.parse(old), isNew: true });
  expect(archive.seen.filter((one) => one.endsWith(".deb"))).toHaveLength(1);
});

test.each(["Packages", "Packages.gz", "Packages.xz"])(
  "%s by its name is what the suite states, and names packages",
  async (name) => {
    const { archive } = await anArchive();
    const { get } = await aDoor(archive.url, apt);
    const at = (path: string) => get(`${archive.url}/${path}`);
    expect((await at(`${folder}/${name}`)).status).toBe(404); // of no suite that it asked about
    await at("dists/stable/InRelease");
    expect((await at(`${folder}/${name}`)).status).toBe(200);
    expect((await at(pathOf("one"))).text).toBe("one's files");
  },
);

test.each([
  ["a package that is not what the index states", { sum: sha256("x") }, pathOf("one"), 422, "does not have the sum"],
  ["a package that no index names", {}, pathOf("two"), 404, "No index that this run was given"],
])("%s is given to nobody", async (_, lie, path, status, words) => {
  const { archive, byHash } = await anArchive([{ name: "one", content: "one", ...lie }]);
  archive.served.set(`/${pathOf("two")}`, { type: "", body: "two" });
  const { get, given } = await aDoor(archive.url, apt);
  await get(`${archive.url}/${byHash}`);
  for (let times = 0; times < 2; times += 1)
    expect(await get(`${archive.url}/${path}`)).toMatchObject({ status, text: expect.stringContaining(words) });
  expect(given()).toEqual([]);
});

test("an index that has not the sum by which it is asked for is given to nobody, also by its name", async () => {
  const { archive, byHash } = await anArchive();
  for (const path of [`/${byHash}`, `/${folder}/Packages.xz`])
    archive.served.set(path, { type: "", body: xz("Package: other\n") });
  const { get } = await aDoor(archive.url, apt);
  await get(`${archive.url}/dists/stable/InRelease`);
  for (const path of [byHash, `${folder}/Packages.xz`])
    expect(await get(`${archive.url}/${path}`)).toMatchObject({
      status: 422,
      text: expect.stringContaining("the sum"),
    });
  expect((await get(`${archive.url}/${folder}/Packages.gz`)).status).toBe(200); // control
});

test("T9: what one run has made the archive send is not given to another: each goes by the index that itself was given", async () => {
  const { archive, byHash } = await anArchive();
  const honest = await aDoor(archive.url, apt);
  const mean = await aDoor(archive.url, { ...apt, of: honest.registries });
  await honest.get(`${archive.url}/${byHash}`);
  const evil = xz(`Package: one\nVersion: 6.6\nFilename: ${pathOf("one")}\nSHA256: ${sha256("evil")}\n`);
  const hash = `${folder}/by-hash/SHA256/${sha256(evil)}`;
  archive.served.set(`/${hash}`, { type: "", body: evil });
  archive.served.set(`/${pathOf("one")}`, { type: "", body: "evil" });
  await mean.get(`${archive.url}/${hash}`);
  expect((await mean.get(`${archive.url}/${pathOf("one")}`)).text).toBe("evil"); // the control: whoever asks for it has it
  archive.served.set(`/${pathOf("one")}`, { type: "", body: "one's files" });
  expect((await honest.get(`${archive.url}/${pathOf("one")}`)).text).toBe("one's files");
});

test("only what lies in the operator's archives is asked for, by whichever address", async () => {
  const { archive, byHash } = await anArchive();
  const second = await scriptedUpstream();
  const other = publish(second, [{ name: "one", content: "another's" }], "/debian-security");
  publish(second, [{ name: "one", content: "nobody's" }], "/debian");
  const { get } = await aDoor(archive.url, { ...apt, also: [`${second.url}/debian-security`] });
  await get(`${archive.url}/${byHash}`);
  await get(`${second.url}/debian-security/${other.byHash}`);
  expect((await get(`${archive.url}/${pathOf("one")}`)).text).toBe("one's files");
  expect((await get(`${second.url}/debian-security/${pathOf("one")}`)).text).toBe("another's");
  second.seen.length = 0;
  const port = new URL(second.url).port;
  for (const target of [
    `${second.url}/debian/dists/stable/InRelease`,
    `${second.url}/debian-security/../debian/dists/stable/InRelease`,
    `${second.url}/debian-security/%2e%2e/debian/dists/stable/InRelease`,
    `${second.url}/debian-security%2f..%2fdebian/dists/stable/InRelease`,
    `${second.url}/debian-securityx/dists/stable/InRelease`,
    `http://a:b@127.0.0.1:${port}/debian/dists/stable/InRelease`,
    `http://localhost:${port}/debian-security/dists/stable/InRelease`,
    `https://127.0.0.1:${port}/debian-security/dists/stable/InRelease`,
    "/debian-security/dists/stable/InRelease",
    "/apt/dists/stable/InRelease",
    "http://169.254.169.254/latest/meta-data",
  ])
    expect((await get(target)).status, target).toBeGreaterThanOrEqual(400);
  expect(second.seen).toEqual([]);
});

test.each([
  "dists/stable/main/binary-amd64/by-hash/MD5Sum/d41d8cd98f00b204e9800998ecf8427e",
  `dists/stable/main/binary-amd64/by-hash/SHA256/${"0".repeat(63)}`,
  `dists/by-hash/SHA256/${"0".repeat(64)}`,
  "dists/InRelease",
  "dists/stable",
  "pool/main/o/one/one_1.0.dsc",
  "pool/main/o/one/one_1.0.orig.tar.gz",
  "pool/main/../one_1.0_all.deb",
  "pool/main/%2e%2e/one_1.0_all.deb",
  "pool//one_1.0_all.deb",
  "one_1.0_all.deb",
  "pool/one_1.0_all.deb%00",
  "README",
])("%s is nothing of an archive, which is not asked", async (path) => {
  const { archive } = await anArchive();
  const { get } = await aDoor(archive.url, apt);
  expect((await get(`${archive.url}/${path}`)).status).toBe(404);
  expect(archive.seen).toEqual([]);
});

test.each(Object.keys(lies))("where the archive answers with %s, the client is told so", async (lie) => {
  const [answer, said] = lies[lie] ?? [() => {}, /never/];
  const { archive, byHash } = await anArchive();
  const { get } = await aDoor(archive.url, { ...apt, ...soon });
  await get(`${archive.url}/${byHash}`);
  archive.script((_, response) => {
    answer(response);
    return true;
  });
  for (const path of ["dists/stable/InRelease", byHash.replace(/.$/, "0"), pathOf("one")]) {
    const { status, text } = await get(`${archive.url}/${path}`);
    expect(status).toBeGreaterThan(399);
    expect(text).toMatch(said);
    expect(text).not.toContain("secret words");
  }
});

test("an index that unpacks to more than an archive has, or to nothing, names no package", async () => {
  const { archive } = await anArchive();
  const { get } = await aDoor(archive.url, apt);
  const ask = async (body: Buffer) => {
    archive.served.set(`/${folder}/by-hash/SHA256/${sha256(body)}`, { type: "", body });
    await get(`${archive.url}/${folder}/by-hash/SHA256/${sha256(body)}`);
    return get(`${archive.url}/${pathOf("one")}`);
  };
  expect(await ask(gzipSync(Buffer.alloc(3e6, "x")))).toMatchObject({
    status: 413,
    text: expect.stringContaining("too much"),
  });
  const whole = xz("Package: one\n");
  expect((await ask(whole.subarray(0, -20))).text).toContain("cannot be unpacked");
  expect((await ask(Buffer.concat([whole.subarray(0, 6), Buffer.alloc(200, 7)]))).text).toContain("cannot be unpacked");
});

test.each([
  [{ deny: ["one"] }, "packages.deny"],
  [{ allow: ["two"] }, "packages.allow"],
  [{ fresh: "deny" as const }, "packages.new"],
  [{ minimumAgeMs: 7 * 86_400_000 }, "less than 7 days"],
])("policy %o gives no package, whichever name its file has, and says by which line", async (rules, line) => {
  const { archive, byHash } = await anArchive();
  const now = () => Date.parse(old) + 86_400_000;
  const { get, given } = await aDoor(archive.url, { ...apt, now }, { rules });
  await get(`${archive.url}/${byHash}`);
  expect(await get(`${archive.url}/${pathOf("one")}`)).toMatchObject({
    status: 403,
    text: expect.stringContaining(line),
  });
  expect(given()).toEqual([]);
});

/** apt as a set-up has it, with this list of sources in place of the machine's, and nothing installed. */
function fetching(address: string, source: string, command: string) {
  const cwd = scratch();
  writeFileSync(join(cwd, "sources.list"), `${source}\n`);
  writeFileSync(join(cwd, "status"), "");
  const own = `-o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::status="$PWD/status" -o APT::Architecture=amd64 -o APT::Sandbox::User=root -o Acquire::Retries=0`;
  const run = command.replaceAll("apt-get", `apt-get ${own}`);
  return { cwd, ran: asSetUp("apt", { cwd, address, command: run }) };
}

test.runIf(hasApt)(
  "apt updates and fetches what it needs with its dependencies, unchanged, and sees by itself who signed",
  async () => {
    const { archive } = await anArchive([
      aPackage("one", "Depends: two\n"),
      aPackage("two"),
      { ...aPackage("lied"), sum: sha256("x") },
    ]);
    const key = sign(archive);
    const { address, given } = await aDoor(archive.url, apt);
    const source = `deb [signed-by=${key}] ${archive.url} stable main`;
    const unpack =
      'apt-get update -qq && apt-get install -qq --yes --download-only one && for one in "$HOME"/.loopgate-apt/cache/archives/*.deb; do dpkg-deb -x "$one" deps; done';
    const { cwd, ran } = fetching(address, source, unpack);
    const { code, said } = await ran;
    expect(code, said).toBe(0);
    expect(readdirSync(join(cwd, "deps/usr/share")).sort()).toEqual(["one", "two"]);
    expect(given()).toEqual(["one 1.0", "two 1.0"]);
    const lied = await fetching(address, source, "apt-get update -qq && apt-get install -qq --yes --download-only lied")
      .ran;
    expect([lied.code === 0, lied.said]).toEqual([false, expect.stringMatching(/422|does not have the sum/)]);
    const list = String(archive.served.get("/dists/stable/InRelease")?.body);
    const forged = await scriptedUpstream();
    for (const [path, one] of archive.served) forged.served.set(path, one);
    forged.served.set("/dists/stable/InRelease", { type: "", body: list.replace("Suite: stable", "Suite: forged") });
    forged.served.set("/dists/stable/Release", { type: "", body: "Suite: forged\n" });
    const other = await aDoor(forged.url, apt);
    const refused = await fetching(
      other.address,
      source.replace(archive.url, forged.url),
      "apt-get update -qq && exit 3",
    ).ran;
    expect(refused.code, refused.said).not.toBe(3);
    expect(refused.said).toMatch(/BADSIG|not signed|invalid/i);
  },
);

const own = ownArchive();
test.runIf(hasApt && own !== null)(
  "apt fetches from the very archive that this machine installs from, whose signature holds through the door",
  async () => {
    const { url, suite, key } = own ?? { url: "", suite: "", key: "" };
    const { address, given, events } = await aDoor(url, apt);
    const command =
      'apt-get update -qq && apt-get install -qq --yes --no-install-recommends --download-only hello && dpkg-deb -x "$HOME"/.loopgate-apt/cache/archives/hello_*.deb deps && deps/usr/bin/hello';
    const { ran } = fetching(address, `deb [signed-by=${key}] ${url} ${suite} main`, command);
    const { code, said } = await ran;
    expect(code, said).toBe(0);
    expect(said).toContain("Hello, world!");
    expect(given()).toContainEqual(expect.stringMatching(/^hello \d/));
    expect(events.filter(({ kind }) => kind === "refused")).toEqual([]);
  },
  120_000,
);
