// A remote as GitHub is one: git's smart HTTP on a bare repository, for one token, with whatever a test wants to go wrong.
import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Remote {
  readonly url: string;
  /** Requests so far, as `POST /git-receive-pack`. */
  readonly requests: readonly string[];
}

export interface Mischief {
  /** Answers a request itself by returning true. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
  /** Loses the answer to a finished request by returning true. */
  readonly loseAnswer?: (request: IncomingMessage) => boolean;
}

/** Serves the repository at `dir` to `x-access-token:<token>`; 401 and 403 otherwise. */
export async function aRemote(dir: string, token: string, mischief: Mischief = {}): Promise<Remote> {
  const requests: string[] = [];
  const expected = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url?.split("?")[0]}`);
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="GitHub"' }).end();
    } else if (!(await mischief.before?.(request, response))) {
      backend(dir, request, response, mischief.loseAnswer?.(request) ?? false);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function backend(dir: string, request: IncomingMessage, response: ServerResponse, loseAnswer: boolean): void {
  const [path, query = ""] = (request.url ?? "").split("?");
  const cgi = spawn("git", ["-c", "http.receivepack=true", "http-backend"], {
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_PROJECT_ROOT: dir,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? "",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "x-access-token",
    },
  });
  const chunks: Buffer[] = [];
  request.pipe(cgi.stdin);
  cgi.stdin.on("error", () => undefined);
  cgi.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  cgi.on("close", () => {
    if (loseAnswer) return response.destroy();
    const output = Buffer.concat(chunks);
    const end = output.indexOf("\r\n\r\n");
    const headers = output.toString("latin1", 0, end).split("\r\n");
    const pairs = headers.map((line) => line.split(": ", 2) as [string, string]);
    const status = Number(pairs.find(([name]) => name === "Status")?.[1].slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(pairs.filter(([name]) => name !== "Status")));
    response.end(output.subarray(end + 4));
  });
}
