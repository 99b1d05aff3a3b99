// Installs the agent CLIs from the package registry into a folder of tools beside the project's own, once.
import { execFile } from "node:child_process";
import { access, chmod, mkdir, mkdtemp, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { geminiSettings } from "../../src/agents/gemini.ts";
import { BROWSER, OTHERS, SERVER, VERSIONS, type Version } from "./versions.ts";

const run = promisify(execFile);

export type Installed = keyof typeof VERSIONS;

/** Kept between runs, out of the project's packages and its history, unless `LOOPGATE_TEST_AGENTS_CACHE` names a folder. */
const cache = process.env.LOOPGATE_TEST_AGENTS_CACHE || new URL("../../.agents-cache", import.meta.url).pathname;

/** A download of this length is given up; what npm could still try again would come too late. */
const PATIENCE_MS = 10 * 60_000;

/** Passing faults of a registry are tried again; one that does not answer is not waited for longer than a minute at a time. */
const npmOptions = [
  ...["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--loglevel=error"],
  ...["--fetch-retries=4", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=20000", "--fetch-timeout=60000"],
];

export interface Download {
  /** The folder of tools. */
  readonly tools?: string;
  /** More options for npm. */
  readonly options?: readonly string[];
  readonly patienceMs?: number;
}

/**
 * Installs what is missing; returns the folder of tools, as the operator's setting would name it. Processes that share
 * the folder do not disturb each other. Throws an error that names the package and what to do.
 */
export async function installAgents(kinds: readonly Installed[], how: Download = {}): Promise<string> {
  const tools = resolve(how.tools ?? cache);
  await mkdir(join(tools, "bin"), { recursive: true });
  await mkdir(join(tools, "etc/gemini-cli"), { recursive: true });
  await put(join(tools, "etc/gemini-cli/settings.json"), geminiSettings);
  for (const kind of kinds) await install(kind, VERSIONS[kind], tools, how);
  return tools;
}

/** Installs the tool server beside them, likewise. */
export async function installServer(): Promise<void> {
  await install("server", SERVER, await installAgents([]), {});
}

/** Installs the server that drives a browser, likewise; resolves to the folder of its packages. */
export async function installBrowserServer(): Promise<string> {
  const tools = await installAgents([]);
  await install("browser", BROWSER, tools, {});
  return join(tools, `browser-${BROWSER.version}`, "node_modules");
}

/** Installs another server, likewise. */
export async function installOther(as: keyof typeof OTHERS): Promise<void> {
  await install(as, OTHERS[as], await installAgents([]), {});
}

/** Install scripts stay off: what they would do is to put the machine's own program where we find it anyway. */
async function install(
  as: string,
  { name, version, program, file }: Version,
  tools: string,
  how: Download,
): Promise<void> {
  const below = `${as}-${version}`;
  if (!(await isThere(join(tools, below, "done")))) await download(`${name}@${version}`, join(tools, below), how);
  await link(`../${below}/node_modules/${file}`, join(tools, "bin", program));
}

/** Beside its place first, so that a download that broke off, or another one at the same time, leaves no half. */
async function download(named: string, folder: string, { options = [], patienceMs }: Download): Promise<void> {
  const fresh = await mkdtemp(`${folder}.part-`);
  try {
    await chmod(fresh, 0o755); // the agents' user is another one
    await writeFile(join(fresh, "package.json"), '{"private":true}\n');
    console.warn(`Installing ${named} into ${folder}; it is kept there.`);
    const timeout = patienceMs ?? PATIENCE_MS;
    await run("npm", ["install", ...npmOptions, ...options, named], { cwd: fresh, timeout }).catch((cause) => {
      throw new Error(adviceOn(named, folder, cause), { cause });
    });
    await writeFile(join(fresh, "done"), "");
    await rename(fresh, folder).catch(async (error) => {
      if (!(await isThere(join(folder, "done")))) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function adviceOn(
  named: string,
  folder: string,
  cause: { readonly killed?: boolean; readonly stderr?: string },
): string {
  const told = (cause.stderr ?? "").trim().split("\n").slice(0, 5).join(" ").slice(0, 600);
  const why = cause.killed ? "it took too long" : told || "npm could not be run";
  return (
    `Could not install ${named} into ${folder}: ${why}. Without it this agent is not tried. See whether \`npm ping\` reaches the ` +
    "registry and run this again, or name a folder where it is installed already with LOOPGATE_TEST_AGENTS_CACHE; " +
    "LOOPGATE_TEST_AGENTS says which agents are tried."
  );
}

async function put(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => null)) !== text) await writeFile(path, text);
}

async function link(target: string, path: string): Promise<void> {
  if ((await readlink(path).catch(() => null)) === target) return;
  await rm(path, { force: true });
  await symlink(target, path);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
