// The production image as far as it can be made without a base image: the lockfile installs, and every command starts on what is in it.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { copyAsTheDockerfile, isInContext, npm, runNpmOfTheDockerfile } from "./image.ts";

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe("the lockfile", () => {
  const { packages } = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")) as {
    packages: Readonly<Record<string, Locked>>;
  };

  /** Where Node would look for a package that one at `from` asks for, nearest first. */
  const places = (from: string, name: string): string[] => {
    const parts = from === "" ? [] : from.split("/node_modules/");
    return [...parts.keys()]
      .map((index) => `${parts.slice(0, parts.length - index).join("/node_modules/")}/node_modules/${name}`)
      .concat(`node_modules/${name}`);
  };

  test("has every optional package of every platform, without which npm ci refuses it", () => {
    const wanted = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ from, name })),
    );
    expect(wanted.length).toBeGreaterThan(60);
    expect(wanted.filter(({ from, name }) => !places(from, name).some((place) => place in packages))).toEqual([]);
  });

  test("names no registry, and what each package holds", () => {
    const entries = Object.entries(packages).filter(([path]) => path !== "");
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(entries.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
  });
});

/** What npm of this version says of a clean install on that platform; nothing is written but npm's own cache. */
function installWith(version: string, platform: readonly string[], lockfile: string) {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["package.json", ".npmrc"]) cpSync(new URL(`../../${name}`, import.meta.url), join(folder, name));
  writeFileSync(join(folder, "package-lock.json"), lockfile);
  const args = ["exec", "--yes", `--package=npm@${version}`, "--", "npm", "ci", "--dry-run", ...platform];
  npm(folder, args);
}

describe.each(["10.9.8", "11.21.1"])("npm %s", (version) => {
  const own = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");

  test("takes the lockfile, on another platform too", () => {
    installWith(version, ["--os=darwin", "--cpu=arm64"], own);
  }, 60_000);

  test("refuses one that lacks a package", () => {
    const lock = JSON.parse(own) as { packages: Record<string, unknown> };
    delete lock.packages["node_modules/zod"];
    expect(() => installWith(version, [], JSON.stringify(lock))).toThrow(/Missing: zod@.* from lock file/);
  }, 60_000);
});

test.each([
  ["src/main.ts", true],
  ["src/cli/serve.ts", true],
  ["src/forge", false],
  ["src/forge/forge.ts", false],
  ["src/cli/demo.ts", false],
  ["src/cli/demo-stage.ts", false],
  ["src/cli/bench-idle-stage.ts", false],
  ["src/cli/bench-crowd-stage.ts", false],
  ["src/cli/bench-crowd.ts", true],
  ["src/cli/bench-hostile-stage.ts", false],
  ["src/cli/bench-hostile.ts", true],
  [".env", false],
  ["node_modules/zod/package.json", false],
])("of the build context, %s is in it: %s", (path, is) => {
  expect(isInContext(path, readFileSync(new URL("../../.dockerignore", import.meta.url), "utf8"))).toBe(is);
});

describe("what the Dockerfile makes", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "loopgate-image-"));
    copyAsTheDockerfile(folder);
    npm(folder, ["ci", "--dry-run"]); // with the development packages, as a clone has them
    runNpmOfTheDockerfile(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function loopgate(...args: string[]) {
    const env = { PATH: process.env.PATH, HOME: folder, LOOPGATE_DATA: join(folder, "data") };
    const ran = spawnSync(process.execPath, [join(folder, "src/main.ts"), ...args], {
      env,
      encoding: "utf8",
      cwd: folder,
    });
    return { code: ran.status, out: ran.stdout, err: ran.stderr };
  }

  test("has neither the local GitHub nor the demo, nor what only they need", () => {
    for (const gone of ["src/forge", "src/cli/demo.ts", "test", "fixtures"])
      expect(existsSync(join(folder, gone)), gone).toBe(false);
    const { devDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    expect(Object.keys(devDependencies)).toEqual(
      expect.arrayContaining(["graphql", "marked", "sanitize-html", "playwright-core"]),
    );
    const there = Object.keys(devDependencies).filter((name) => existsSync(join(folder, "node_modules", name)));
    expect(there.filter((name) => !name.startsWith("@types/"))).toEqual([]);
  });

  test("imports nothing that is not there, in any file", () => {
    const files = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" });
    const modules = files.filter((file) => file.endsWith(".ts") && file !== "main.ts");
    expect(modules.length).toBeGreaterThan(100);
    const program = `
      const failed = [];
      for (const file of ${JSON.stringify(modules)})
        await import(${JSON.stringify(`${folder}/src/`)} + file).catch((error) => failed.push(file + ": " + error.message));
      console.log(JSON.stringify(failed));
      process.exit();`;
    const args = ["--input-type=module", "-e", program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    expect([stdout.trim(), stderr]).toEqual(["[]", ""]);
  });

  test("serves, restores, explains and repeats as far as there is something to", () => {
    expect(loopgate("serve")).toMatchObject({ code: 1, err: expect.stringMatching(/^6 settings are missing/) });
    expect(loopgate("restore")).toMatchObject({ code: 1, err: expect.stringMatching(/settings? (is|are) missing/) });
    expect(loopgate("policy", "explain")).toMatchObject({ code: 0, err: "" });
    expect(loopgate("explain", "--spec")).toMatchObject({ code: 0, err: "" });
    expect(loopgate("rerun", "12-k3f9", "1")).toMatchObject({
      code: 1,
      err: expect.not.stringContaining("Cannot find"),
    });
  }, 180_000);

  test("says of the demo, and of the bench that needs its GitHub, that they are not there", () => {
    const words = "loopgate: This is not part of this installation:";
    expect(loopgate("demo", "--auto")).toMatchObject({ code: 1, out: "", err: expect.stringContaining(words) });
    expect(loopgate("bench", "idle")).toMatchObject({ code: 1, out: "", err: expect.stringContaining(words) });
    const help = loopgate("--help");
    expect(help).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringMatching(/demo .*not part of this installation/),
    });
  });
});
