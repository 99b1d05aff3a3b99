// Installs agent CLIs from the package registry into a folder of tools, once: each at the one version that is tried.
import { execFile } from "node:child_process";
import { access, chmod, mkdir, mkdtemp, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { AgentKind } from "../agents/agent.ts";
import { geminiSettings } from "../agents/gemini.ts";
import { Fault } from "../base/fault.ts";

const run = promisify(execFile);

export interface Version {
  /** Package and version in the registry. */
  readonly name: string;
  readonly version: string;
  /** The program's name on the path. */
  readonly program: string;
  /** Where it stands below its own folder's `node_modules`, on this machine. */
  readonly file: string;
}

const machine = `linux-${process.arch}`;

export const CLI_VERSIONS: Readonly<Record<Exclude<AgentKind, "command">, Version>> = {
  codex: { name: "@openai/codex", version: "0.169.0", program: "codex", file: "@openai/codex/bin/codex.js" },
  gemini: {
    name: "@google/gemini-cli",
    version: "0.61.0",
    program: "gemini",
    file: "@google/gemini-cli/bundle/gemini.js",
  },
  "claude-code": {
    name: "@anthropic-ai/claude-code",
    version: "2.1.330",
    program: "claude",
    file: `@anthropic-ai/claude-code-${machine}/claude`,
  },
  qwen: { name: "@qwen-code/qwen-code", version: "0.24.4", program: "qwen", file: "@qwen-code/qwen-code/cli-entry.js" },
  pi: {
    name: "@earendil-works/pi-coding-agent",
    version: "1.6.0",
    program: "pi",
    file: "@earendil-works/pi-coding-agent/dist/bundle/cli.js",
  },
  opencode: { name: "opencode-ai", version: "1.18.33", program: "opencode", file: `opencode-${machine}/bin/opencode` },
};

/** Those that are known by name. */
export type KnownAgent = keyof typeof CLI_VERSIONS;

/** Where they are kept between runs: out of the project's packages and its history. */
export const toolsKept = fileURLToPath(new URL("../../.agents-cache", import.meta.url));

/** A download of this length is given up; what npm could still try again would come too late. */
const PATIENCE_MS = 10 * 60_000;

/** Passing faults of a registry are tried again; one that does not answer is not waited for longer than a minute at a time. */
const npmOptions = [
  ...["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--loglevel=error"],
  ...["--fetch-retries=4", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=20000", "--fetch-timeout=60000"],
];

export interface Download {
  /** The folder of tools. */
  readonly tools: string;
  /** More options for npm. */
  readonly options?: readonly string[];
  readonly patienceMs?: number;
  /** What to do where it fails, as the end of a text. */
  readonly advice: string;
  /** Told before a download begins. */
  readonly say: (line: string) => void;
}

/**
 * Installs what is missing; returns the folder of tools, as the operator's setting would name it. Processes that share
 * the folder do not disturb each other. Throws a Fault that names the package and what to do.
 */
export async function installClis(kinds: readonly KnownAgent[], how: Download): Promise<string> {
  const tools = resolve(how.tools);
  await mkdir(join(tools, "bin"), { recursive: true });
  await mkdir(join(tools, "etc/gemini-cli"), { recursive: true });
  await put(join(tools, "etc/gemini-cli/settings.json"), geminiSettings);
  for (const kind of kinds) await installProgram(kind, CLI_VERSIONS[kind], { ...how, tools });
  return tools;
}

/** One program, into a folder of tools that is there. Install scripts stay off: what they would do is to put the machine's own program where we find it anyway. */
export async function installProgram(
  as: string,
  { name, version, program, file }: Version,
  how: Download,
): Promise<void> {
  const below = `${as}-${version}`;
  if (!(await isThere(join(how.tools, below, "done"))))
    await download(`${name}@${version}`, join(how.tools, below), how);
  await link(`../${below}/node_modules/${file}`, join(how.tools, "bin", program));
}

/** Beside its place first, so that a download that broke off, or another one at the same time, leaves no half. */
async function download(
  named: string,
  folder: string,
  { options = [], patienceMs, advice, say }: Download,
): Promise<void> {
  const fresh = await mkdtemp(`${folder}.part-`);
  try {
    await chmod(fresh, 0o755); // the agents' user is another one
    await writeFile(join(fresh, "package.json"), '{"private":true}\n');
    say(`Installing ${named} into ${folder}; it is kept there.`);
    const timeout = patienceMs ?? PATIENCE_MS;
    await run("npm", ["install", ...npmOptions, ...options, named], { cwd: fresh, timeout }).catch((cause) => {
      const message = `Could not install ${named} into ${folder}: ${whyOf(cause)}. ${advice}`;
      throw new Fault(message, { kind: "unavailable", retry: "later", cause });
    });
    await writeFile(join(fresh, "done"), "");
    await rename(fresh, folder).catch(async (error) => {
      if (!(await isThere(join(folder, "done")))) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function whyOf({ killed, stderr }: { readonly killed?: boolean; readonly stderr?: string }): string {
  const told = (stderr ?? "").trim().split("\n").slice(0, 5).join(" ").slice(0, 600);
  return killed ? "it took too long" : told || "npm could not be run";
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
