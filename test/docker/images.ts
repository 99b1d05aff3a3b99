// Makes small images out of the host's own programs and just the libraries they need, without a registry.
import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type Docker from "dockerode";

export interface ImageContent {
  /** Programs of the host, by absolute path; their libraries come with them. */
  readonly programs: readonly string[];
  readonly files?: readonly { readonly from: string; readonly to: string }[];
  /** Whole folders of the host, links kept as they are. */
  readonly folders?: readonly { readonly from: string; readonly to: string }[];
  /** Folders that the image declares as volumes. */
  readonly volumes?: readonly string[];
  /** Further lines of a Dockerfile, such as `EXPOSE 80`. */
  readonly changes?: readonly string[];
}

/** What an executor's image must have: sh, and git with its way over HTTP. */
export function gitPrograms(): readonly string[] {
  const core = execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim();
  return ["/bin/sh", "/usr/bin/git", join(core, "git-remote-http")];
}

/** Imports an image of this name with nothing in it but what is listed. */
export async function makeImage(docker: Docker, name: string, content: ImageContent): Promise<void> {
  const stage = mkdtempSync(join(tmpdir(), "loopgate-image-"));
  try {
    for (const folder of ["bin", "lib", "lib64"]) copyRoot(folder, stage);
    for (const file of content.programs.flatMap((program) => [program, ...librariesOf(program)])) {
      place(file, join(stage, realpathSync(dirname(file)), basename(file)));
    }
    for (const { from, to } of content.files ?? []) place(from, join(stage, to));
    for (const { from, to } of content.folders ?? []) {
      mkdirSync(dirname(join(stage, to)), { recursive: true });
      cpSync(from, join(stage, to), { recursive: true, verbatimSymlinks: true });
    }
    const [repo, tag] = name.split(":");
    const tar = spawn("tar", ["-C", stage, "-c", "."], { stdio: ["ignore", "pipe", "ignore"] });
    const changes = [...(content.volumes ?? []).map((path) => `VOLUME ${path}`), ...(content.changes ?? [])];
    const progress = await docker.importImage(tar.stdout, { repo, tag, changes });
    for await (const _ of progress) {
      // the stream's end is the answer
    }
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** A command that leaves in its workspace what the image it runs in was told to say. */
export const saysWhich = "IFS= read -r which </which; echo $which >which";

/** Gives the name to an image that says this word, and has these scripts on its path; resolves to the image's id. */
export async function makeTellingImage(
  docker: Docker,
  name: string,
  word: string,
  scripts: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-which-"));
  try {
    writeFileSync(join(folder, "which"), `${word}\n`);
    for (const [script, text] of Object.entries(scripts))
      writeFileSync(join(folder, script), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const added = Object.keys(scripts).map((script) => ({ from: join(folder, script), to: `bin/${script}` }));
    await makeImage(docker, name, {
      programs: gitPrograms(),
      files: [{ from: join(folder, "which"), to: "which" }, ...added],
    });
    return (await docker.getImage(name).inspect()).Id;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyRoot(name: string, stage: string): void {
  if (!existsSync(`/${name}`)) return;
  if (lstatSync(`/${name}`).isSymbolicLink()) symlinkSync(readlinkSync(`/${name}`), join(stage, name));
  else mkdirSync(join(stage, name));
}

function librariesOf(program: string): string[] {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] as string);
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
