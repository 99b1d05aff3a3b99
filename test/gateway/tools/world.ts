// The tools of one run behind its door, and a client that speaks either revision of MCP.
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { newLeaseToken } from "../../../src/gateway/lease.ts";
import { openRunGateway, type Route } from "../../../src/gateway/run.ts";
import type { AskedChecks } from "../../../src/gateway/tools/run-check.ts";
import type { ToolCall } from "../../../src/gateway/tools/tool.ts";
import type { RunServers } from "../../../src/gateway/tools/upstream/served.ts";
import type { LoopState } from "../../../src/loop/state.ts";
import { openTools, type RunTools } from "../../../src/runs/tools.ts";
import { aLoop } from "../../loop/builder.ts";
import { scratch } from "../git/world.ts";

/** The oldest revision that a client asks for, and the newest. */
export const revisions = ["2025-06-18", "2025-11-25", "2026-07-28"] as const;
type Revision = (typeof revisions)[number];

export interface Told {
  readonly status: number;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says
  readonly json: any;
}

export interface Client {
  /** Of the run's door. */
  readonly socketPath: string;
  post(body: string | Buffer, headers?: Record<string, string>, method?: string): Promise<Told>;
  ask(method: string, params?: object, revision?: Revision): Promise<Told>;
  /** What the tool answered: its text, and whether it is an error. */
  call(name: string, given?: unknown, revision?: Revision): Promise<{ text: string; isError: boolean }>;
}

export interface AToolDoor extends Client {
  readonly token: string;
  readonly dataDir: string;
  readonly tools: RunTools;
  /** Every call that the gateway told of, as it told it. */
  readonly calls: ToolCall[];
  readonly refused: string[];
}

/** The tools of a run as the App opens them; with `dataDir` and `token` of another, as it opens them again. */
export async function aToolDoor(
  given: {
    loop?: LoopState;
    dataDir?: string;
    token?: string;
    issue?: string;
    checks?: AskedChecks;
    others?: RunServers["tools"];
  } = {},
): Promise<AToolDoor> {
  const {
    loop = aLoop(),
    dataDir = scratch(),
    token = newLeaseToken(),
    issue,
    checks = null,
    others = () => [],
  } = given;
  const lease = { runId: "run", token };
  const [calls, refused, errors]: [ToolCall[], string[], unknown[]] = [[], [], []];
  const log = { info() {}, warn() {}, error: (fields: object) => errors.push(fields) };
  mkdirSync(join(dataDir, "runs", "run"), { recursive: true });
  if (issue !== undefined) writeFileSync(join(dataDir, "runs", "run", "issue.md"), issue);
  const tools = await openTools(
    { dataDir, log },
    {
      loop,
      lease,
      checks,
      others,
      onCall: (call) => calls.push(call),
      onRefused: (why) => refused.push(why),
      onRefusedCommand: (line) => refused.push(line),
    },
  );
  const client = await serve(token, tools.route, errors);
  return { ...client, token, dataDir, tools, calls, refused };
}

/** A client of this route behind a run's door; the test fails where the door caught an error. */
export async function serve(token: string, route: Route, errors: unknown[] = []): Promise<Client> {
  const opened = await openRunGateway({
    socketDir: join(scratch(), "door"),
    lease: { runId: "run", token },
    routes: [route],
    onError: (error) => errors.push(error),
  });
  onTestFinished(async () => {
    await opened.close();
    if (errors.length > 0) throw errors[0];
  });
  const { socketPath } = opened;
  const post: Client["post"] = (body, headers = {}, method = "POST") =>
    new Promise((resolve, reject) => {
      const all = {
        authorization: `Bearer ${token}`,
        host: "127.0.0.1:8417",
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(body)),
        ...headers,
      };
      const sent = request({ socketPath, path: "/tools", method, headers: all, agent: false }, async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString("utf8");
        const data = /^data: (\{.*)$/m.exec(text)?.[1] ?? text;
        resolve({ status: answer.statusCode ?? 0, body: text, json: data.startsWith("{") ? JSON.parse(data) : null });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  const ask: Client["ask"] = (method, params = {}, revision = "2025-11-25") => {
    const isNew = revision === "2026-07-28";
    const headers: Record<string, string> = { "mcp-protocol-version": revision };
    if (isNew) headers["mcp-method"] = method;
    if (isNew && "name" in params) headers["mcp-name"] = String(params.name);
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": revision,
      "io.modelcontextprotocol/clientInfo": { name: "a test", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const message = { jsonrpc: "2.0", id: 1, method, params: isNew ? { ...params, _meta } : params };
    return post(JSON.stringify(message), headers);
  };
  return {
    socketPath,
    post,
    ask,
    async call(name, args = {}, revision = "2025-11-25") {
      const { json } = await ask("tools/call", { name, arguments: args }, revision);
      return { text: json.result.content[0].text, isError: json.result.isError === true };
    },
  };
}

/** What a CLI's hook is answered. */
export async function hook(
  { socketPath, token }: Pick<AToolDoor, "socketPath" | "token">,
  body: string,
): Promise<{ hookSpecificOutput?: Record<string, string> }> {
  const headers = { authorization: `Bearer ${token}`, host: "127.0.0.1:1", "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: "/tools/hook", method: "POST", headers, agent: false }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString("utf8");
      if (answer.statusCode !== 200) return reject(new Error(`${answer.statusCode} ${text}`));
      resolve(JSON.parse(text));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
