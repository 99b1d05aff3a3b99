// A call by git, for agents without MCP: git is in every image. It asks for a repository's refs, with the call in headers of its own.
import type { IncomingMessage, ServerResponse } from "node:http";
import { pathOf, refuse } from "../../base/caught.ts";
import { parseJson } from "../../base/parse-json.ts";
import { basicPassword, isLeaseToken, type Lease } from "../lease.ts";
import type { Calls } from "./calls.ts";
import { settleOnceSent } from "./words.ts";

/** Whether it is such a call. */
export function isByGit({ url }: IncomingMessage): boolean {
  return pathOf(url ?? "/") === "/tools/by-git/info/refs";
}

/**
 * Answers in plain text, as 404: git shows a user the text of what it takes for an error, and of nothing else. The first line is the
 * outcome: `done`, `refused` or `failed`.
 */
export async function answerGit(
  lease: Lease,
  calls: Calls,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const shown = incoming.headers.authorization;
  if (shown === undefined) response.setHeader("www-authenticate", 'Basic realm="loopgate"'); // git shows no password unasked
  if (shown === undefined) return refuse(incoming, response, 401, "This needs the run's lease as the password.");
  if (!isLeaseToken(lease, basicPassword(shown) ?? ""))
    return refuse(incoming, response, 403, "This is not the lease of this run.");
  const name = header(incoming, "loop-tool");
  const { outcome, text, handed } = await calls.make(name, argumentsOf(name, header(incoming, "loop-words")));
  if (handed !== undefined) settleOnceSent(response, handed);
  refuse(incoming, response, 404, `${outcome}\n${text}`);
}

/** Headers come as one character for each byte. */
function header({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return Buffer.from(typeof value === "string" ? value : "", "latin1")
    .toString("utf8")
    .trim();
}

/** What a tool is given where a shell has words alone. What does not fit, the tool's own schema refuses. */
function argumentsOf(tool: string, words: string): object {
  const [first = "", ...rest] = words.split(" ");
  const about = rest.join(" ");
  switch (tool) {
    case "uncertainty":
      return { confidence: first === "" ? words : Number(first), ...(about === "" ? {} : { about }) };
    case "finish":
      return { summary: words };
    case "attach_artifact":
      return { picture: first, ...(about === "" ? {} : { caption: about }) };
    case "run_check":
      return words === "" ? {} : { check: words };
    default:
      return tool.includes("-") ? ofAnother(words) : words === "" ? {} : { text: words };
  }
}

/** Of a tool that is not Loopgate's own, the arguments stand as JSON. */
function ofAnother(words: string): object {
  const given = words === "" ? {} : parseJson(words);
  return typeof given === "object" && given !== null ? given : { text: words };
}
