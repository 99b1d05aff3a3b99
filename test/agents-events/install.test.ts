// The download of the agent CLIs: from a registry that fails, hangs, or fails once, and what a choice of them means.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { CLI_VERSIONS, type Download } from "../../src/cli/demo-clis.ts";
import { chosenKinds } from "../agents/errand.ts";
import { installAgents } from "../agents/install.ts";

const { name, version, program, file } = CLI_VERSIONS.codex;

function folder(): string {
  vi.spyOn(console, "warn").mockReturnValue();
  const made = mkdtempSync(join(tmpdir(), "loopgate-install-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function from(
  registry: RequestListener,
  more: Partial<Download> = {},
): Promise<Partial<Download> & Pick<Download, "tools">> {
  const server = createServer(registry);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise<void>((closed) => server.close(() => closed()));
  });
  const made = folder();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const options = [`--registry=${url}`, `--cache=${join(made, "npm")}`, ...(more.options ?? [])];
  return { tools: join(made, "tools"), options, patienceMs: more.patienceMs ?? 60_000 };
}

/** A package of this name and version whose one file is the program. */
function tarball(): Buffer {
  const made = folder();
  mkdirSync(join(made, "package/bin"), { recursive: true });
  writeFileSync(join(made, "package/package.json"), JSON.stringify({ name, version }));
  writeFileSync(join(made, "package/bin/codex.js"), "");
  return execFileSync("tar", ["-cz", "-C", made, "package"]);
}

test("a registry that refuses is an error that names the package and what to do, and leaves nothing behind", async () => {
  const download = await from((_, response) => void response.writeHead(404).end("{}"));
  const failed = installAgents(["codex"], download);
  await expect(failed).rejects.toThrow(/^Could not install @openai\/codex@0\.169\.0 into .*E404.*`npm ping`.*CACHE/);
  expect(readdirSync(download.tools).sort()).toEqual(["bin", "etc"]);
});

test("a registry that hangs is given up in time, and the error says so", async () => {
  const download = await from(() => {}, { patienceMs: 1_500 });
  await expect(installAgents(["codex"], download)).rejects.toThrow("@openai/codex@0.169.0");
  await expect(installAgents(["codex"], download)).rejects.toThrow("it took too long");
});

test("a registry that fails once is asked again; what is installed is kept, and only what was asked for", async () => {
  const packed = tarball();
  const asked: string[] = [];
  const download = await from((request, response) => {
    asked.push(request.url ?? "");
    if (asked.length === 1) return void response.writeHead(503).end();
    if (request.url?.endsWith(".tgz")) return void response.end(packed);
    const dist = { tarball: `http://${request.headers.host}/codex.tgz` };
    response.end(JSON.stringify({ name, versions: { [version]: { name, version, dist } } }));
  });
  const tools = await installAgents(["codex"], download);
  expect(asked).toEqual(["/@openai%2fcodex", "/@openai%2fcodex", "/codex.tgz"]);
  expect(readdirSync(join(tools, "bin"))).toEqual([program]);
  expect(readlinkSync(join(tools, "bin", program))).toBe(`../codex-${version}/node_modules/${file}`);
  expect(existsSync(join(tools, "bin", program))).toBe(true);
  expect(statSync(join(tools, `codex-${version}`)).mode & 0o777).toBe(0o755);
  await Promise.all([installAgents(["codex"], download), installAgents(["codex"], download)]);
  expect(asked).toHaveLength(3);
});

test("a choice of agents is kept to, and a name that is none is an error", () => {
  expect(chosenKinds(" gemini,codex")).toEqual(["codex", "gemini"]);
  expect(chosenKinds(undefined)).toEqual(Object.keys(CLI_VERSIONS));
  expect(() => chosenKinds("codex,gemni")).toThrow("LOOPGATE_TEST_AGENTS names gemni; there are codex, gemini");
});
