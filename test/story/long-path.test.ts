// The whole App where the temporary folder's path is long, or has a space in it.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { aStory } from "./world.ts";

test.each([
  ["as long as macOS's", "var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T"],
  ["longer than any socket's path", "n".repeat(120)],
  ["with a space in it", "my work"],
])("a loop goes to its gate where the temporary folder is %s", async (_, name) => {
  const root = mkdtempSync(join(tmpdir(), "lp-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const story = await aStory();
  expect(story.dataDir().startsWith(folder)).toBe(true);
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
});
