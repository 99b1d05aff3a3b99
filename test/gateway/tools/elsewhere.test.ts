// MCP servers elsewhere: what is spoken with them in each revision, what they are shown, and what becomes of those that do not behave.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { publicOnly } from "../../../src/gateway/egress/public-only.ts";
import { createServerClient, type ServerClient } from "../../../src/gateway/tools/upstream/client.ts";
import { createElsewherePipe, type Reach } from "../../../src/gateway/tools/upstream/elsewhere.ts";
import { createToolServers } from "../../../src/runs/tool-servers.ts";
import { anAttempt, aPublishedLoop, someRules } from "../../loop/builder.ts";
import { scratch } from "../git/world.ts";

const tls = { key: "", cert: "" };
beforeAll(() => {
  const dir = mkdtempSync(join(tmpdir(), "elsewhere-"));
  const files = ["-keyout", join(dir, "key"), "-out", join(dir, "cert")];
  const name = ["-subj", "/CN=mcp.example.com", "-addext", "subjectAltName=DNS:mcp.example.com"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...files, ...name], {
    stdio: "ignore",
  });
  Object.assign(tls, { key: readFileSync(join(dir, "key"), "utf8"), cert: readFileSync(join(dir, "cert"), "utf8") });
  rmSync(dir, { recursive: true });
});

const credential = { header: "Authorization", value: "Bearer s3cret-of-the-operator" };

interface Asked {
  readonly method: string;
  readonly headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: whatever the gateway says
  readonly body: any;
}

type Answer = (asked: Asked, response: ServerResponse) => void;

