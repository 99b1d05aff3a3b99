// A repository on this machine for `loopgate verify` and `eval`, gone when the test ends.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

export interface Repository {
  readonly dir: string;
  /** Writes the files, null takes one away, and commits them. */
  commit(files: Readonly<Record<string, string | null>>, message?: string): string;
  git(...args: string[]): string;
}

export function aRepository(): Repository {
  const dir = mkdtempSync(join(tmpdir(), "verify-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", dir, "-c", "user.name=ann", "-c", "user.email=ann@example.com", ...args], {
      encoding: "utf8",
    });
  git("init", "--quiet", "--initial-branch=main");
  return {
    dir,
    git,
    commit(files, message = "work") {
      for (const [path, text] of Object.entries(files)) {
        if (text === null) {
          rmSync(join(dir, path));
          continue;
        }
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), text);
      }
      git("add", "--all");
      git("commit", "--quiet", "--message", message);
      return git("rev-parse", "HEAD").trim();
    },
  };
}

/** A policy with one command. */
export function policy(command: string, more = "reports: [junit.xml]", name = "tests"): string {
  return `checks:\n  run:\n    - name: ${name}\n      command: ${JSON.stringify(command)}\n      ${more}\n`;
}
