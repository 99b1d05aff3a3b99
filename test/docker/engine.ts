// Opens one engine for a test file, a private one if need be; skips loudly without any, and fails where CI is set.
import { afterAll, describe } from "vitest";
import { type Engine, openEngine } from "../../src/container/docker/engine.ts";

let opened: Promise<Engine | null> | null = null;

/** The engine of this test file, opened at the first call. Null when the machine has none. */
function dockerForTests(): Promise<Engine | null> {
  opened ??= openEngine();
  return opened;
}

/** A `describe` whose tests need containers. The engine is opened before them and closed after. */
export function describeWithDocker(title: string, tests: (engine: () => Engine) => void): void {
  describe(title, async () => {
    const engine = await dockerForTests();
    if (!engine) {
      if (process.env.CI) throw new Error(`No container engine, and CI is set: "${title}" must not be skipped.`);
      console.warn(`SKIPPED, NO CONTAINER ENGINE: "${title}" needs Docker or Podman, or dockerd and root.`);
      describe.skip(title, () => tests(() => engine as never));
      return;
    }
    tests(() => engine);
    afterAll(async () => {
      opened = null;
      await engine.close();
    });
  });
}
