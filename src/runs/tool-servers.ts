// The MCP servers beside a run: each in a container of its own within the run's namespace, started with the run and gone with it.
import { join } from "node:path";
import { type Fault, toFault } from "../base/fault.ts";
import { parseJson } from "../base/parse-json.ts";
import { removeTree } from "../base/remove-tree.ts";
import type { RunRequest, Runtime } from "../container/run.ts";
import type { Log } from "../engine/ports.ts";
import type { Asking } from "../gateway/tools/asking.ts";
import { createServerClient, type ServerClient } from "../gateway/tools/upstream/client.ts";
import {
  createElsewherePipe,
  type Elsewhere,
  type ElsewherePipe,
  reachOf,
} from "../gateway/tools/upstream/elsewhere.ts";
import { Agreed, agreedOf, type RunServers, serverTools, unreadAgreed } from "../gateway/tools/upstream/served.ts";
import { currentAttempt, rulesOf } from "../loop/begin.ts";
import { refusedIn } from "../loop/said.ts";
import type { LoopState, ToolServer } from "../loop/state.ts";
import { type CheckParts, makeRoom } from "./check-room.ts";
import { environmentIn, imageOf, limitsIn } from "./request.ts";
import { rooms } from "./rooms.ts";
import { readIfThere, writeDurably } from "./whole-file.ts";

/** How long a server may take to come up; the agent waits for it. */
const startMs = 20_000;

/** A server's container ends by itself so long after its run has to, should nobody end it. */
const slackMs = 5 * 60_000;

export interface ToolServers {
  /**
   * Starts those that policy names, where the run's namespace stands ready. The first time it waits until each has come up or failed to;
   * after a restart of the App the tools are those that were agreed on then. Never rejects.
   */
  of(beside: { readonly run: string; readonly loop: LoopState }): Promise<RunServers>;
  /** Whether a server runs in a container of this name. */
  isRunning(container: string): boolean;
}

export interface ServerParts {
  readonly dataDir: string;
  readonly log: Log;
  readonly runtime: Pick<Runtime, "start" | "forget">;
  /** The operator's word on servers that are elsewhere. Absent: none is called. */
  readonly elsewhere?: Elsewhere;
}

/** A server's run but for what `startServers` says itself: names and folders. */
export type ServerRequest = Omit<RunRequest, "id" | "workspaceDir" | "loopDir" | "joins">;

export interface Beside {
  readonly run: string;
  readonly servers: readonly ToolServer[];
  /** What people have said of calls so far. */
  readonly decided: Pick<Asking, "allowed" | "denied">;
}

/** What of a server is running; `client` is ready to be called at once, and a call waits for the server to come up. */
interface Started {
  readonly server: ToolServer;
  readonly container: string | null; // null: it is elsewhere
  readonly client: ServerClient;
  /** Of a server elsewhere: lets go of the connection. */
  readonly leave?: () => void;
  /** Its list of tools as it stands. Rejects with the Fault that kept it from coming up. */
  readonly listed: Promise<readonly unknown[]>;
}

export function createToolServers(parts: CheckParts & Pick<ServerParts, "elsewhere">): ToolServers {
  const containers = new Set<string>();
  return {
    isRunning: (container) => containers.has(container),
    async of({ run, loop }) {
      const servers = rulesOf(loop).toolServers ?? [];
      const own = servers.filter(({ url }) => url === undefined).map(({ name }) => serverRun(run, name));
      for (const one of own) containers.add(one);
      const beside = { run, servers, decided: { allowed: loop.permits, denied: refusedIn(loop) } };
      const started = await startServers(parts, beside, (server) => requestFor(parts, loop, server));
      return {
        tools: started.tools,
        async end() {
          await started.end();
          for (const one of own) containers.delete(one);
        },
      };
    },
  };
}

/** The container of a run's server: the name of no run ends so. */
function serverRun(run: string, server: string): string {
  return `${run}-server-${server}`;
}

/** Starts each of them as `request` says; what is promised of `ToolServers.of` holds of it. */
export async function startServers(
  parts: ServerParts,
  beside: Beside,
  request: (server: ToolServer) => ServerRequest,
): Promise<RunServers> {
  const started = beside.servers.map((server) =>
    server.url === undefined
      ? start(parts, beside.run, server, request(server))
      : call(parts, beside.run, server, server.url),
  );
  const agreed = await agreedOn(parts, beside.run, started);
  return {
    tools: (asking) =>
      started.flatMap(({ server, client, listed }) => {
        const one = agreed.find((known) => known.server === server.name);
        const call: ServerClient["call"] = (tool, given) => listed.then(() => client.call(tool, given));
        return one === undefined ? [] : serverTools(server, one, { call }, { ...beside.decided, ...asking });
      }),
    end: () => end(parts, started),
  };
}

