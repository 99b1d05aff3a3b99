// Attacks at the model gateway and the egress proxy from inside a real container: leases, paths, addresses, money (T5, T6, I10).
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createSocketServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/container/docker/engine.ts";
import { egressProxy } from "../../../src/gateway/egress/proxy.ts";
import { newLeaseToken } from "../../../src/gateway/lease.ts";
import { createLedger } from "../../../src/gateway/model/ledger.ts";
import { modelGateway } from "../../../src/gateway/model/server.ts";
import { openRunGateway } from "../../../src/gateway/run.ts";
import { readAllowedHost } from "../../../src/policy/hosts.ts";
import { USER } from "../own-runtime.ts";
import { type Arena, makeArena, runGuarded } from "./arena.ts";
import { type Attack, attacksFail, type Evidence, readEvidence } from "./attack.ts";
import { openYesDoor } from "./yes-door.ts";

const key = "sk-real-key-that-must-never-show";
const refused = (status: number) => new RegExp(`^HTTP/1.1 ${status} (?!.*canary)`);
const answered = /^HTTP\/1.1 200 .*canary/;

const calls: readonly Attack[] = [
  { title: "T6: a model call without a lease", name: "call-no-lease", fails: refused(401), works: answered },
  {
    title: "T6: a model call with another run's lease",
    name: "call-other-lease",
    fails: refused(401),
    works: answered,
  },
  ...[
    "/model/openai/v1/files",
    "/model/openai/v1/../../secret",
    "/model/openai/v1/%2e%2e/%2e%2e/secret",
    "/model/openai/../admin/v1/keys",
    "/model//secret",
    "/model/other/v1/chat/completions",
    "/model/openai/v1/chat/completions/../../files",
  ].map((path) => ({
    title: `T6: the path ${path} at the model gateway`,
    name: `model ${path}`,
    fails: refused(404),
    works: answered,
  })),
  { title: "T6: a method that deletes at the provider", name: "call-delete", fails: refused(404), works: answered },
  { title: "T6: a model that is not listed", name: "call-model", fails: refused(400), works: answered },
  {
    title: "T6: an address that the provider would fetch",
    name: "call-picture",
    fails: refused(400),
    works: answered,
  },
].map((each) => ({ ...each, title: `${each.title} is refused` }));

const contents: readonly Attack[] = [
  {
    title: "T6: a search by the provider is not asked for",
    name: "call-search",
    fails: /"searched":false/,
    works: /"searched":true/,
  },
  {
    title: "T5: the provider's key does not come back in an answer",
    name: "call-key",
    fails: /Bearer \[key\]/,
    works: /sk-real-key/,
  },
  {
    title: "I10: more output than the budget pays for is not asked for",
    name: "call-output",
    fails: /"limit":\d{1,6}[,}]/,
    works: /"limit":1000000000/,
  },
];

const elsewhere: readonly (readonly [target: string, what: string, status: number])[] = [
  ["exfil.example.net", "a host that is not listed", 403],
  ["open.example.com.evil.example", "a name that only begins with a listed one", 403],
  ["evil-open.example.com", "a name that only ends with a listed one", 403],
  ["loopback.example.com", "a listed name that leads to loopback", 403],
  ["metadata.example.com", "a listed name that leads to the metadata address", 403],
  ["private.example.com", "a listed name that leads to a private address", 403],
  ["mapped.example.com", "a listed name that leads to loopback, mapped into IPv6", 403],
  ["127.0.0.1", "loopback by its address", 400],
  ["[::1]", "loopback by its address of IPv6", 400],
  ["2130706433", "loopback as one number", 400],
  ["0x7f.0.0.1", "loopback in hexadecimal", 400],
  ["127.1", "loopback cut short", 400],
  ["localhost", "loopback by its name", 400],
  ["open.example.com@127.0.0.1", "an address behind a listed name", 400],
];

const tunnels: readonly Attack[] = [
  { title: "T6: a tunnel with an empty lease", name: "tunnel-empty-lease", fails: refused(407), works: answered },
  { title: "T6: a tunnel with another run's lease", name: "tunnel-other-lease", fails: refused(407), works: answered },
  ...elsewhere.map(([target, what, status]) => ({
    title: `T6: a tunnel to ${what} (${target})`,
    name: `tunnel ${target}`,
    fails: refused(status),
    works: answered,
  })),
].map((each) => ({ ...each, title: `${each.title} is refused` }));