/** A server at a name that leads to this machine, which the test alone allows. */
async function aServer(answer: Answer): Promise<Reach & { readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(tls, async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const one = {
      method: incoming.method ?? "",
      headers: incoming.headers,
      body: text === "" ? null : JSON.parse(text),
    };
    asked.push(one);
    answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const lookup: LookupFunction = (_name, options, done) =>
    options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
  return { url: `https://mcp.example.com:${port}/mcp`, credential, lookup, ca: tls.cert, asked };
}

function clientOf(reach: Reach): ServerClient {
  const client: ServerClient = createServerClient({ write: (text) => pipe.write(text) });
  const pipe = createElsewherePipe(reach, (chunk) => client.hear(chunk));
  onTestFinished(() => pipe.end());
  return client;
}

const json = (response: ServerResponse, body: unknown, status = 200, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

const search = { name: "search", description: "Searches.", inputSchema: { type: "object" } };

/** Greets, lists and answers as plain JSON; `call` answers calls. */
const plain =
  (call: Answer): Answer =>
  (asked, response) => {
    const { id, method } = asked.body ?? {};
    if (method === "initialize") json(response, { jsonrpc: "2.0", id, result: { protocolVersion: "2025-06-18" } });
    else if (method === "tools/list") json(response, { jsonrpc: "2.0", id, result: { tools: [search] } });
    else if (id === undefined) response.writeHead(202).end();
    else call(asked, response);
  };

/** A server of the SDK's: with `legacy` as it is said there. */
function sdkServer(legacy?: "reject"): Answer {
  const handler = createMcpHandler(
    () => {
      const server = new Server({ name: "docs", version: "1" }, { capabilities: { tools: {} } });
      server.setRequestHandler("tools/list", () => ({ tools: [search as never] }));
      server.setRequestHandler("tools/call", ({ params }) => ({
        content: [{ type: "text" as const, text: `found ${JSON.stringify(params.arguments)}` }],
      }));
      return server;
    },
    legacy === undefined ? {} : { legacy },
  );
  return async ({ headers, body, method }, response) => {
    const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    const asked = new Request("https://mcp.example.com/mcp", { method, headers: given, body: JSON.stringify(body) });
    const answer = await handler.fetch(asked);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
}

describe("each revision", () => {
  test("a server of the SDK's that greets is spoken to in 2025-11-25", async () => {
    const reach = await aServer(sdkServer());
    const client = clientOf(reach);
    expect(await client.open(5_000)).toMatchObject([{ name: "search" }]);
    expect(await client.call("search", { q: "dates" })).toMatchObject({ content: [{ text: 'found {"q":"dates"}' }] });
    expect(reach.asked.map(({ body }) => body.method)).toEqual([
      "initialize",
      "notifications/initialized",
      "tools/list",
      "tools/call",
    ]);
    expect(reach.asked.at(-1)?.headers).toMatchObject({
      "mcp-protocol-version": "2025-11-25",
      authorization: credential.value,
    });
  });

  test("one that speaks 2026-07-28 alone is spoken to in that, without a greeting", async () => {
    const reach = await aServer(sdkServer("reject"));
    const client = clientOf(reach);
    expect(await client.open(5_000)).toMatchObject([{ name: "search" }]);
    expect(await client.call("search", { q: "dates" })).toMatchObject({ content: [{ text: 'found {"q":"dates"}' }] });
    expect(reach.asked.at(-1)?.headers).toMatchObject({
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "search",
    });
  });

  test("an older one answers in events, within a session that it forgets; what it asks meanwhile is declined, and the session is ended", async () => {
    let sessions = 0;
    const events = (response: ServerResponse, ...messages: object[]) => {
      response.writeHead(200, { "content-type": "text/event-stream", "mcp-session-id": `session-${sessions}` });
      for (const one of messages) response.write(`event: message\ndata: ${JSON.stringify(one)}\n\n`);
    }; // and it is left open
    const reach = await aServer(({ headers, body }, response) => {
      const { id, method } = body ?? {};
      if (method === "initialize") {
        sessions += 1;
        return events(response, { jsonrpc: "2.0", id, result: { protocolVersion: "2024-11-05" } });
      }
      if (headers["mcp-session-id"] !== `session-${sessions}`) return void response.writeHead(404).end();
      if (method === "tools/list") return events(response, { jsonrpc: "2.0", id, result: { tools: [search] } });
      if (id === undefined || method === undefined) return void response.writeHead(202).end();
      const asks = { jsonrpc: "2.0", id: "mine", method: "sampling/createMessage", params: {} };
      events(response, asks, { jsonrpc: "2.0", id, result: { content: [] } });
    });
    const client = createServerClient({ write: (text) => pipe.write(text) });
    const pipe = createElsewherePipe(reach, (chunk) => client.hear(chunk));
    await client.open(5_000);
    sessions += 1; // forgotten
    expect(await client.call("search", {})).toEqual({ content: [] });
    expect(reach.asked.filter(({ body }) => body?.method === "tools/call")).toHaveLength(2);
    await expect.poll(() => reach.asked.find(({ body }) => body?.id === "mine")?.body.error?.code).toBe(-32601);
    pipe.end();
    await expect
      .poll(() => reach.asked.find(({ method }) => method === "DELETE")?.headers["mcp-session-id"])
      .toBe(`session-${sessions}`);
  });
});

describe("a server that does not behave fails the call, and says in what words:", () => {
  const cases: readonly [title: string, call: Answer, expected: string | RegExp][] = [
    [
      "it redirects",
      (_, response) => response.writeHead(307, { location: "http://169.254.169.254/" }).end(),
      /redirect/,
    ],
    [
      "it wants another credential",
      (_, response) => response.writeHead(401).end(),
      /refuses the App's credential \(HTTP 401\)/,
    ],
    [
      "it shows a page",
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
      /no message of MCP/,
    ],
    ["it is down", (_, response) => response.writeHead(503).end("busy"), /HTTP 503/],
    [
      "it packs its answer",
      ({ body }, response) => json(response, { id: body.id, result: {} }, 200, { "content-encoding": "gzip" }),
      /packed/,
    ],
    ["it breaks off", (_, response) => void response.destroy(), /connection to it failed/],
    [
      "it ends its events early",
      (_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end(": hello\n\n"),
      /before it had answered/,
    ],
    [
      "it answers another request",
      (_, response) => json(response, { jsonrpc: "2.0", id: 99_999, result: {} }),
      /no message of MCP/,
    ],
    [
      "it floods",
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const more = () => {
          while (!response.destroyed && response.write(`data: ${JSON.stringify({ x: "y".repeat(60_000) })}\n\n`));
        };
        response.on("drain", more);
        more();
      },
      /more than can be taken/,
    ],
    [
      "it says no in the protocol's way",
      ({ body }, response) =>
        json(response, { jsonrpc: "2.0", id: body.id, error: { code: -32603, message: "no" } }, 500),
      /answered with an error: no/,
    ],
  ];
  test.each(cases)("%s", async (_, call, expected) => {
    const client = clientOf(await aServer(plain(call)));
    await client.open(5_000);
    await expect(client.call("search", {})).rejects.toThrow(expected);
  });

  test("it hangs", async () => {
    const client = clientOf(await aServer(() => {}));
    await expect(client.open(300)).rejects.toThrow("It did not answer in time.");
  });

  test("it speaks no revision that is known", async () => {
    const answer: Answer = ({ body }, response) =>
      json(response, { jsonrpc: "2.0", id: body.id, result: { protocolVersion: "1999-01-01" } });
    await expect(clientOf(await aServer(answer)).open(5_000)).rejects.toThrow("another revision of MCP");
  });
});

test("T5: the credential does not come back, however the server repeats it", async () => {
  const repeat: Answer = ({ body, headers }, response) =>
    json(response, {
      jsonrpc: "2.0",
      id: body.id,
      result: {
        content: [
          { type: "text", text: headers.authorization },
          { type: "text", text: "s3cret-of-the-operator" },
        ],
      },
    });
  const client = clientOf(await aServer(plain(repeat)));
  await client.open(5_000);
  const said = JSON.stringify(await client.call("search", {}));
  expect(said).not.toContain("s3cret");
  expect(said).toContain("[credential]");
});

test.each([
  ["10.0.0.8", /10\.0\.0\.8, which is not on the public internet/],
  ["169.254.169.254", /not on the public internet/],
  ["::1", /not on the public internet/],
])("T2: a name that leads to %s is not called", async (address, expected) => {
  const reach = await aServer(() => {});
  const refused = (problem: string) => new Error(`It is not called: ${problem}`);
  const lookup = publicOnly(refused, async () => [
    { address: "93.184.215.14", family: 4 },
    { address, family: address.includes(":") ? 6 : 4 },
  ]);
  const errors: string[] = [];
  const done = Promise.withResolvers<void>();
  lookup("mcp.example.com", { all: true }, (error) => {
    errors.push(error?.message ?? "");
    done.resolve();
  });
  await done.promise;
  expect(errors).toEqual([expect.stringMatching(expected)]);
  await expect(clientOf({ ...reach, lookup }).open(5_000)).rejects.toThrow();
  expect(reach.asked).toEqual([]);
});

describe("beside a run", () => {
  const loopWith = (url: string, name?: string) => {
    const server = { name: "docs", command: "", image: "", env: {}, url, tools: [{ name: "search" }] };
    const toolServers = [name === undefined ? server : { ...server, credential: name }];
    return aPublishedLoop({ attempts: [anAttempt()], rules: someRules({ toolServers }) });
  };
  const anApp = (reach: Reach, hosts: readonly string[], host: string) =>
    createToolServers({
      dataDir: scratch(),
      log: { info() {}, warn() {}, error() {} },
      elsewhere: {
        hosts,
        credentials: { tracker: { ...credential, host } },
        reach: { lookup: reach.lookup, ca: reach.ca },
      },
    } as never);
  const freely = { ask: async () => true, use: async () => true, keep: async () => ({ why: "nothing is kept here" }) };
  const called = async (servers: ReturnType<typeof anApp>, loop: ReturnType<typeof loopWith>) => {
    const beside = await servers.of({ run: "12-k3f9-1", loop });
    const [tool] = beside.tools(freely);
    const answer = await tool?.call({});
    await beside.end();
    return answer;
  };
  const found: Answer = plain(({ body }, response) =>
    json(response, { jsonrpc: "2.0", id: body.id, result: { content: [{ type: "text", text: "Three pages." }] } }),
  );

  test("its tools are called with the credential that the policy names, and no container is started", async () => {
    const reach = await aServer(found);
    const { host } = new URL(reach.url);
    const answer = await called(anApp(reach, [host], host), loopWith(reach.url, "tracker"));
    expect(answer).toMatchObject({ outcome: "done", text: expect.stringContaining("Three pages.") });
    expect(reach.asked.every(({ headers }) => headers.authorization === credential.value)).toBe(true);
  });

  test("without a credential it is shown none", async () => {
    const reach = await aServer(found);
    const { host } = new URL(reach.url);
    await called(anApp(reach, [host], host), loopWith(reach.url));
    expect(reach.asked.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });

  test("a host that the operator does not allow any more, and a credential of another host, keep it from being called", async () => {
    const reach = await aServer(found);
    const { host } = new URL(reach.url);
    const closed = await called(anApp(reach, [], host), loopWith(reach.url, "tracker"));
    expect(closed).toMatchObject({ outcome: "failed", text: expect.stringContaining("does not allow its host") });
    const strange = await called(anApp(reach, [host], "other.example.com"), loopWith(reach.url, "tracker"));
    expect(strange).toMatchObject({ outcome: "failed", text: expect.stringContaining("no such credential") });
    expect(reach.asked).toEqual([]);
  });
});
