// Servers of the package registry beside a run, in real containers without network: each comes up, and one of its tools is called through the gateway.
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { withLoopCommand } from "../../src/runs/loop-command.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { kinds } from "./errand.ts";
import { installOther } from "./install.ts";
import { stage } from "./stage.ts";

const chromium = "/usr/lib/chromium/chromium";

interface Try {
  readonly server: Parameters<typeof installOther>[0];
  readonly command: string;
  readonly tool: string;
  readonly given: object;
  readonly outcome: "done" | "failed";
  /** What it answers, or says that it cannot do without a network. */
  readonly says: RegExp;
}

const tries: readonly Try[] = [
  {
    server: "memory",
    command: "MEMORY_FILE_PATH=/tmp/memory.jsonl exec mcp-server-memory",
    tool: "create_entities",
    given: { entities: [{ name: "shop", entityType: "place", observations: ["It is open."] }] },
    outcome: "done",
    says: /It is open\./,
  },
  {
    server: "everything",
    command: "exec mcp-server-everything",
    tool: "echo",
    given: { message: "Hello" },
    outcome: "done",
    says: /Echo: Hello/,
  },
  {
    server: "context7",
    command: "exec context7-mcp",
    tool: "resolve-library-id",
    given: { query: "routing", libraryName: "hono" },
    outcome: "done", // it says in words that it failed, and not by its result
    says: /[Ee]rror|[Ff]ailed/,
  },
  {
    server: "notion",
    command: "exec notion-mcp-server",
    tool: "API-get-self",
    given: {},
    outcome: "failed",
    says: /getaddrinfo EAI_AGAIN api\.notion\.com/,
  },
  {
    server: "devtools",
    command: `exec chrome-devtools-mcp --headless --isolated --executablePath ${chromium} --chromeArg=--no-sandbox`,
    tool: "take_screenshot",
    given: { pageId: 1 },
    outcome: "done",
    says: /a picture of type image\/png/,
  },
];

describeWithDocker("a server of somebody else's", (engine) => {
  test.each(tries.filter(({ server }) => server !== "devtools" || existsSync(chromium)))(
    "$server comes up beside a run, and its $tool is called",
    async ({ server: name, command, tool, given, outcome, says }) => {
      await installOther(name);
      const server = { name, command, image: "", env: {}, tools: [{ name: tool }] };
      const [kind] = kinds;
      if (kind === undefined) throw new Error("no agent is chosen");
      const run = await stage(engine(), kind, {
        servers: [server],
        steps: [],
        command: withLoopCommand(`loop ${name}-${tool} '${JSON.stringify(given)}'`),
      });
      expect(
        run.toolCalls.map((call) => [call.tool, call.outcome]),
        run.outcome.log,
      ).toEqual([[`${name}-${tool}`, outcome]]);
      expect(run.outcome.log).toMatch(says);
    },
  );
});
