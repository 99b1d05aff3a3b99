// Before the agents' tests: the chosen CLIs are installed, so that no test's time is spent on a download.
import { kinds } from "./errand.ts";
import { installAgents, installServer } from "./install.ts";

/** Called once by the test runner; an error here ends the run before any test. */
export async function setup(): Promise<void> {
  await installAgents(kinds);
  await installServer();
}
