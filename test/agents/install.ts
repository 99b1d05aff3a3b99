// Installs the agent CLIs from the package registry into a folder of tools beside the project's own, once.
import { execFile } from "node:child_process";
import { access, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { geminiSettings } from "../../src/agents/gemini.ts";
import { VERSIONS } from "./versions.ts";

const run = promisify(execFile);

/** Kept between runs, out of the project's packages and out of its history. */
const tools = new URL("../../.loopgate/agents-cache", import.meta.url).pathname;

export type Installed = keyof typeof VERSIONS;

/** Installs what is missing; the folder of tools, as the operator's setting would name it. */
export async function installAgents(kinds: readonly Installed[]): Promise<string> {
  await mkdir(join(tools, "bin"), { recursive: true });
  await mkdir(join(tools, "etc/gemini-cli"), { recursive: true });
  await writeFile(join(tools, "etc/gemini-cli/settings.json"), geminiSettings);
  for (const kind of kinds) await install(kind);
  return tools;
}

/** Install scripts stay off: what they would do is to put the machine's own program where we find it anyway. */
async function install(kind: Installed): Promise<void> {
  const { name, version, program, file } = VERSIONS[kind];
  const below = `${kind}-${version}`;
  const folder = join(tools, below);
  if (!(await isThere(join(folder, "done")))) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{"private":true}\n');
    const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--loglevel=error"];
    await run("npm", ["install", ...options, `${name}@${version}`], { cwd: folder });
    await writeFile(join(folder, "done"), "");
  }
  const link = join(tools, "bin", program);
  await rm(link, { force: true });
  await symlink(`../${below}/node_modules/${file}`, link);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
