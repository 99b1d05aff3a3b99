// Real clients through a run's door: npm always, and those of pnpm, yarn and bun that this machine has on its path.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../git/world.ts";
import { asSetUp } from "./scripted.ts";
import { scriptedRegistry } from "./upstream.ts";
import { aDoor } from "./world.ts";

interface Client {
  readonly name: string;
  /** Adds a package, then installs once more from nothing but its lockfile. */
  readonly add: string;
  readonly again: string;
}

const clients: readonly Client[] = [
  { name: "npm", add: "npm install @team/two", again: "npm ci" },
  { name: "pnpm", add: "pnpm add @team/two", again: "pnpm install --frozen-lockfile" },
  { name: "yarn", add: "yarn add @team/two", again: "yarn install --frozen-lockfile" },
  { name: "bun", add: "bun add @team/two", again: "bun install --frozen-lockfile" },
];
const here = clients.filter(({ name }) => name === "npm" || spawnSync("sh", ["-c", `command -v ${name}`]).status === 0);

test.each(here)(
  "$name adds a package with what it needs, and installs it again from its lockfile",
  async ({ add, again }) => {
    const registry = await scriptedRegistry([
      { name: "one", version: "1.2.0" },
      { name: "@team/two", version: "2.0.0", dependencies: { one: "^1.0.0" } },
    ]);
    const { address, given } = await aDoor(registry.url);
    const dir = scratch();
    writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "shop", version: "1.0.0" }));
    for (const command of [add, `rm -rf node_modules && ${again}`]) {
      const { code, said } = await asSetUp("npm", { cwd: dir, address, command });
      expect(code, said).toBe(0);
      expect((await asSetUp("npm", { cwd: dir, address, command: `node -p 'require("@team/two")'` })).said.trim()).toBe(
        "@team/two@2.0.0",
      );
    }
    expect([...new Set(given())]).toEqual(["@team/two 2.0.0", "one 1.2.0"]);
    expect(new Set(registry.seen.map(({ method }) => method))).toEqual(new Set(["GET"]));
  },
);

test("npm puts the door in place of whichever host a lockfile names, and takes nothing whose sum is not the lockfile's", async () => {
  const registry = await scriptedRegistry([{ name: "one", version: "1.2.0" }]);
  const { address } = await aDoor(registry.url);
  const install = async (integrity: string) => {
    const dir = scratch();
    const resolved = "https://registry.invalid/mirror/npm/one/-/one-1.2.0.tgz";
    const lock = {
      name: "shop",
      lockfileVersion: 3,
      requires: true,
      packages: {
        "": { dependencies: { one: "1.2.0" } },
        "node_modules/one": { version: "1.2.0", resolved, integrity },
      },
    };
    writeFileSync(join(dir, "package.json"), JSON.stringify({ dependencies: { one: "1.2.0" } }));
    writeFileSync(join(dir, "package-lock.json"), JSON.stringify(lock));
    const { code, said } = await asSetUp("npm", { cwd: dir, address, command: "npm_config_fetch_retries=0 npm ci" }); // npm waits 10 s and then 60 s before it tries a wrong sum again
    return { code, said, lock: readFileSync(join(dir, "package-lock.json"), "utf8") };
  };
  expect(await install(registry.integrity("one", "1.2.0"))).toMatchObject({ code: 0 });
  expect((await install(`sha512-${"A".repeat(86)}==`)).said).toContain("EINTEGRITY");
});

test("npm shows in the gateway's own words why it is given nothing", async () => {
  const registry = await scriptedRegistry([{ name: "one", version: "1.2.0" }]);
  const { address } = await aDoor(registry.url, {}, { rules: { deny: ["one"] } });
  const dir = scratch();
  writeFileSync(join(dir, "package.json"), "{}");
  const { code, said } = await asSetUp("npm", { cwd: dir, address, command: "npm install one" });
  expect([code === 0, said]).toEqual([false, expect.stringContaining("The policy denies one (`packages.deny`).")]);
});
