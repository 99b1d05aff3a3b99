// A forge for one test file: started in a temporary folder, with real clients against it, closed at the end.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { afterEach } from "vitest";
import { type Forge, type ForgeOptions, startForge } from "../../src/forge/forge.ts";
import { type GitOptions, tryGit } from "../../src/forge/git/run.ts";

const endings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A fresh folder that is gone after the test. */
export async function aFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "forge-test-"));
  endings.push(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}

/** Runs when the test is over, before what was started earlier ends. */
export function atEnd(end: () => Promise<void>): void {
  endings.push(end);
}

/** A forge with people and the repository `acme/demo` that the App is installed on. */
export async function aForge(options: Partial<ForgeOptions> = {}): Promise<Forge> {
  const forge = await startForge({ dataDir: await aFolder(), ...options });
  atEnd(forge.close);
  await forge.createRepository({
    owner: "acme",
    name: "demo",
    files: { "README.md": "# Demo\n", "src/add.js": "export const add = (a, b) => a - b;\n" },
    collaborators: { ada: "admin", willa: "write", tris: "triage", rex: "read" },
  });
  return forge;
}

export const demo = { owner: "acme", repo: "demo" };

/** A client as the App's installation, or with the options of `createAppAuth` narrowed. */
export function appClient(forge: Forge, baseUrl = forge.url): Octokit {
  const auth = { appId: forge.app.id, privateKey: forge.app.privateKey, installationId: forge.installationId };
  return quiet({ baseUrl, authStrategy: createAppAuth, auth });
}

/** A client as the App itself. */
export function jwtClient(forge: Forge): Octokit {
  return quiet({
    baseUrl: forge.url,
    authStrategy: createAppAuth,
    auth: { appId: forge.app.id, privateKey: forge.app.privateKey },
  });
}

/** A client with a token, or without any. */
export function tokenClient(forge: Forge, auth?: string): Octokit {
  return quiet({ baseUrl: forge.url, auth });
}

function quiet(options: ConstructorParameters<typeof Octokit>[0]): Octokit {
  const silent = () => {};
  return new Octokit({ ...options, log: { debug: silent, info: silent, warn: silent, error: silent } });
}

/** The status and message with which a request was refused; fails when it was not. */
export async function refusal(request: Promise<unknown>): Promise<{ status: number; message: string }> {
  const error = await request.then(
    () => {
      throw new Error("the request was not refused");
    },
    (reason: { status?: number; response?: { data?: { message?: string } } }) => reason,
  );
  if (error.status === undefined) throw error;
  return { status: error.status, message: error.response?.data?.message ?? "" };
}

/** Git as a stranger's machine runs it, with a token where one is given. */
export function gitWith(token: string | null, dir: string, args: readonly string[], options: GitOptions = {}) {
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  const header = {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
  return tryGit(dir, args, { ...options, env: { ...options.env, ...(token === null ? {} : header) } });
}
