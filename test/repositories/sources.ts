// Git repositories made of the sources that packages publish, with their own tests and lockfiles.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

type Manifest = Record<string, unknown> & { devDependencies?: Record<string, string> };

/** Unpacks what npm's registry has of a package, such as `qs@6.14.0`, into a folder. */
export function unpackNpm(spec: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const packed = run(folder, "npm", ["pack", "--silent", spec]).trim().split("\n").at(-1) ?? "";
  run(folder, "tar", ["-xzf", packed, "--strip-components=1"]);
  rmSync(join(folder, packed));
}

/** Unpacks the sources that a package of Debian's brings, from a folder of it. */
export function unpackDebian(name: string, from: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const aside = `${folder}.deb`;
  mkdirSync(aside);
  run(aside, "apt-get", ["download", "-q", name]);
  run(aside, "sh", ["-c", "dpkg-deb -x *.deb whole"]);
  run(aside, "cp", ["-R", `whole/${from}/.`, folder]);
  rmSync(aside, { recursive: true });
}

/** Changes a package's manifest. */
export function editManifest(folder: string, change: (manifest: Manifest) => Manifest): void {
  const file = join(folder, "package.json");
  const manifest = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : {};
  writeFileSync(file, `${JSON.stringify(change(manifest), null, 2)}\n`);
}

/** The lockfile that npm makes, with nothing installed. */
export function lockNpm(folder: string): void {
  run(folder, "npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]);
}

/** How many packages a lockfile of npm's names. */
export function lockedCount(folder: string): number {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  return Object.keys(lock.packages).length - 1;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** One commit of all that is there and not ignored. */
export function commitAll(folder: string): void {
  run(folder, "git", ["init", "--quiet", "--initial-branch", "main"]);
  run(folder, "git", ["add", "--all"]);
  const author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.test", "-c", "commit.gpgsign=false"];
  run(folder, "git", [...author, "commit", "--quiet", "--message", "Begin"]);
}

export function run(folder: string, program: string, args: readonly string[]): string {
  return execFileSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1e8,
  });
}
