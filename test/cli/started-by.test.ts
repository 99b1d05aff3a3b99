// What starts the App with its machine, and who is asked about changes: files that others read, held to what is there.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { Environment } from "../../src/environment.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

test("Compose starts the App as the page on installing does: same paths in and out, published on this machine alone", () => {
  const { services } = parse(read("compose.yaml"));
  const { image, env_file, environment, ports, volumes, group_add } = services.loopgate;
  expect([image, env_file]).toEqual(["loopgate", ".env"]);
  expect(Object.keys(environment).filter((name) => !(name in Environment.shape))).toEqual([]);
  for (const [name, value] of Object.entries(environment))
    expect(Environment.shape[name as keyof typeof Environment.shape].safeParse(value), name).toMatchObject({
      success: true,
    });
  expect(ports).toEqual([
    `127.0.0.1:3000:${environment.LOOPGATE_PORT}`,
    `127.0.0.1:3001:${environment.LOOPGATE_OPERATOR_PORT}`,
  ]);
  for (const volume of volumes) {
    const [outside, inside] = volume.split(":");
    expect(inside).toBe(outside);
    expect(read("docs/install.md")).toContain(`--volume ${volume}`);
  }
  expect(volumes.map((volume: string) => volume.split(":")[0])).toContain(environment.LOOPGATE_DATA);
  expect(group_add).toEqual([expect.stringContaining("DOCKER_GROUP")]);
});

test("systemd starts what `npm start` starts, in a folder that its service may write", () => {
  const unit = read("fixtures/systemd/loopgate.service");
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1] ?? "";
  const { scripts } = JSON.parse(read("package.json"));
  const [program = "", ...words] = value("ExecStart").split(" ");
  expect(scripts.start).toContain(`node ${words.join(" ")}`);
  expect(program).toBe(`${value("WorkingDirectory")}/node_modules/.bin/node`);
  expect(value("Environment")).toBe(`LOOPGATE_DATA=/var/lib/${value("StateDirectory")}`);
  const [, page = ""] = /^file:\/\/\/opt\/loopgate\/(.*)$/.exec(value("Documentation")) ?? [];
  expect(existsSync(join(root, page))).toBe(true);
});

const analyze = "/usr/bin/systemd-analyze";

test.skipIf(!existsSync(analyze))("systemd itself finds nothing wrong with the unit", () => {
  const dir = mkdtempSync(join(tmpdir(), "lg-unit-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, "loopgate.service");
  writeFileSync(file, read("fixtures/systemd/loopgate.service").replaceAll("/opt/loopgate", root));
  const said = execFileSync(analyze, ["verify", "--man=no", file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(said).toBe("");
});

test("every line of CODEOWNERS is of something that is there, and names somebody", () => {
  const lines = read(".github/CODEOWNERS")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) {
    const [pattern = "", ...owners] = line.split(" ");
    expect(owners.length, line).toBeGreaterThan(0);
    for (const owner of owners) expect(owner).toMatch(/^@[\w-]+(\/[\w-]+)?$/);
    if (pattern !== "*") expect(existsSync(join(root, pattern)), line).toBe(true);
  }
});
