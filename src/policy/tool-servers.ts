// The option `tools.servers`: MCP servers that an agent may use, with what becomes of each of their tools.
import { z } from "zod";
import { ruleProblem } from "./arguments.ts";
import { readAllowedHost } from "./hosts.ts";
import { valueProblem, variableProblem } from "./variables.ts";

/** Providers take names of 64 characters, and clients put up to eleven of their own before both. */
const serverName = /^(?!(?:read|run|request|blocked|attach)$)[a-z][a-z0-9]{0,11}$/; // Codex writes our hyphen as _, which must not make `read_issue`
const toolName = /^[A-Za-z0-9_-]{1,40}$/;

const argumentPattern = z
  .string()
  .min(1)
  .max(200)
  .superRefine((pattern, context) => {
    const problem = ruleProblem(pattern);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });

const choice = z.enum(["allow", "ask", "deny"]);

/** What becomes of one tool: a choice, or one with the patterns that its arguments must match. */
const ToolRule = z
  .union([
    choice,
    z.strictObject({ use: choice, arguments: z.record(z.string().max(64), z.array(argumentPattern).min(1).max(20)) }),
  ])
  .meta({ words: '"allow", "ask" or "deny", or a group with `use` and the patterns of its `arguments`' });

const inCodex = (name: string) => name.replaceAll("-", "_");

const bounded =
  (most: number, names: RegExp, what: string) =>
  (given: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const all = Object.keys(given);
    if (all.length > most) context.addIssue({ code: "custom", message: `may name at most ${most} ${what}s` });
    const twin = all.find((name, at) => all.some((one, before) => before < at && inCodex(one) === inCodex(name)));
    if (twin !== undefined)
      context.addIssue({ code: "custom", message: `is another's name where - counts as _`, path: [twin] });
    for (const name of all)
      if (!names.test(name))
        context.addIssue({ code: "custom", message: `has a name that no ${what} has`, path: [name] });
  };

const variables = z
  .record(z.string(), z.string().max(1000))
  .superRefine((given, context) => {
    if (Object.keys(given).length > 20) context.addIssue({ code: "custom", message: "may name at most 20 variables" });
    for (const [name, value] of Object.entries(given)) {
      const message = variableProblem(name) ?? valueProblem(value);
      if (message !== null) context.addIssue({ code: "custom", message, path: [name] });
    }
  })
  .meta({ words: "names of variables, each with its value as a text in quotes" });

const remoteAddress = z
  .string()
  .max(500)
  .superRefine((text, context) => {
    const problem = text === "" ? null : addressProblem(text);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  })
  .meta({ words: "an address such as `https://mcp.example.com/mcp`" });

function addressProblem(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "https:") return "must be an address that begins with https://";
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    return "must be a host and a path alone; what a server wants to know of its caller is a `credential` of the operator's";
  return hostOf(text) === null ? "must name its host, and no address of a machine" : null;
}

/** The host of a remote server, with its port where that is not 443; null: it has none that could be listed. */
export function hostOf(address: string): string | null {
  const { hostname, port } = new URL(address);
  const host = port === "" ? hostname : `${hostname}:${port}`;
  return readAllowedHost(host) === null ? null : host;
}

const Server = z
  .strictObject({
    command: z.string().max(2000).default(""),
    image: z.string().max(300).default(""),
    env: variables.default({}),
    url: remoteAddress.default(""),
    credential: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,39}$|^$/)
      .default("")
      .meta({ words: "the name of a credential that the operator has set" }),
    tools: z
      .record(z.string(), ToolRule)
      .superRefine(bounded(60, toolName, "tool"))
      .meta({ words: "names of the server's tools, each with what becomes of it" }),
  })
  .superRefine(({ command, image, env, url, credential }, context) => {
    const says = (message: string, name: string) => context.addIssue({ code: "custom", message, path: [name] });
    if (command === "" && url === "")
      says("is missing: a server has a `command`, or a `url` where it is elsewhere", "command");
    if (url === "" && credential !== "") says("is of servers that have a `url` only", "credential");
    if (url === "") return;
    if (command !== "") says("and `url` are both set: a server is started, or it is elsewhere", "command");
    if (image !== "") says("is of servers that are started, and this one is elsewhere", "image");
    if (Object.keys(env).length > 0) says("is of servers that are started, and this one is elsewhere", "env");
  });

export const Tools = z.strictObject({
  servers: z
    .record(z.string(), Server)
    .superRefine(bounded(8, serverName, "server"))
    .default({})
    .meta({
      words:
        "a group of at most 8 servers by their names (letters and digits, at most 12), each with `command` and `tools`, and if need be `image` and `env`; or with `url` and `tools`, and if need be `credential`",
    })
    .describe(
      "MCP servers whose tools the agent may use. Each is started with a run, in a container of its own without network beside it, by a shell `command` that speaks MCP on its standard streams, in `image` (empty: the agent's own). With a `url` in place of a command it is elsewhere: the App calls it, at hosts that the operator allows, with the operator's `credential` of that name, which no container sees. Under `tools` each tool that may be used is named with `allow`, or with `ask` where a person first has to approve a call, word for word and for one attempt; what is not named is denied. A tool may be a group instead, with `use` and patterns for its `arguments` in which `*` stands for any text.",
    ),
});
