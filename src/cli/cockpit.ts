// `loopgate cockpit`: an address of the running App's pages, good for a few minutes and for one browser.
import { makeTicket } from "../cockpit/ticket.ts";
import { readSettings } from "../settings.ts";
import { withEnvFile } from "./env-file.ts";
import type { Terminal } from "./terminal.ts";

const noPort =
  "LOOPGATE_OPERATOR_PORT is not set, so the App serves no pages. Set it, such as to 3001, and start the App again.\n";

/** 0 with the address; 1 where the settings say of none. Whoever can read the settings can open the pages. */
export function cockpit({ env, out, err }: Terminal): number {
  const file = withEnvFile(env);
  const read = file.ok ? readSettings(file.env) : file;
  if (!read.ok) {
    err(`${read.message}\n`);
    return 1;
  }
  const { sealSecret, operatorDoor } = read.settings;
  if (operatorDoor === undefined || operatorDoor.port === 0) {
    err(noPort);
    return 1;
  }
  const address = `http://127.0.0.1:${operatorDoor.port}/begin?ticket=${makeTicket(sealSecret, Date.now())}`;
  out(`Open this within five minutes, in one browser on this machine, while the App is running:\n\n  ${address}\n`);
  return 0;
}
