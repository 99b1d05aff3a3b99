// Drives a forge as its callers do, and holds every answer and delivery against GitHub's published descriptions.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { assert } from "../../src/base/assert.ts";
import { type Forge, startForge } from "../../src/forge/forge.ts";
import { loadContract } from "./contract-schema.ts";

type Routes = Parameters<Octokit["request"]>[0];
type Parameter = Record<string, unknown>;

/** Who calls: the App by its key, by its installation or for ada, a person by a token, or nobody. */
export type As = "key" | "app" | "for ada" | "ada" | "willa" | "nobody";

export interface Drive {
  readonly forge: Forge;
  readonly contract: ReturnType<typeof loadContract>;
  /** What was not as described so far, emptied by reading. */
  takeProblems(): string[];
  /** The operations that were answered, as GitHub names them. */
  readonly answered: ReadonlySet<string>;
  /** Calls an operation, which has to succeed, and gives the body of the answer. */
  call(as: As, operation: string, parameters?: Parameter): Promise<Answer>;
  /** Calls an operation, which has to be refused with the status. */
  refused(as: As, operation: string, status: number, parameters?: Parameter): Promise<void>;
  close(): Promise<void>;
}

/** A body whose shape the contract has just checked. */
// biome-ignore lint/suspicious/noExplicitAny: the contract is what types it, at run time
export type Answer = any;

/** Events of every kind the forge can send. */
const events = [
  "check_run",
  "check_suite",
  "issue_comment",
  "issues",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "pull_request_review_thread",
  "push",
  "repository",
  "status",
  "workflow_job",
  "workflow_run",
];

/** Starts a forge with the repository `acme/demo`, its people and a receiver of deliveries. */
export async function startDrive(): Promise<Drive> {
  const dataDir = await mkdtemp(join(tmpdir(), "forge-contract-"));
  const receiver = await listenForHooks();
  const { port } = receiver.address() as AddressInfo;
  const forge = await startForge({
    dataDir,
    events,
    permissions: {
      metadata: "read",
      contents: "write",
      issues: "write",
      pull_requests: "write",
      checks: "write",
      statuses: "write",
      actions: "write",
    },
    limits: { contentPerMinute: 10_000, contentPerHour: 10_000, pointsPerMinute: 100_000 },
    webhook: { url: `http://127.0.0.1:${port}/`, secret: "a secret of the contract test" },
  });
  await forge.createRepository({
    owner: "acme",
    name: "demo",
    files: { "README.md": "# Demo\n", "src/add.js": "export const add = (a, b) => a - b;\n" },
    collaborators: { ada: "admin", willa: "write", rex: "read" },
    ci: { mode: "scripted", name: "test", conclude: () => ({ conclusion: "success", log: "all fine" }) },
  });
  const close = async () => {
    await forge.close();
    await new Promise((resolve) => receiver.close(resolve));
    await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };
  return { forge, close, ...caller(forge) };
}

function caller(forge: Forge): Omit<Drive, "forge" | "close"> {
  const contract = loadContract();
  const clients = clientsOf(forge);
  const answered = new Set<string>();
  const problems: string[] = [];
  const send = async (as: As, operation: string, parameters: Parameter) => {
    const filled = { ...(operation.includes("{repo}") ? { owner: "acme", repo: "demo" } : {}), ...parameters };
    const { body } = clients[as].request.endpoint(operation as Routes, filled as Parameter);
    problems.push(...contract.checkRequest(operation, body));
    const answer = await clients[as].request(operation as Routes, filled).catch(answerOf);
    answered.add(operation);
    problems.push(...contract.checkResponse(operation, answer.status, answer.data));
    return answer;
  };
  return {
    contract,
    answered,
    takeProblems: () => problems.splice(0),
    call: async (as, operation, parameters = {}) => {
      const { status, data } = await send(as, operation, parameters);
      if (status >= 400) problems.push(`${operation}: refused with ${status} ${JSON.stringify(data)}`);
      return data;
    },
    refused: async (as, operation, wanted, parameters = {}) => {
      const { status } = await send(as, operation, parameters);
      if (status !== wanted) problems.push(`${operation}: answered ${status} instead of ${wanted}`);
    },
  };
}

/** Octokit throws an answer of 400 or more; here it is an answer like others. */
function answerOf(error: { status?: number; response?: { data: unknown } }): { status: number; data: unknown } {
  if (error.status === undefined || error.response === undefined) throw error;
  return { status: error.status, data: error.response.data };
}

function clientsOf(forge: Forge): Record<As, Octokit> {
  const { id: appId, privateKey } = forge.app;
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const client = (options: object) => new Octokit({ baseUrl: forge.url, log, ...options });
  const byKey = (more: object) => client({ authStrategy: createAppAuth, auth: { appId, privateKey, ...more } });
  return {
    key: byKey({}),
    app: byKey({ installationId: forge.installationId }),
    "for ada": client({ auth: tokenFor(forge, "ada") }),
    ada: client({ auth: forge.as("ada").token }),
    willa: client({ auth: forge.as("willa").token }),
    nobody: client({}),
  };
}

/** By which the App acts for a person, who let it. */
function tokenFor({ world, app: { id, clientId, clientSecret }, as }: Forge, login: string): string {
  const app = world.apps.find((one) => one.id === id);
  assert(app, "the forge has its App");
  const asked = { redirectUri: "https://app.example/signed-in", challenge: null };
  const code = world.authorize(as(login).user, app, asked);
  const given = { clientId, clientSecret, code, redirectUri: null, verifier: null };
  const exchanged = world.exchangeUserCode(given);
  assert("token" in exchanged, "the code is good");
  return exchanged.token.value;
}

async function listenForHooks(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
