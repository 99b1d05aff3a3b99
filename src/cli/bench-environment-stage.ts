// What the bench of environments measures on: a project with many packages, and the plainest server that has them.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "../base/fault.ts";

const run = promisify(execFile);

/** As dependencies are: many files, few of them large. */
const filesEach = 80;
const fileBytes = 25_000;

export interface Project {
  /** Holds `package.json` and `package-lock.json`. */
  readonly dir: string;
  readonly packages: readonly string[];
  /** A server on loopback with the packages as files, and their documents in memory: nothing that serves them does less. */
  readonly server: Server;
  readonly url: string;
}

/** A project whose dependencies take about so many bytes on disk. */
export async function aProject(root: string, bytes: number, signal: AbortSignal): Promise<Project> {
  const [dir, files] = [join(root, "project"), join(root, "packages")];
  for (const folder of [dir, files]) await mkdir(folder);
  const packages = Array.from(
    { length: Math.max(1, Math.round(bytes / (filesEach * fileBytes))) },
    (_, at) => `p${at}`,
  );
  const text = programText();
  const sums = new Map<string, { readonly integrity: string; readonly shasum: string }>();
  for (const name of packages) {
    signal.throwIfAborted();
    sums.set(name, await makePackage(files, name, text));
  }
  const documents = new Map<string, string>();
  const server = createServer((request, response) => {
    const name = (request.url ?? "").slice(1);
    const document = documents.get(name);
    if (document !== undefined) return void response.setHeader("content-type", "application/json").end(document);
    const file = packages.find((one) => name === `${one}/-/${one}-1.0.0.tgz`);
    if (file === undefined) return void response.writeHead(404).end("{}");
    createReadStream(join(files, `${file}.tgz`)).pipe(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const locked: Record<string, object> = { "": { dependencies: wanted(packages) } };
  for (const [name, sum] of sums) {
    const tarball = `${url}/${name}/-/${name}-1.0.0.tgz`;
    const manifest = { name, version: "1.0.0", dist: { tarball, ...sum } };
    const time = { "1.0.0": "2020-01-01T00:00:00.000Z" };
    documents.set(
      name,
      JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": manifest }, time }),
    );
    locked[`node_modules/${name}`] = { version: "1.0.0", resolved: tarball, integrity: sum.integrity };
  }
  const lock = { name: "bench", lockfileVersion: 3, requires: true, packages: locked };
  await writeFile(join(dir, "package.json"), JSON.stringify({ name: "bench", dependencies: wanted(packages) }));
  await writeFile(join(dir, "package-lock.json"), JSON.stringify(lock));
  await writeFile(join(dir, ".gitignore"), "node_modules\n");
  return { dir, packages, server, url };
}

function wanted(packages: readonly string[]): Record<string, string> {
  return Object.fromEntries(packages.map((name) => [name, "1.0.0"]));
}

/** Lines that pack about as well as programs do. */
function programText(): string {
  let [text, seed] = ["", "bench"];
  while (text.length < 1_000_000) {
    seed = createHash("sha1").update(seed).digest("hex");
    text += `export const value_${seed.slice(0, 8)} = compute("${seed}", ${text.length});\n`;
  }
  return text;
}

/** Each file has another part of the text, so that none is like another that is near. */
async function makePackage(files: string, name: string, text: string) {
  const folder = join(files, name);
  await mkdir(join(folder, "package"), { recursive: true });
  await writeFile(join(folder, "package", "package.json"), JSON.stringify({ name, version: "1.0.0" }));
  for (let at = 0; at < filesEach; at += 1) {
    const from = (at * 37_003 + Number(name.slice(1)) * 977) % (text.length - fileBytes);
    const content = `// ${name} ${at}\n${text.slice(from, from + fileBytes)}`;
    await writeFile(join(folder, "package", `file-${at}.js`), content);
  }
  const file = join(files, `${name}.tgz`);
  await run("tar", ["-C", folder, "-I", "gzip -1", "-cf", file, "package"]);
  await rm(folder, { recursive: true });
  const content = await readFile(file);
  const sum = (kind: string, form: "hex" | "base64") => createHash(kind).update(content).digest(form);
  return { integrity: `sha512-${sum("sha512", "base64")}`, shasum: sum("sha1", "hex") };
}

export interface NpmCi {
  readonly project: Project;
  /** Where it is installed; what is there already is not counted. */
  readonly dir: string;
  readonly cache: string;
  readonly registry: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** `npm ci` in a copy of the project without anything installed, in milliseconds. Throws Fault where it fails. */
export async function npmCi({ project, dir, cache, registry, variables = {}, signal }: NpmCi): Promise<number> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir);
  for (const file of ["package.json", "package-lock.json", ".gitignore"])
    await writeFile(join(dir, file), await readFile(join(project.dir, file)));
  const flags = ["--no-audit", "--no-fund", "--no-update-notifier", "--prefer-offline", "--ignore-scripts"];
  const env = {
    PATH: process.env.PATH,
    HOME: cache,
    npm_config_cache: cache,
    npm_config_registry: registry,
    ...variables,
  };
  const began = performance.now();
  await run("npm", ["ci", ...flags], { cwd: dir, env, signal, maxBuffer: 64 * 1024 ** 2 }).catch((cause) => {
    if (signal.aborted) throw cause;
    const said = String(cause.stderr ?? cause.message).slice(-500);
    throw new Fault(`\`npm ci\`, which is measured against, failed: ${said}`, {
      kind: "engine",
      retry: "never",
      cause,
    });
  });
  return performance.now() - began;
}

/** What folders take on disk, in bytes. */
export async function diskOf(folders: readonly string[]): Promise<number> {
  const { stdout } = await run("du", ["-skc", "--", ...folders], { maxBuffer: 16 * 1024 ** 2 });
  return Number(/^(\d+)\ttotal$/m.exec(stdout)?.[1]) * 1024;
}
