// Servers of others behind a run's gateway: what reaches the agent of what they offer and answer, and what of the agent's calls reaches them.
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import type { Asking } from "../../../src/gateway/tools/asking.ts";
import { createServerClient } from "../../../src/gateway/tools/upstream/client.ts";
import { agreedOf, serverTools } from "../../../src/gateway/tools/upstream/served.ts";
import type { ToolServer } from "../../../src/loop/state.ts";
import { aToolDoor } from "./world.ts";

type Message = Readonly<Record<string, unknown>>;

/** A server that answers each request as `answers` says; what is text is printed as it is. */
function aServer(answers: (message: Message, say: (message: object | string) => void) => void) {
  const heard: Message[] = [];
  const client = createServerClient({
    write(text) {
      const message = JSON.parse(text) as Message;
      heard.push(message);
      const say = (said: object | string) =>
        queueMicrotask(() =>
          client.hear(
            Buffer.from(typeof said === "string" ? said : `${JSON.stringify({ jsonrpc: "2.0", ...said })}\n`),
          ),
        );
      answers(message, say);
    },
  });
  return { client, heard };
}

const search = {
  name: "search",
  description: "Searches.",
  inputSchema: { type: "object", properties: { q: { type: "string" } } },
};

/** Greets as any server does, and lists these; `tools/call` is answered by `call`. */
function ordinary(
  tools: readonly unknown[],
  call: (message: Message, say: (message: object | string) => void) => void,
) {
  return aServer((message, say) => {
    const { id, method } = message;
    if (method === "initialize") say({ id, result: { protocolVersion: "2025-06-18", capabilities: {} } });
    if (method === "tools/list") say({ id, result: { tools } });
    if (method === "tools/call") call(message, say);
  });
}

const policy = (tools: ToolServer["tools"]): ToolServer => ({ name: "docs", command: "x", image: "", env: {}, tools });

/** The door of a run with that server behind it. */
async function doorTo(
  server: ReturnType<typeof aServer>,
  tools: ToolServer["tools"] = [{ name: "search" }],
  said: Partial<Asking> = {},
  earlier: { dataDir?: string; token?: string } = {},
) {
  const agreed = agreedOf(policy(tools), await server.client.open(1_000));
  const decided = { allowed: [], denied: [], ...said };
  return aToolDoor({
    ...earlier,
    others: (asking) => serverTools(policy(tools), agreed, server.client, { ...decided, ...asking }),
  });
}

const answering = (result: unknown) => ordinary([search], ({ id }, say) => say({ id, result }));
const textOf = (text: string) => answering({ content: [{ type: "text", text }] });

test("an agent finds its tools beside Loopgate's own, and a call is answered, quoted and counted", async () => {
  const door = await doorTo(textOf("Three pages."));
  const { tools } = (await door.ask("tools/list")).json.result;
  expect(tools.at(-1)).toMatchObject({
    name: "docs-search",
    description: "A tool of the server docs, which says of it: Searches.",
    inputSchema: { type: "object", properties: { q: { type: "string" } } },
  });
  const { text, isError } = await door.call("docs-search", { q: "dates" });
  expect([isError, text]).toEqual([
    false,
    expect.stringMatching(/^=== begin data \w+: what docs-search answered ===\nThree pages\.\n=== end/),
  ]);
  expect(door.tools.used().calls).toEqual([
    { tool: "docs-search", calls: 1, refused: 0, failed: 0, ms: expect.any(Number), bytes: Buffer.byteLength(text) },
  ]);
});

test("T19: what policy does not name is not there, whatever the server lists, and is never asked of it", async () => {
  const server = ordinary([search, { ...search, name: "drop" }, { name: "progress" }, null, 7], ({ id }, say) =>
    say({ id, result: {} }),
  );
  const door = await doorTo(server, [{ name: "search", arguments: { q: ["date*"] } }]);
  const names = (await door.ask("tools/list")).json.result.tools.map(({ name }: { name: string }) => name);
  expect(names.filter((name: string) => name.includes("-"))).toEqual(["docs-search"]);
  expect((await door.ask("tools/call", { name: "docs-drop", arguments: {} })).json.error).toBeDefined();
  expect(await door.call("docs-search", { q: "secrets" })).toMatchObject({
    isError: true,
    text: expect.stringContaining("its argument q"),
  });
  expect(await door.call("progress", { text: "Mine." })).toMatchObject({ text: "Noted." });
  expect(server.heard.filter(({ method }) => method === "tools/call")).toEqual([]);
  await door.call("docs-search", { q: "dates" });
  expect(server.heard.at(-1)).toMatchObject({
    method: "tools/call",
    params: { name: "search", arguments: { q: "dates" } },
  });
  expect(door.tools.used().calls).toMatchObject([
    { tool: "no such tool", calls: 1, refused: 1 },
    { tool: "docs-search", calls: 2, refused: 1 },
    { tool: "progress", calls: 1, refused: 0 },
  ]);
});

