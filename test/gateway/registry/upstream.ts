// A small npm registry on loopback, scripted: packages made in the test, and every lie that a registry can tell.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export interface Made {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  /** ISO time; long ago where it is not said. */
  readonly publishedAt?: string;
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null;
}

export interface ScriptedRegistry {
  readonly url: string;
  readonly seen: Seen[];
  /** The sum of a package, as its document states it. */
  integrity(name: string, version: string): string;
  /** Answers the next requests in place of the registry, where it returns true. */
  script(answer: (request: IncomingMessage, response: ServerResponse) => boolean): void;
  /** What the registry says of a package; a test may change it. */
  readonly documents: Map<
    string,
    { versions: Record<string, { dist: Record<string, string> }>; [key: string]: unknown }
  >;
  readonly files: Map<string, Buffer>;
}

/** A package as `npm pack` lays it out: all below `package/`. Its main file exports `name@version`. */
export function tarball({ name, version, dependencies = {} }: Made): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "lg-pack-"));
  try {
    mkdirSync(join(folder, "package"));
    const manifest = { name, version, main: "index.js", dependencies };
    writeFileSync(join(folder, "package", "package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "package", "index.js"), `module.exports = ${JSON.stringify(`${name}@${version}`)};\n`);
    execFileSync("tar", ["-czf", "made.tgz", "package"], { cwd: folder });
    return readFileSync(join(folder, "made.tgz"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sri(content: Buffer): string {
  return `sha512-${createHash("sha512").update(content).digest("base64")}`;
}

/** The registry with these packages, until the test is over. */
export async function scriptedRegistry(packages: readonly Made[], folder = ""): Promise<ScriptedRegistry> {
  const documents: ScriptedRegistry["documents"] = new Map();
  const files = new Map<string, Buffer>();
  const seen: Seen[] = [];
  let scripted: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  const server = createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, authorization: headers.authorization ?? null });
    response.on("error", () => {});
    if (scripted(request, response)) return;
    const path = decodeURIComponent(url.slice(folder.length + 1));
    const file = files.get(path);
    const document = documents.get(path);
    if (file !== undefined) return void response.end(file);
    if (document === undefined) return void response.writeHead(404).end("{}");
    const isShort = headers.accept?.includes("application/vnd.npm.install-v1+json");
    const { time, ...short } = document;
    response.setHeader("content-type", isShort ? "application/vnd.npm.install-v1+json" : "application/json");
    response.end(JSON.stringify(isShort ? short : { ...short, time }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${folder}`;
  for (const made of packages) {
    const { name, version, dependencies = {}, publishedAt = "2020-01-01T00:00:00.000Z" } = made;
    const content = tarball(made);
    const path = `${name}/-/${name.split("/").at(-1)}-${version}.tgz`;
    files.set(path, content);
    const shasum = createHash("sha1").update(content).digest("hex");
    const dist = { tarball: `${url}/${path}`, integrity: sri(content), shasum };
    const before = documents.get(name);
    documents.set(name, {
      name,
      "dist-tags": { latest: version },
      versions: { ...before?.versions, [version]: { name, version, dependencies, dist } as never },
      time: { ...(before?.time as object), [version]: publishedAt },
    });
  }
  return {
    url,
    seen,
    documents,
    files,
    integrity: (name, version) => documents.get(name)?.versions[version]?.dist.integrity ?? "",
    script(answer) {
      scripted = answer;
    },
  };
}
