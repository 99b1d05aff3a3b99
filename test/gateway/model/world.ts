// A run's door with the model gateway behind it, in front of a provider on loopback.
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { newLeaseToken } from "../../../src/gateway/lease.ts";
import { createLedger, type Ledger } from "../../../src/gateway/model/ledger.ts";
import type { OwnPrices } from "../../../src/gateway/model/prices.ts";
import type { ModelCall, ModelLimits, ModelProvider } from "../../../src/gateway/model/provider.ts";
import { modelGateway } from "../../../src/gateway/model/server.ts";
import type { ModelShared } from "../../../src/gateway/model/session.ts";
import { openRunGateway, type Route } from "../../../src/gateway/run.ts";
import type { Upstream } from "./upstream.ts";

export const key = "sk-real-key-that-must-never-show";
export const dollar = 1e9;

export interface World {
  readonly token: string;
  readonly socketPath: string;
  readonly calls: ModelCall[];
  readonly ledger: Ledger;
  readonly errors: unknown[];
  readonly revoke: () => void;
  /** Opens or closes the last tenth. */
  readonly keepOpen: (isOpen: boolean) => void;
  /** The next time that the gateway sees a client's connection closed. */
  nextClosed(): Promise<void>;
  /** The next call that is recorded from now on. */
  nextCall(): Promise<ModelCall>;
  send(given: Given): Promise<Got>;
}

export interface Given {
  readonly path: string;
  readonly body?: object | string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** Told of each piece of the answer; `leave` hangs up. */
  readonly onData?: (leave: () => void) => void;
}

export interface Got {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  /** False when the answer was cut. */
  readonly whole: boolean;
}

export interface WorldRequest {
  readonly upstream: Upstream;
  readonly ledger?: Ledger;
  readonly limits?: Partial<ModelLimits>;
  readonly prices?: OwnPrices;
  readonly providers?: readonly Partial<ModelProvider>[];
  readonly shared?: ModelShared;
}

export async function aWorld({ upstream, ledger = createLedger(5 * dollar), ...more }: WorldRequest): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), "loopgate-model-"));
  const token = newLeaseToken();
  const lease = { runId: "run-1", token };
  const calls: ModelCall[] = [];
  const errors: unknown[] = [];
  let waiting: ((call: ModelCall) => void)[] = [];
  const route = modelGateway({
    lease,
    providers: providersAt(upstream.url).map((one) => ({
      ...one,
      ...more.providers?.find(({ name }) => name === one.name),
    })),
    ledger,
    limits: more.limits,
    prices: more.prices,
    shared: more.shared,
    onCall: (call) => {
      calls.push(call);
      for (const tell of waiting.splice(0)) tell(call);
      waiting = [];
    },
  });
  const onError = (error: unknown) => errors.push(error);
  const closing: (() => void)[] = [];
  const watched: Route = {
    ...route,
    handle: (incoming, response) => {
      response.once("close", () => {
        for (const tell of closing.splice(0)) tell();
      });
      return route.handle(incoming, response);
    },
  };
  const door = await openRunGateway({ socketDir: join(root, "door"), lease, routes: [watched], onError });
  onTestFinished(async () => {
    await door.close();
    rmSync(root, { recursive: true, force: true });
  });
  return {
    token,
    socketPath: door.socketPath,
    calls,
    ledger,
    errors,
    revoke: door.revoke,
    keepOpen: route.keepOpen,
    nextClosed: () => new Promise((resolve) => closing.push(resolve)),
    nextCall: () => new Promise((resolve) => waiting.push(resolve)),
    send: (given) => send(door.socketPath, given),
  };
}

function providersAt(url: string): ModelProvider[] {
  return [
    { name: "anthropic", family: "anthropic", baseUrl: url, key, priceId: "anthropic" },
    { name: "openai", family: "openai", baseUrl: `${url}/v1`, key, priceId: "openai" },
    { name: "gemini", family: "gemini", baseUrl: url, key, priceId: "google" },
    { name: "local", family: "openai", baseUrl: `${url}/v1/`, key: null, priceId: null, models: ["local-coder"] },
  ];
}

function send(socketPath: string, { path, body, method = "POST", headers = {}, onData }: Given): Promise<Got> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    const sent = request({ socketPath, path, method, headers }, (response) => {
      let got = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        got += chunk;
        onData?.(() => sent.destroy());
      });
      const end = (whole: boolean) =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: got, whole });
      response.on("end", () => end(response.complete));
      response.on("error", () => end(false));
    });
    sent.on("error", reject);
    sent.end(text);
  });
}
