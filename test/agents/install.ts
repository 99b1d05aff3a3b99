// Installs the agent CLIs from the package registry into a folder of tools beside the project's own, once.
import { join } from "node:path";
import { type Download, installClis, installProgram, type KnownAgent, toolsKept } from "../../src/cli/demo-clis.ts";
import { BROWSER, OTHERS, SERVER } from "./versions.ts";

export type Installed = KnownAgent;

/** Kept between runs, out of the project's packages and its history, unless `LOOPGATE_TEST_AGENTS_CACHE` names a folder. */
const cache = process.env.LOOPGATE_TEST_AGENTS_CACHE || toolsKept;

const advice =
  "Without it this agent is not tried. See whether `npm ping` reaches the registry and run this again, or name a folder where it is " +
  "installed already with LOOPGATE_TEST_AGENTS_CACHE; LOOPGATE_TEST_AGENTS says which agents are tried.";

const say = (line: string) => console.warn(line);

/** Installs what is missing; returns the folder of tools. Throws an error that names the package and what to do. */
export async function installAgents(kinds: readonly Installed[], how: Partial<Download> = {}): Promise<string> {
  return installClis(kinds, { tools: cache, advice, say, ...how });
}

/** Installs the tool server beside them, likewise. */
export async function installServer(): Promise<void> {
  await installProgram("server", SERVER, await beside());
}

/** Installs the server that drives a browser, likewise; resolves to the folder of its packages. */
export async function installBrowserServer(): Promise<string> {
  const how = await beside();
  await installProgram("browser", BROWSER, how);
  return join(how.tools, `browser-${BROWSER.version}`, "node_modules");
}

/** Installs another server, likewise. */
export async function installOther(as: keyof typeof OTHERS): Promise<void> {
  await installProgram(as, OTHERS[as], await beside());
}

async function beside(): Promise<Download> {
  return { tools: await installAgents([]), advice, say };
}
