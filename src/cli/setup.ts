// `loopgate setup`: opens a page on this machine that makes the App at GitHub, and ends when the operator has finished there.
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { Fault } from "../base/fault.ts";
import { obeyProxies, proxyProblem } from "../base/proxy.ts";
import type { Said } from "../cockpit/setup/answers.ts";
import { openSetupDoor } from "../cockpit/setup/door.ts";
import { requireRoom } from "../cockpit/setup/env-file.ts";
import { firstWebhooks } from "../cockpit/setup/first-webhooks.ts";
import { createFlow, type Stage } from "../cockpit/setup/flow.ts";
import { Environment } from "../environment.ts";
import { startListener, webhookPath } from "../github/deliveries/listener.ts";
import { exchangeCode, newApp } from "../github/register.ts";
import { manifest } from "../github/start.ts";
import { withEnvFile } from "./env-file.ts";
import type { Terminal } from "./terminal.ts";

export interface SetupOptions {
  /** What was said on the command line; the page asks for the rest. */
  readonly said: Partial<Said>;
  readonly envFile: string;
  readonly host: string;
  readonly port: number; // 0: a free one
}

/** The image that the Dockerfile's own instructions make. */
const usualImage = "loopgate";

/** 0 once the App is made and the operator has finished; 1 where something is in the way. Throws Fault where it cannot listen. */
export async function setup({ said, envFile, host, port }: SetupOptions, terminal: Terminal, signal: AbortSignal) {
  const { out, err } = terminal;
  const file = withEnvFile(terminal.env);
  const problem = file.ok ? (proxyProblem(file.env) ?? (await inTheWay(file.env, envFile))) : file.message;
  if (!file.ok || problem !== null) {
    err(`${problem}\n`);
    return 1;
  }
  obeyProxies(process.env);
  const webhooksAt = listenAt(file.env);
  if (webhooksAt === null) {
    err("LOOPGATE_HOST and LOOPGATE_PORT must be an address and a port of this machine; nothing was started.\n");
    return 1;
  }
  let secret: string | null = null;
  const onError = (error: unknown) => err(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  const hooks = await startListener({
    ...webhooksAt,
    webhookPath,
    deliveries: firstWebhooks(() => secret),
    onError,
  });
  const app = manifest();
  const flow = createFlow({
    manifest: app,
    said,
    envFile,
    relayImage: file.env.LOOPGATE_RELAY_IMAGE || usualImage,
    exchange: exchangeCode,
    newApp,
    onSecret: (text) => {
      secret = text;
    },
    now: Date.now,
  });
  const token = randomBytes(24).toString("base64url");
  const finished = new AbortController();
  try {
    const page = await openSetupDoor({
      host,
      port,
      token,
      flow,
      manifest: app,
      envFile,
      onFinished: () => finished.abort(),
      onError,
    });
    const { port: taken } = new URL(page.url);
    out(told(`http://127.0.0.1:${taken}/begin?token=${token}`, hooks.url));
    await ended(AbortSignal.any([signal, finished.signal]));
    await page.close();
  } finally {
    await hooks.close();
  }
  await flow.keep(); // GitHub shows the key once, and this is the last chance
  const stage = flow.stage();
  if (stage.at === "created") out(`The settings are in ${envFile}. Start the App with: npm start\n`);
  else if (stage.at === "unkept") err(lostKey(stage));
  else err("No App was made, and nothing was written.\n");
  return stage.at === "created" ? 0 : 1;
}

function lostKey({ app, failed }: Extract<Stage, { at: "unkept" }>): string {
  return `The App ${app.name} is at GitHub, and its key is lost: ${failed} Delete it there (${app.html_url}), then begin again.\n`;
}

function told(address: string, webhooks: string): string {
  return `Open this address in a browser on this machine; it is good for one browser, once:

  ${address}

From another machine, lead a port of it here first: ssh -L PORT:127.0.0.1:PORT (the port above).
GitHub's first webhooks are awaited at ${webhooks}${webhookPath}. Ctrl-C ends it.
`;
}

/** What an App was set up with already; null: nothing. */
async function inTheWay(env: Terminal["env"], envFile: string): Promise<string | null> {
  if (env.LOOPGATE_APP_ID)
    return `LOOPGATE_APP_ID is ${env.LOOPGATE_APP_ID} already, in the environment or in .env. Another App needs settings of its own: take this one's away first.`;
  try {
    await requireRoom(resolve(envFile));
    return null;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** Where the App itself will listen. */
function listenAt(env: Terminal["env"]): { readonly host: string; readonly port: number } | null {
  const { LOOPGATE_HOST, LOOPGATE_PORT } = Environment.shape;
  const [host, port] = [
    LOOPGATE_HOST.safeParse(set(env.LOOPGATE_HOST)),
    LOOPGATE_PORT.safeParse(set(env.LOOPGATE_PORT)),
  ];
  return host.success && port.success ? { host: host.data, port: port.data } : null;
}

/** An empty setting is an unset one. */
const set = (text: string | undefined) => (text === "" ? undefined : text);

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
