// Does the Dockerfile's own steps without a base image: what it copies of the context, and what it runs of npm.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const project = new URL("../..", import.meta.url).pathname;

/** Whether `.dockerignore` lets a path of the project into the build: its last line that matches counts. */
export function isInContext(path: string, ignore: string): boolean {
  const lines = ignore.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const parents = path.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
  return lines.reduce((kept, line) => {
    const pattern = patternOf(line.replace(/^!/, ""));
    return parents.some((parent) => pattern.test(parent)) ? line.startsWith("!") : kept;
  }, true);
}

/** A star stands for anything but a slash, a leading dot included, unlike in a shell. */
function patternOf(line: string): RegExp {
  const literal = line.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join("[^/]*")}$`);
}

/** Copies into `folder` what the Dockerfile's COPY lines bring from the context. */
export function copyAsTheDockerfile(folder: string): void {
  const ignore = readFileSync(join(project, ".dockerignore"), "utf8");
  const lines = [...readFileSync(join(project, "Dockerfile"), "utf8").matchAll(/^COPY (.+)$/gm)];
  for (const [, line = ""] of lines) {
    const words = line.split(" ");
    const target = join(folder, words.at(-1) ?? "");
    for (const source of words.slice(0, -1)) {
      const to = words.at(-1)?.endsWith("/") ? join(target, source) : target;
      mkdirSync(join(to, ".."), { recursive: true });
      cpSync(join(project, source), to, {
        recursive: true,
        filter: (path) => isInContext(relative(project, path), ignore),
      });
    }
  }
}

/** Runs the Dockerfile's npm commands in `folder`, as a machine that has nothing of npm's settings; throws with npm's words. */
export function runNpmOfTheDockerfile(folder: string): void {
  const steps = [...readFileSync(join(project, "Dockerfile"), "utf8").matchAll(/^RUN npm (.+)$/gm)];
  if (steps.length === 0) throw new Error("the Dockerfile runs no npm");
  for (const [, step = ""] of steps) npm(folder, step.split(" "));
}

/** Runs npm in `folder`; throws with its words. What it has downloaded before is not asked for again. */
export function npm(folder: string, args: readonly string[]): void {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
  const ran = spawnSync("npm", args, {
    cwd: folder,
    env: { ...env, npm_config_prefer_offline: "true" },
    encoding: "utf8",
  });
  if (ran.status !== 0) throw new Error(`npm ${args.join(" ")} ended with ${ran.status}\n${ran.stdout}${ran.stderr}`);
}
