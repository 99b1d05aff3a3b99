// What a person is asked to allow can be read in the question itself: the diff of those places, and the whole change.
import { expect, test } from "vitest";
import { aStory, mend } from "./world.ts";

test("a risky change: the stop shows what changes in the protected file in the open, and the rest folded away", async () => {
  const story = await aStory({ executor: `${mend}; printf 'registry=https://evil.example/\\n' > .npmrc` });
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect(ending).toMatchObject({ reason: "risky_action_detected", resume: "publish" });
  const stop = story.comments(issue).at(-1) ?? "";
  const [open = "", within = ""] = stop.split("<details>");
  expect(open).toContain("Changes a protected file: .npmrc");
  expect(open).toContain("+registry=https://evil.example/");
  expect(open).not.toContain("total.sh");
  expect(within).toContain("modified total.sh");
  expect(within).toContain("added    .npmrc");
  expect(within).toMatch(/^\+.*/m);
  expect(open.indexOf("**Next:**")).toBeLessThan(open.indexOf("```diff"));
});

test("a change that is too large: all of it is folded away, with what is added and deleted", async () => {
  const story = await aStory({
    executor: `${mend}; git rm -q README.md; for i in 1 2 3 4 5 6 7 8 9; do echo "# $i" >> more.sh; done`,
    policy: "version: 1\nlimits:\n  changed_lines: 5\n",
  });
  const issue = await story.startLoop();
  expect(await story.state(issue)).toMatchObject({ ending: { reason: "budget_limit", of: "changed_lines" } });
  const stop = story.comments(issue).at(-1) ?? "";
  expect(stop).toMatch(/All that commit .+ changes: 3 files \(1 added, 1 modified, 1 deleted\)/);
  expect(stop).toContain("deleted  README.md");
  expect(stop).toContain("+# 9");
});

test("a change that deletes every file is shown as that, file by file", async () => {
  const story = await aStory({ executor: "git rm -rq ." });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending?.resume).toBe("publish");
  const stop = story.comments(issue).at(-1) ?? "";
  expect(stop).toMatch(/All that commit .+ changes: 3 files \(3 deleted\)/);
  for (const name of ["README.md", "test.sh", "total.sh"]) expect(stop).toContain(`deleted  ${name}`);
  expect(stop).toContain('-[ "$(sh total.sh 2 3)" = 5 ]');
});

test("what nobody can allow is not offered, and nothing of it is shown", async () => {
  const edit = "mkdir -p .github/workflows; echo 'on: push' > .github/workflows/x.yml";
  const story = await aStory({ executor: `${mend}; ${edit}` });
  const issue = await story.startLoop();
  expect((await story.state(issue)).ending).toMatchObject({ reason: "risky_action_detected", resume: "execute" });
  expect(story.comments(issue).at(-1)).not.toContain("```diff");
});

test("at a stop no comment says the reason again, and the status leads to the one that does", async () => {
  const story = await aStory({
    executor: `mkdir -p "$LOOP_DIR/out"; echo '{"question":"Which total?"}' > "$LOOP_DIR/out/result.json"`,
  });
  const issue = await story.startLoop();
  const { ending } = await story.state(issue);
  expect(ending?.reason).toBe("uncertainty_too_high");
  const comments = story.comments(issue).map((comment) => comment.replace(/<details>[\s\S]*?<\/details>/g, ""));
  const saying = (text: string) => comments.filter((comment) => comment.includes(text));
  expect(saying("stopped to ask a question")).toHaveLength(1);
  expect(saying("Which total?")).toHaveLength(1);
  expect(saying("**Next:**")).toHaveLength(1);
  expect(comments[0]).toContain("newest comment here that begins “Loopgate stopped: uncertainty too high”");
  expect(comments.at(-1)?.indexOf("Which total?")).toBeLessThan(comments.at(-1)?.indexOf("**Next:**") ?? 0);
});
