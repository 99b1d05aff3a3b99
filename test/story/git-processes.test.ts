// What a loop costs this host in git processes: each of them takes milliseconds, and on a busy machine many.
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { aStory, mend } from "./world.ts";

test("the shortest loop takes at most 20 git processes of the host's, from the label to the approval", async () => {
  const calls = await countGit();
  const story = await aStory({ executor: mend });
  const issue = await story.startLoop();
  story.forge.as("bob").approve(await story.pull(issue));
  await story.settle();
  expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  const made = await calls();
  expect(made).toContain("push");
  expect(made.length, made.join(", ")).toBeLessThanOrEqual(20);
});

/** From now on every git that the App starts leaves its first word behind. Agents and the forge start git in other ways, and do not count. */
async function countGit(): Promise<() => Promise<string[]>> {
  const dir = await mkdtemp(join(tmpdir(), "count-git-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const [counter, log] = [join(dir, "git"), join(dir, "calls")];
  // The App's settings for git are its own: the first of them marks its calls. What follows the settings is the command.
  const script = `#!/bin/sh
command=
for word in "$@"; do
  case "$word:$before" in
    *:-c | -c:* | --git-dir=* | --work-tree=*) ;;
    *) command=\${command:-$word} ;;
  esac
  before=$word
done
case "$*" in "-c core.hooksPath=/dev/null -c core.fsmonitor=false "*) echo "$command" >> '${log}' ;; esac
PATH='${process.env.PATH}' exec git "$@"
`;
  await writeFile(counter, script);
  await chmod(counter, 0o755);
  await writeFile(log, "");
  vi.stubEnv("PATH", `${dir}:${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return async () => (await readFile(log, "utf8")).split("\n").filter(Boolean);
}
