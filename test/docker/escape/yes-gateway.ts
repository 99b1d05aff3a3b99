// A gateway that says yes to everything, for controls: any lease, any path, any push, and a proxy to loopback besides.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { openIn, tunnelAnywhere, type YesDoor } from "./yes-door.ts";

/** Serves clones of `root/origin.git` as `/repo.git` and `/other.git`, and every file below `root`. */
export async function openYesGateway(root: string, folder: string): Promise<YesDoor> {
  mkdirSync(folder, { recursive: true });
  for (const name of ["repo.git", "other.git"]) {
    execFileSync("git", ["clone", "--quiet", "--mirror", join(root, "origin.git"), join(folder, name)]);
    const settings = {
      "http.receivepack": "true",
      "receive.denyDeleteCurrent": "false",
      "receive.denyCurrentBranch": "ignore",
    };
    for (const [key, value] of Object.entries(settings))
      execFileSync("git", ["-C", join(folder, name), "config", key, value]);
    execFileSync("git", ["-C", join(folder, name), "update-server-info"]);
  }
  const server = createServer({ maxHeaderSize: 1 << 20 }, (asked, answer) => {
    const url = asked.url ?? "/";
    if (url.startsWith("http://")) get(url, (found) => found.pipe(answer));
    else if (/info\/refs|git-(upload|receive)-pack$/.test(url)) answerGit(folder, asked, answer);
    else answerFile(root, folder, url, answer);
  });
  server.on("connect", tunnelAnywhere);
  return openIn(folder, server);
}

function answerFile(root: string, folder: string, url: string, answer: ServerResponse): void {
  const path = decodeURIComponent(url).replace(/^\/+/, "");
  for (const place of [join(folder, path), join(root, path), join(root, path.replace(/^.*\.\.\//, ""))]) {
    try {
      return void answer.end(readFileSync(place));
    } catch {
      // the next place
    }
  }
  answer.end("nothing there\n");
}

/** Git's own CGI program, without a word about who may do what. */
function answerGit(folder: string, asked: IncomingMessage, answer: ServerResponse): void {
  const url = new URL(asked.url ?? "/", "http://gateway");
  const cgi = spawn("git", ["-c", "safe.directory=*", "http-backend"], {
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_PROJECT_ROOT: folder,
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
  cgi.stdin.on("error", () => {});
  const parts: Buffer[] = [];
  cgi.stdout.on("data", (part: Buffer) => parts.push(part));
  cgi.on("close", () => {
    const whole = Buffer.concat(parts);
    const split = whole.indexOf("\r\n\r\n");
    for (const line of whole.subarray(0, Math.max(0, split)).toString().split("\r\n")) {
      const [name = "", value = ""] = line.split(": ");
      if (name !== "" && name !== "Status") answer.setHeader(name, value);
    }
    answer.end(whole.subarray(split + 4));
  });
}
