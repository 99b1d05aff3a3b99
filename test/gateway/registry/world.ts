// A run's door with a registry behind it, and a way for ordinary clients to reach it.
import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { newLeaseToken } from "../../../src/gateway/lease.ts";
import type { PackageRules } from "../../../src/gateway/registry/rules.ts";
import {
  createRegistries,
  type ProtocolName,
  type Registries,
  type RegistryEvent,
  type RegistryParts,
  type RegistryRun,
} from "../../../src/gateway/registry/server.ts";
import { openRunGateway } from "../../../src/gateway/run.ts";
import { scratch } from "../git/world.ts";

const anything: PackageRules = {
  allow: [],
  deny: [],
  minimumAgeMs: 0,
  fresh: "allow",
  granted: new Set(),
  known: new Set(),
};

export interface ADoor {
  readonly root: string;
  readonly registries: Registries;
  /** Where clients find it: `http://127.0.0.1:PORT`. */
  readonly address: string;
  readonly events: RegistryEvent[];
  /** What was given away, as `name version`. */
  given(): string[];
  get(path: string, options?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Answered>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly content: Buffer;
  readonly text: string;
}

/** A door; `parts` may share a folder with another one's, or by `of` all that one App has. */
export async function aDoor(
  registry: string,
  parts: Partial<RegistryParts> & {
    token?: string;
    protocol?: ProtocolName;
    also?: readonly string[];
    of?: Registries;
  } = {},
  run: Partial<Omit<RegistryRun, "rules">> & { rules?: Partial<PackageRules> } = {},
): Promise<ADoor> {
  const root = parts.root ?? join(scratch(), "registries");
  const { token = null, protocol = "npm", also = [], of, ...rest } = parts;
  const upstreams = { [protocol]: { url: registry, token, also } };
  const registries = of ?? createRegistries({ root, mostBytes: 1e9, upstreams, now: Date.now, ...rest });
  const events: RegistryEvent[] = [];
  const routes = registries.routes({
    onEvent: (event) => events.push(event),
    ...run,
    rules: {
      ...anything,
      ...run.rules,
      known: { [protocol]: run.rules?.known ?? anything.known },
      granted: { [protocol]: run.rules?.granted ?? anything.granted },
    },
  });
  const lease = { runId: "run", token: newLeaseToken() };
  const errors: unknown[] = [];
  const opened = await openRunGateway({
    socketDir: join(scratch(), "door"),
    lease,
    routes,
    onError: (error) => errors.push(error),
  });
  const relay = createServer((client) => {
    const inner = connect(opened.socketPath);
    client.on("error", () => inner.destroy());
    inner.on("error", () => client.destroy());
    client.pipe(inner).pipe(client);
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  onTestFinished(async () => {
    await opened.close();
    relay.close();
    if (errors.length > 0) throw errors[0];
  });
  const address = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
  return {
    root,
    registries,
    address,
    events,
    given: () => events.flatMap((event) => (event.kind === "fetched" ? `${event.name} ${event.version}` : [])).sort(),
    get: (path, { method = "GET", headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(address);
        const all = body === undefined ? headers : { ...headers, "content-length": String(Buffer.byteLength(body)) };
        const sent = request({ host: hostname, port, path, method, headers: all, agent: false }, async (response) => {
          const chunks: Buffer[] = [];
          try {
            for await (const chunk of response) chunks.push(chunk as Buffer);
          } catch (error) {
            return reject(error);
          }
          const content = Buffer.concat(chunks);
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, content, text: content.toString("utf8") });
        });
        sent.on("error", reject);
        sent.end(body);
      }),
  };
}
