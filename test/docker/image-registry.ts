// A real image registry on loopback, with people who may sign in and a door that a test can watch.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type Docker from "dockerode";
import { onTestFinished } from "vitest";
import { scratch } from "../gateway/git/world.ts";
import { until } from "../until.ts";

export const hasRegistry = spawnSync("sh", ["-c", "command -v docker-registry && command -v htpasswd"]).status === 0;

export interface ImageRegistry {
  /** As it stands in an image's name: `127.0.0.1:PORT`. */
  readonly host: string;
  /** `METHOD path`, of those who came to its door. */
  readonly seen: string[];
  /** Answers the next requests in place of the registry, where it returns true. */
  script(answer: (request: IncomingMessage, response: ServerResponse) => boolean): void;
  /** Gives it an image of the engine's, by the path in its own list, and takes that name from the engine. */
  put(docker: Docker, image: string, path: string): Promise<void>;
}

export const alice = { username: "alice", password: "open sesame" };

/** Until the test is over; with `people` only they are let in. */
export async function imageRegistry({ people = false } = {}): Promise<ImageRegistry> {
  const folder = scratch();
  const hidden = await freePort();
  const auth = people ? { auth: { htpasswd: { realm: "test", path: join(folder, "people") } } } : {};
  if (people) {
    const words = execFileSync("htpasswd", ["-Bbn", alice.username, alice.password], { encoding: "utf8" });
    writeFileSync(join(folder, "people"), words);
  }
  mkdirSync(join(folder, "kept"));
  const configuration = {
    version: "0.1",
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, "kept") } },
    http: { addr: `127.0.0.1:${hidden}` },
    ...auth,
  };
  writeFileSync(join(folder, "config.yml"), JSON.stringify(configuration));
  const child = spawn("docker-registry", ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const seen: string[] = [];
  let scripted: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  const door = createServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    response.on("error", () => {});
    if (scripted(incoming, response)) return;
    const { method, url: path, headers } = incoming;
    const inner = request({ host: "127.0.0.1", port: hidden, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    inner.on("error", () => response.destroy());
    incoming.pipe(inner);
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  onTestFinished(() => {
    door.closeAllConnections();
    door.close();
  });
  await until(async () => {
    const answer = await fetch(`http://127.0.0.1:${hidden}/v2/`).catch(() => null);
    return answer !== null;
  });
  const host = `127.0.0.1:${(door.address() as AddressInfo).port}`;
  return {
    host,
    seen,
    script(answer) {
      scripted = answer;
    },
    async put(docker, image, path) {
      const [repo = "", tag = ""] = [`${host}/${path.split(":")[0]}`, path.split(":")[1] ?? "latest"];
      await docker.getImage(image).tag({ repo, tag });
      const pushed = await docker.getImage(`${repo}:${tag}`).push({ authconfig: people ? alice : {} } as never);
      let said = "";
      for await (const chunk of pushed as unknown as NodeJS.ReadableStream) said += chunk;
      if (said.includes('"error"')) throw new Error(said);
      await docker.getImage(`${repo}:${tag}`).remove();
      seen.length = 0;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
