// A registry of any protocol on loopback: what it has is a map from paths, and a test may answer in its place.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { registryVariables, withRegistryFiles } from "../../../src/runs/registry-variables.ts";
import { scratch } from "../git/world.ts";

export interface Served {
  readonly type: string;
  readonly body: string | Buffer;
  /** When it was last modified, as the header says it; absent: it does not. */
  readonly modified?: string;
}

export interface ScriptedUpstream {
  readonly url: string;
  /** `METHOD path`, in order. */
  readonly seen: string[];
  readonly served: Map<string, Served>;
  /** Answers the next requests in place of the registry, where it returns true. */
  script(answer: (request: IncomingMessage, response: ServerResponse) => boolean): void;
}

/** Until the test is over. */
export async function scriptedUpstream(): Promise<ScriptedUpstream> {
  const served: ScriptedUpstream["served"] = new Map();
  const seen: string[] = [];
  let scripted: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  const server = createServer((request, response) => {
    const { method = "", url = "" } = request;
    seen.push(`${method} ${url}`);
    response.on("error", () => {});
    if (scripted(request, response)) return;
    const found = served.get(decodeURIComponent(url));
    if (found === undefined) return void response.writeHead(404).end("not here");
    const modified = found.modified === undefined ? {} : { "last-modified": found.modified };
    response.writeHead(200, { "content-type": found.type, ...modified }).end(found.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    served,
    script(answer) {
      scripted = answer;
    },
  };
}

/** Ways in which a registry does not answer with what it is asked for, and a part of what the client is told. */
export const lies: Readonly<Record<string, readonly [answer: (response: ServerResponse) => void, said: RegExp]>> = {
  "a web page": [
    (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><p>Sign in"),
    /web page|no version|no module|is no |does not have the sum/,
  ],
  "a cut answer": [
    (response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      setTimeout(() => response.destroy(), 50);
    },
    /broke off/,
  ],
  "too much": [(response) => void response.writeHead(200).end(Buffer.alloc(5000, " ")), /more than 4000 bytes/],
  silence: [() => {}, /not answer in time/],
  "its own failure": [(response) => void response.writeHead(503).end("secret words"), /fails for .* \(status 503\)/],
  "a redirect to a cloud's metadata": [
    (response) => void response.writeHead(302, { location: "https://169.254.169.254/latest" }).end(),
    /leads elsewhere/,
  ],
  "a redirect to a private network": [
    (response) => void response.writeHead(302, { location: "https://10.0.0.1/x" }).end(),
    /leads elsewhere/,
  ],
};

/** Bounds under which the above is told soon. */
export const soon = {
  limits: { silenceMs: 300, answerMs: 2000 },
  bounds: { documentBytes: 4000, packageBytes: 4000, freshMs: 0 },
};

export interface Ran {
  readonly code: number;
  readonly said: string;
}

/** Runs a command as a set-up would: with the run's variables, and a home of its own, so that nothing is cached. */
export function asSetUp(
  protocol: string,
  {
    cwd,
    address,
    command,
    variables = {},
  }: {
    readonly cwd: string;
    readonly address: string;
    readonly command: string;
    readonly variables?: Readonly<Record<string, string>>;
  },
): Promise<Ran> {
  const given = Object.entries(registryVariables([protocol])).map(([name, value]) => [
    name,
    value.replaceAll("http://127.0.0.1:{port}", address),
  ]);
  const home = scratch();
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CACHE_HOME: home,
    CI: "1",
    ...Object.fromEntries(given),
    ...variables,
  };
  return new Promise((resolve) => {
    const packages = {
      registries: [protocol],
      allow: [],
      deny: [],
      minimumAgeMs: 0,
      fresh: "allow" as const,
      agents: false,
    };
    const line = withRegistryFiles({ packages }, "set_up", command);
    execFile("sh", ["-c", line], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), said: stdout + stderr }),
    );
  });
}