test("T1: a tool that asks: the call is put to a person word for word and not made; approved it is made, refused it is not asked again", async () => {
  const asks = [{ name: "search", ask: true as const, arguments: { q: ["*"] } }];
  const called = (server: ReturnType<typeof aServer>) =>
    server.heard.filter(({ method }) => method === "tools/call").length;
  const given = { to: ["b", { z: 1, a: 2 }], q: "x\u202e\\u202e" };
  const wish = String.raw`Call docs-search with {"q":"x\u202e\\u202e","to":["b",{"a":2,"z":1}]}`;
  const first = textOf("Sent.");
  const door = await doorTo(first, asks);
  const waits = expect.stringContaining("waits for a person's approval");
  expect(await door.call("docs-search", given)).toMatchObject({ isError: true, text: waits });
  expect([called(first), door.tools.used().told]).toEqual([0, { permission: wish }]);
  const another = expect.stringContaining("something else that you asked for waits");
  expect(await door.call("docs-search", { q: "y" })).toMatchObject({ isError: true, text: another });
  expect(await door.call("docs-search", given)).toMatchObject({ isError: true, text: waits });
  expect([called(first), door.tools.used().told]).toEqual([0, { permission: wish }]);
  const [approved, refused] = [textOf("Sent."), textOf("Sent.")];
  const after = await doorTo(approved, asks, { allowed: [wish] });
  expect((await after.call("docs-search", given)).text).toContain("Sent.");
  expect((await after.call("docs-search", { ...given, q: "x\\u202e" })).isError).toBe(true);
  expect([called(approved), after.tools.used().permitsUsed]).toEqual([1, [wish]]);
  const { dataDir, token } = after; // the App begins anew, and knows that it was used
  const later = await doorTo(textOf("Sent."), asks, { allowed: [wish] }, { dataDir, token });
  expect(await later.call("docs-search", given)).toMatchObject({ isError: true });
  const never = await doorTo(refused, asks, { denied: [wish] });
  const was = expect.stringContaining("refused this very call");
  expect(await never.call("docs-search", given)).toMatchObject({ isError: true, text: was });
  expect((await never.call("docs-search", { q: "y".repeat(400) })).text).toContain("at most 400 characters");
  expect((await never.call("docs-search", {})).text).toContain("its argument q");
  expect([called(refused), never.tools.used().told]).toEqual([0, {}]);
});

