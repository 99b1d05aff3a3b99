// A command of a story that waits until the test lets it go on.
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Holds a command until `go` is called. */
export async function aBarrier(): Promise<{ wait: string; go(): void }> {
  const dir = await mkdtemp(join(tmpdir(), "barrier-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const flag = join(dir, "go");
  return {
    wait: `while [ ! -e "${flag}" ]; do sleep 0.05; done`,
    go: () => {
      if (!existsSync(flag)) writeFileSync(flag, "");
    },
  };
}
