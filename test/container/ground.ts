// The ground a test run stands on: a bare repository behind a tiny gateway on a Unix socket, a workspace, a brief.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { DEFAULT_LIMITS, type Limits, type RunRequest } from "../../src/container/run.ts";

export interface Ground {
  readonly folder: string;
  /** What the gateway received, in order: `METHOD path`. */
  readonly requests: readonly string[];
  /** A run on this ground; limits are merged into the default ones. */
  request(changes?: Partial<Omit<RunRequest, "limits">> & { readonly limits?: Partial<Limits> }): RunRequest;
  /** Runs git on the gateway's repository, for instance to read what arrived. */
  git(...args: string[]): string;
  /** Makes the gateway listen anew, on a new socket in the same folder. */
  restartGateway(): Promise<void>;
}

const GIT_ENV = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Base",
  GIT_AUTHOR_EMAIL: "base@example.test",
  GIT_COMMITTER_NAME: "Base",
  GIT_COMMITTER_EMAIL: "base@example.test",
};

/** Fresh ground, removed when the test finishes. */
export async function prepareGround(): Promise<Ground> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loopgate-test-")));
  const [bare, workspace, loop, gateway] = ["repo.git", "workspace", "loop", "gateway"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  for (const path of [join(loop, "out"), gateway]) mkdirSync(path, { recursive: true });
  writeFileSync(join(loop, "brief.md"), "Fix the addition.\n");
  makeRepository(bare, workspace);
  const requests: string[] = [];
  const server = createServer((asked, answer) => {
    requests.push(`${asked.method} ${asked.url}`);
    if (asked.url?.startsWith("/repo.git/")) answerGit(folder, asked, answer);
    else answer.end(`gateway heard ${asked.url}\n`);
  });
  const socket = join(gateway, "gateway.sock");
  const listen = () => new Promise<void>((resolve) => void server.listen(socket, resolve));
  await listen();
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    requests,
    async restartGateway() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await listen();
    },
    git: (...args) => execFileSync("git", ["-C", bare, ...args], { env: GIT_ENV, encoding: "utf8" }).trim(),
    request: ({ limits, ...changes } = {}) => ({
      id: "12-k3f9-1-executor-1",
      loop: "12-k3f9",
      attempt: 1,
      role: "executor",
      epoch: 1,
      image: { kind: "toolchain" },
      command: "true",
      workspaceDir: workspace,
      objectsDir: join(bare, "objects"),
      loopDir: loop,
      gatewaySocket: socket,
      env: {
        LOOP_BRANCH: "loop/12-k3f9",
        LOOP_TASK: "12",
        LOOP_GATEWAY: "http://127.0.0.1:{port}",
        LOOP_GIT_URL: "http://lease:abc@127.0.0.1:{port}/repo.git",
      },
      ...changes,
      limits: { ...DEFAULT_LIMITS, ...limits },
    }),
  };
}

/** One commit on main in the bare repository; the workspace borrows its objects. */
function makeRepository(bare: string, workspace: string): void {
  const git = (...args: string[]) => execFileSync("git", args, { env: GIT_ENV, stdio: "ignore" });
  git("init", "--bare", "--initial-branch=main", bare);
  git("-C", bare, "config", "http.receivepack", "true");
  const tree = execFileSync("git", ["-C", bare, "mktree"], { input: "", encoding: "utf8", env: GIT_ENV }).trim();
  const commit = execFileSync("git", ["-C", bare, "commit-tree", tree, "-m", "Base"], {
    encoding: "utf8",
    env: GIT_ENV,
  });
  git("-C", bare, "update-ref", "refs/heads/main", commit.trim());
  git("clone", "--shared", "--quiet", bare, workspace);
}

/** Smart HTTP through git's own CGI program. */
function answerGit(root: string, asked: IncomingMessage, answer: ServerResponse): void {
  const url = new URL(asked.url ?? "/", "http://gateway");
  const cgi = spawn("git", ["http-backend"], {
    env: {
      ...GIT_ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: asked.method,
      CONTENT_TYPE: asked.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: asked.headers["content-encoding"] ?? "",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  asked.pipe(cgi.stdin);
  const parts: Buffer[] = [];
  cgi.stdout.on("data", (part: Buffer) => parts.push(part));
  cgi.on("close", () => {
    const whole = Buffer.concat(parts);
    const split = whole.indexOf("\r\n\r\n");
    for (const line of whole.subarray(0, split).toString().split("\r\n")) {
      const [name = "", value = ""] = line.split(": ");
      if (name === "Status") answer.statusCode = Number.parseInt(value, 10);
      else answer.setHeader(name, value);
    }
    answer.end(whole.subarray(split + 4));
  });
}