test.each([
  ["a name twice", '{"q":"a","q":"b"}'],
  ["a name twice, escaped", String.raw`{"q":"a","\u0071":"b"}`],
  ["a name twice in a list's entry", '{"to":[{"id":1,"id":2}],"q":"b"}'],
  ["the name of what objects are made of", '{"__proto__":{"all":true},"q":"b"}'],
  ["the same deeper", '{"to":{"__proto__":{"all":true}},"q":"b"}'],
  ["a number that none holds", '{"n":12345678901234567890,"q":"b"}'],
  ["a number beyond all", '{"n":1e400,"q":"b"}'],
  ["a name that nobody sees", String.raw`{"\u202e":1,"q":"b"}`],
])(
  "T1: of a call with %s that very one is made which a person was shown, and nothing else of it",
  async (what, raw) => {
    const asks = [{ name: "search", ask: true as const }];
    const post = (door: Awaited<ReturnType<typeof doorTo>>) =>
      door.post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"docs-search","arguments":${raw}}}`, {
        "mcp-protocol-version": "2025-06-18",
      });
    const [first, second] = [textOf("Sent."), textOf("Sent.")];
    const door = await doorTo(first, asks);
    await post(door);
    const { permission = "" } = door.tools.used().told;
    expect(permission, what).toMatch(/^Call docs-search with /);
    // Control: whoever sends on the bytes as they came sends what nobody was shown.
    expect(permission).not.toContain(raw);
    expect((await post(await doorTo(second, asks, { allowed: [permission] }))).body).toContain("Sent.");
    const made = second.heard.filter(({ method }) => method === "tools/call").map(({ params }) => params);
    const shown = JSON.parse(permission.slice("Call docs-search with ".length));
    expect(made.map((params) => JSON.stringify((params as { arguments: object }).arguments))).toEqual([
      expect.toSatisfy((text: string) => isDeepStrictEqual(JSON.parse(text), shown)),
    ]);
  },
);

test.each([
  ["an error", { error: { code: -32602, message: "No such page" } }, "No such page"],
  [
    "an error that holds a credential",
    { error: { code: 1, message: `Bad key ghp_${"a1".repeat(18)} is` } },
    "Bad key *** is",
  ],
  ["an error that is none", { error: 7 }, "does not say which"],
  [
    "a result that says it failed",
    { result: { isError: true, content: [{ type: "text", text: "No page" }] } },
    "No page",
  ],
  ["more than one message may hold", `${"x".repeat(5 * 1024 * 1024)}\n`, "more than can be taken"],
  ["more parts than a message may have", `[${"[],".repeat(60_000)}1]\n`, "more than can be taken"],
  ["a message that nests without end", `${"[".repeat(100)}\n`, "more than can be taken"],
] as const)("a call that the server answers with %s fails, and the next is answered", async (_, bad, words) => {
  let calls = 0;
  const server = ordinary([search], ({ id }, say) => {
    calls += 1;
    if (calls > 1) say({ id, result: { content: [{ type: "text", text: "Well." }] } });
    else say(typeof bad === "string" ? bad : { id, ...bad });
  });
  const door = await doorTo(server);
  expect(await door.call("docs-search")).toMatchObject({ isError: true, text: expect.stringContaining(words) });
  expect((await door.call("docs-search")).text).toContain("Well.");
  expect(door.tools.used().calls).toMatchObject([{ calls: 2, refused: 0, failed: 1 }]);
});

test("what a server prints beside its messages, answers twice or answers unasked is passed over", async () => {
  const server = ordinary([search], ({ id }, say) => {
    say("Server listening on port 3000\n{not json}\n\n[1]\n");
    say({ id: 999, result: { content: [] } });
    say({ method: "notifications/tools/list_changed" });
    say({ id, result: { content: [{ type: "text", text: "First." }] } });
    say({ id, result: { content: [{ type: "text", text: "Second." }] } });
  });
  const door = await doorTo(server);
  expect((await door.call("docs-search")).text).toContain("First.");
  expect((await door.call("docs-search")).text).toContain("First.");
});

test("T19: a server that asks for roots, sampling or input is refused, and one that asks without end is not answered", async () => {
  const server = ordinary([search], ({ id }, say) => {
    for (let time = 0; time < 150; time++) say({ id: `q${time}`, method: "elicitation/create", params: {} });
    say({ id: "last", method: "roots/list" });
    say({ id, result: { content: [] } });
  });
  const door = await doorTo(server);
  await door.call("docs-search");
  const answers = server.heard.filter(({ method }) => method === undefined);
  expect(answers).toHaveLength(100);
  expect(answers[0]).toMatchObject({ id: "q0", error: { code: -32601 } });
  expect(server.heard[0]).toMatchObject({ method: "initialize", params: { capabilities: {} } });
});

test("one that never answers is waited for no longer than its time, and sent no more than it may owe", async () => {
  const server = aServer(() => {});
  await expect(server.client.open(20)).rejects.toThrow("did not answer in time");
  const filling = Array.from({ length: 10 }, () => server.client.call("search", { q: "x".repeat(250_000) }));
  for (const one of filling) one.catch(() => {});
  await expect(server.client.call("search", {})).rejects.toThrow("stopped taking calls");
  server.client.end("It ended with exit code 3.");
  await expect(filling[0]).rejects.toThrow("exit code 3");
  await expect(server.client.call("search", {})).rejects.toThrow("exit code 3");
});

test.each([
  ["no revision that is known", { protocolVersion: "2031-01-01" }, { tools: [search] }, "another revision"],
  ["a list that is none", { protocolVersion: "2025-11-25" }, { tools: "many" }, "none"],
] as const)("one with %s does not come up", async (_, hello, list, words) => {
  const server = aServer(({ id, method }, say) => say({ id, result: method === "initialize" ? hello : list }));
  await expect(server.client.open(1_000)).rejects.toThrow(words);
});

test("one that lists without end is read for so many pages, and one without the tools of the policy says so at each call", async () => {
  let pages = 0;
  const server = aServer(({ id, method }, say) => {
    if (method === "initialize") return say({ id, result: { protocolVersion: "2024-11-05" } });
    pages += method === "tools/list" ? 1 : 0;
    say({ id, result: { tools: [{ name: `t${pages}` }], nextCursor: String(pages) } });
  });
  const door = await doorTo(server);
  expect(pages).toBe(20);
  expect(await door.call("docs-search")).toMatchObject({
    isError: true,
    text: expect.stringContaining("none of the tools that the policy names"),
  });
});

test("T3: pictures, resources and whatever else are named and left out; what is too long is cut; nobody's key is shown", async () => {
  const door = await doorTo(
    answering({
      content: [
        { type: "image", data: "A".repeat(3_000_000), mimeType: "image/png" },
        { type: "resource", resource: { uri: "file:///a", text: "inside" } },
        { type: "resource_link", uri: "https://docs.example/b" },
        { type: "text", text: `ghp_${"a1B2".repeat(9)} ${"long ".repeat(20_000)}` },
        { type: "odd" },
        null,
      ],
    }),
  );
  const { text } = await door.call("docs-search");
  expect(text).toContain(
    "[left out: a picture of type image/png; it is no PNG, whatever its name says]\ninside\n[left out: https://docs.example/b]",
  );
  expect(text).not.toContain("ghp_a1B2");
  expect(text).toContain("(The rest was left out for length: ");
  expect(text).toMatch(/=== end data \w+ ===\n\n.*gives you no orders/s);
  expect(Buffer.byteLength(text)).toBeLessThan(20_000);
});

test("an answer that is structure alone is given as JSON, and none as none", async () => {
  const structured = await doorTo(answering({ content: [], structuredContent: { pages: 3 } }));
  expect((await structured.call("docs-search")).text).toContain('{"pages":3}');
  const empty = await doorTo(answering(null));
  expect((await empty.call("docs-search")).text).toContain("answered with nothing");
});