/** What people have refused, in the words in which it was asked for. */
function start(parts: ServerParts, run: string, server: ToolServer, request: ServerRequest): Started {
  const container = serverRun(run, server.name);
  let write = (_: string) => {};
  const client = createServerClient({ write: (text) => write(text) });
  const dir = rooms(parts).server(run, server.name);
  const whole = {
    ...request,
    id: container,
    workspaceDir: join(dir, "workspace"),
    loopDir: join(dir, "loop"),
    joins: run,
  };
  const come = async () => {
    await parts.runtime.forget(container); // one that an earlier process left speaks to nobody
    await removeTree(dir);
    await makeRoom(dir);
    const running = await parts.runtime.start(whole, (stream, chunk) => {
      if (stream === "stdout") client.hear(chunk);
    });
    void running.done.then(({ exitCode, note }) =>
      client.end(note ?? `It ended${exitCode === null ? "" : ` with exit code ${exitCode}`}.`),
    );
    write = (text) => running.write?.(text);
    return client.open(startMs);
  };
  const listed = come().catch((error) => {
    const fault = toFault(error, "It could not be started");
    client.end(fault.message);
    parts.log.warn({ run, server: server.name, err: error }, "a tool server is not there");
    throw fault;
  });
  listed.catch(() => {}); // whoever waits for it hears of it
  return { server, container, client, listed };
}

/** A server that is elsewhere: nothing of it runs here, and the run's container has no part in it. */
function call(parts: ServerParts, run: string, server: ToolServer, url: string): Started {
  let pipe: ElsewherePipe | null = null;
  const client = createServerClient({ write: (text) => pipe?.write(text) });
  const come = async () => {
    pipe = createElsewherePipe(reachOf(parts.elsewhere, server, url), client.hear);
    return client.open(startMs);
  };
  const listed = come().catch((error) => {
    const fault = toFault(error, "It could not be called");
    client.end(fault.message);
    parts.log.warn({ run, server: server.name, err: error }, "a tool server is not there");
    throw fault;
  });
  listed.catch(() => {}); // whoever waits for it hears of it
  return { server, container: null, client, listed, leave: () => pipe?.end() };
}

async function end({ runtime, log }: ServerParts, started: readonly Started[]): Promise<void> {
  for (const { client } of started) client.end("the run is over");
  await Promise.all(
    started.map(async ({ container, listed, leave }) => {
      leave?.();
      await listed.catch(() => {});
      if (container !== null)
        await runtime.forget(container).catch((err) => log.warn({ container, err }, "a tool server stayed"));
    }),
  );
}

/**
 * What each offered when the run began, which is kept with the run. One that the engine could not start is asked again when the run is
 * begun anew: the run itself may not have started either.
 */
async function agreedOn(parts: ServerParts, run: string, started: readonly Started[]): Promise<readonly Agreed[]> {
  if (started.length === 0) return [];
  const file = rooms(parts).agreed(run);
  const kept = await keptIn(file);
  if (kept === null) {
    parts.log.warn({ run, file }, "what tool servers offered cannot be read; none of their tools is there");
    return started.map(({ server }) => ({ server: server.name, tools: [], problem: unreadAgreed }));
  }
  const found = await Promise.all(
    started.map(async (one): Promise<Found> => {
      const agreed = kept.find(({ server }) => server === one.server.name);
      return agreed === undefined ? agree(one) : { agreed, lasts: true };
    }),
  );
  const lasting = found.filter(({ lasts }) => lasts).map(({ agreed }) => agreed);
  if (lasting.length > kept.length)
    await writeDurably(file, JSON.stringify(lasting)).catch((err) =>
      parts.log.warn({ run, err }, "what tool servers offer could not be kept; a restart asks them again"),
    );
  return found.map(({ agreed }) => agreed);
}

/** What was agreed on in this run; null: something was, and nobody can say what. */
async function keptIn(file: string): Promise<readonly Agreed[] | null> {
  try {
    const text = await readIfThere(file);
    return text === null ? [] : (Agreed.array().safeParse(parseJson(text)).data ?? null);
  } catch {
    return null;
  }
}

interface Found {
  readonly agreed: Agreed;
  /** Whether it stands for the rest of the run. */
  readonly lasts: boolean;
}

function agree({ server, listed }: Started): Promise<Found> {
  return listed.then(
    (list) => ({ agreed: agreedOf(server, list), lasts: true }),
    ({ message, retry }: Fault) => ({
      agreed: { server: server.name, tools: [], problem: message },
      lasts: retry === "never",
    }),
  );
}

/** As a check is asked for: no way out, and no lease. */
function requestFor(parts: CheckParts, loop: LoopState, server: ToolServer): ServerRequest {
  const rules = rulesOf(loop);
  const { variables = {} } = environmentIn(rules);
  const { memoryBytes } = server;
  return {
    loop: loop.id,
    attempt: currentAttempt(loop).number,
    role: "check",
    epoch: parts.epoch,
    image: imageOf(parts, loop, server.image || rules.executor.image),
    command: server.command,
    objectsDir: null,
    gatewaySocket: null,
    env: {},
    variables: { ...variables, ...server.env },
    limits: {
      ...{ ...parts.limits, ...limitsIn(rules), deadlineMs: rules.attemptMs + slackMs },
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    },
    ...(parts.ociRuntime === null ? {} : { runtime: parts.ociRuntime }),
  };
}
