// The gateway as the client of one MCP server: it lists its tools and calls them, and offers the server nothing.
// The SDK's client checks lists and results as a whole, so that one odd entry hides all tools; and it holds what it is sent without bound.
import { Fault } from "../../../base/fault.ts";
import { type Heard, readLines } from "./lines.ts";

/** What carries messages to a server; it hands what comes back to `hear` of the client. */
export interface Pipe {
  write(text: string): void;
}

export interface ServerClient {
  /** Takes the server's output as it comes. */
  hear(chunk: Buffer): void;
  /** Greets the server, and reads its list of tools as it stands. Throws Fault, whose message says what is wrong with the server. */
  open(ms: number): Promise<readonly unknown[]>;
  /** What a tool answered, as it stands. Throws Fault likewise. */
  call(tool: string, given: unknown): Promise<unknown>;
  /** Fails what is under way and whatever is asked from then on. */
  end(why: string): void;
}

/** Revisions that a server may settle on; what is used of them is the same in all. */
const revisions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;

/** The revision without a greeting: each request says who asks, and by which revision. */
const newest = "2026-07-28";

const clientInfo = { name: "loopgate", version: "1" };

/** What a server is greeted with. */
export const greeting = { protocolVersion: revisions[0], capabilities: {}, clientInfo };

const introduced = {
  _meta: {
    "io.modelcontextprotocol/protocolVersion": newest,
    "io.modelcontextprotocol/clientInfo": clientInfo,
    "io.modelcontextprotocol/clientCapabilities": {},
  },
};

/** How a server that knows no greeting answers one: the protocol's own code, or as of any method that is not there. */
const knowsNoGreeting: readonly unknown[] = [-32022, -32601];

const bounds = {
  lineBytes: 4 * 1024 * 1024,
  json: { depth: 64, parts: 50_000 },
  /** Bytes of requests that a server has not answered. */
  owedBytes: 2 * 1024 * 1024,
  pages: 20,
  tools: 500,
  /** Requests of the server's own that are answered at all. */
  answers: 100,
};

interface Waiting {
  readonly bytes: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (fault: Fault) => void;
}

/** The gateway itself gives up a little later. */
const callMs = 50_000;

export function createServerClient(pipe: Pipe): ServerClient {
  const waiting = new Map<number, Waiting>();
  let [count, owed, answered] = [0, 0, 0];
  let over: string | null = null;
  let more: object = {};
  const take = readLines(bounds, hear);

  function hear(heard: Heard): void {
    if (heard.kind === "too_large") failAll("It answered with more than can be taken.");
    if (heard.kind === "message") hearMessage(heard.message);
  }

  function hearMessage({ id, method, result, error }: Readonly<Record<string, unknown>>): void {
    if (typeof method === "string") {
      if (id !== undefined) answer(id, method);
      return; // what it only tells changes nothing: its list is the one that was agreed on
    }
    const one = typeof id === "number" ? waiting.get(id) : undefined;
    if (one === undefined) return; // late, or never asked for
    settle(id as number);
    if (error === undefined) one.resolve(result);
    else one.reject(fault(`It answered with an error: ${messageOf(error)}`, groupOf(error).code));
  }

  /** Sampling, roots and elicitation are not offered; a server that asks without end is not answered any more. */
  function answer(id: unknown, method: string): void {
    if ((typeof id !== "number" && typeof id !== "string") || ++answered > bounds.answers) return;
    const refusal = { error: { code: -32601, message: "This client does not offer that." } };
    send({ id, ...(method === "ping" ? { result: {} } : refusal) });
  }

  function send(message: object): number {
    const text = `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
    pipe.write(text);
    return Buffer.byteLength(text);
  }

  function settle(id: number): void {
    owed -= waiting.get(id)?.bytes ?? 0;
    waiting.delete(id);
  }

  function failAll(why: string): void {
    for (const [id, { reject }] of [...waiting]) {
      settle(id);
      reject(fault(why));
    }
  }

  /** What is not answered in time stays owed: a server that takes nothing in is sent no more than it may owe. */
  async function ask(method: string, params: object, ms: number): Promise<unknown> {
    if (over !== null) throw fault(over);
    if (owed > bounds.owedBytes) throw fault("It has stopped taking calls.");
    const id = ++count;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => reject(fault("It did not answer in time.")), ms);
    const bytes = send({ id, method, params: { ...params, ...more } });
    owed += bytes;
    waiting.set(id, { bytes, resolve, reject });
    return promise.finally(() => clearTimeout(timer));
  }

  async function listed(until: number): Promise<readonly unknown[]> {
    const all: unknown[] = [];
    let cursor: unknown;
    for (let page = 0; page < bounds.pages && all.length < bounds.tools; page++) {
      const params = cursor === undefined ? {} : { cursor };
      const result = groupOf(await ask("tools/list", params, until - performance.now()));
      if (!Array.isArray(result.tools)) throw fault("Its list of tools is none.");
      all.push(...result.tools);
      cursor = result.nextCursor;
      if (typeof cursor !== "string") break;
    }
    return all.slice(0, bounds.tools);
  }

  return {
    hear: take,
    async open(ms) {
      const until = performance.now() + ms;
      const hello = await ask("initialize", greeting, ms).catch((error: unknown) => {
        if (error instanceof Fault && knowsNoGreeting.includes(error.cause)) return null;
        throw error;
      });
      if (hello === null) {
        more = introduced;
        return listed(until);
      }
      const { protocolVersion } = groupOf(hello);
      if (!revisions.some((one) => one === protocolVersion))
        throw fault(`It speaks another revision of MCP than ${[newest, ...revisions].join(", ")}.`);
      send({ method: "notifications/initialized" });
      return listed(until);
    },
    call: (tool, given) => ask("tools/call", { name: tool, arguments: given ?? {} }, callMs),
    end(why) {
      over ??= why;
      failAll(why);
    },
  };
}

/** `code`: of the error that a server answered with. */
function fault(what: string, code?: unknown): Fault {
  return new Fault(what, { kind: "unavailable", retry: "never", cause: code });
}

function groupOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function messageOf(error: unknown): string {
  const { message } = groupOf(error);
  return typeof message === "string" ? message.slice(0, 2_000) : "it does not say which";
}