/** Where the listed names lead. */
const names: Readonly<Record<string, string>> = {
  "open.example.com": "93.184.216.34",
  "loopback.example.com": "127.0.0.1",
  "metadata.example.com": "169.254.169.254",
  "private.example.com": "10.0.0.1",
  "mapped.example.com": "::ffff:127.0.0.1",
};

export function doorAttacks(engine: () => Engine): void {
  describe("the model gateway and the egress proxy", () => {
    let [guarded, weakened]: Evidence[] = [{}, {}];
    const closing: (() => unknown)[] = [];
    afterAll(async () => {
      for (const close of closing) await close();
    });

    beforeAll(async () => {
      const provider = await aProvider();
      const outside = await aHost();
      closing.push(provider.close, outside.close);
      const lease = { runId: "r1", token: newLeaseToken() };
      const arena = makeArena();
      const door = await openRunGateway({
        socketDir: join(arena.folder, "door"),
        lease,
        owner: USER,
        routes: [modelsAt(provider.url, lease)],
        tunnels: egressProxy({
          lease,
          allowed: Object.keys(names).flatMap((name) => readAllowedHost(`${name}:${outside.port}`) ?? []),
          onEvent: () => {},
          resolve: async (name) => [names[name] ?? ""],
          dial: (_, port) => connect(port, "127.0.0.1"),
        }),
      });
      closing.push(door.close);
      guarded = await attackThrough(engine(), arena, { socketPath: door.socketPath, lease, port: outside.port });
      const weak = makeArena();
      const yes = await openYesDoor(join(weak.folder, "gateway"), provider.url, key);
      closing.push(yes.close);
      weakened = await attackThrough(engine(), weak, { socketPath: yes.socketPath, lease, port: outside.port });
    });

    test("the run's own lease reaches the provider and a listed host, so the probes can succeed", () => {
      expect(guarded?.call).toMatch(answered);
      expect(guarded?.tunnel).toMatch(answered);
    });
    attacksFail(
      [...calls, ...contents, ...tunnels],
      () => guarded ?? {},
      () => weakened ?? {},
    );
  });
}

function modelsAt(url: string, lease: { runId: string; token: string }) {
  const provider = { name: "openai", family: "openai", baseUrl: `${url}/v1`, key, priceId: "openai" } as const;
  const providers = [{ ...provider, models: ["gpt-4o"] }];
  return modelGateway({ lease, providers, ledger: createLedger(1e9), onCall: () => {} });
}

/** A provider that answers everything, and tells what it was asked and by whom. */
async function aProvider() {
  const server = createServer(async (asked, answer) => {
    let text = "";
    for await (const chunk of asked) text += chunk;
    const body = JSON.parse(text || "{}");
    const told = text.includes("Repeat the key") ? asked.headers.authorization : "canary";
    answer.setHeader("content-type", "application/json");
    const message = { role: "assistant", content: told };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const what = { searched: body.web_search_options !== undefined, limit: body.max_completion_tokens };
    answer.end(JSON.stringify({ object: "chat.completion", ...what, choices: [{ index: 0, message }], usage }));
  });
  const port = await listen(server, "127.0.0.1");
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** What stands for every host outside. */
async function aHost() {
  const server = createSocketServer((socket) => void socket.on("error", () => {}).end("canary\n"));
  return { port: await listen(server, "::"), close: () => server.close() };
}

function listen(server: ReturnType<typeof createSocketServer>, host: string): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });
}

interface Way {
  readonly socketPath: string;
  readonly lease: { readonly token: string };
  readonly port: number;
}

async function attackThrough(engine: Engine, arena: Arena, { socketPath, lease, port }: Way): Promise<Evidence> {
  const targets = elsewhere.map(([target]) => target).join(",");
  const command = ["node", "/workspace/probes/doors.mjs", lease.token, newLeaseToken(), String(port), targets];
  const { log } = await runGuarded(engine, arena, arena.request({ command, gatewaySocket: socketPath }));
  return readEvidence(log);
}
