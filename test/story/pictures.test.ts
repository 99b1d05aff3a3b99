// Pictures that the policy's own checks leave, before and after, as people see them in the thread.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Issue } from "../../src/forge/model.ts";
import { readPicture } from "../../src/verify/pictures/png.ts";
import { plainPng } from "../verify/pictures/png-file.ts";
import { approving, aStory, attempts, brokenShop, mend, minute, type Story } from "./world.ts";

const white = [255, 255, 255] as const;
const [before, after] = [plainPng(40, 20, white), plainPng(40, 20, white, { side: 4, colour: [200, 0, 0] })] as const;

/** What the check "photographs" depends on what the shop adds up. */
const camera = `#!/bin/sh
[ "$(sh total.sh 2 3)" = 5 ] && now=after || now=before
mkdir -p shots
base64 -d < $now.b64 > shots/home.png
base64 -d < before.b64 > shots/about.png
`;

const files = {
  ...brokenShop,
  "camera.sh": camera,
  "before.b64": before.toString("base64"),
  "after.b64": after.toString("base64"),
};
const policy = [
  "version: 1",
  "checks:",
  "  run:",
  '    - { name: looks, command: "sh camera.sh", artifacts: ["shots/*.png"] }',
  "",
].join("\n");

/** A repository without any CI, and a reviewer that approves. */
function photographing(over: Readonly<Record<string, string>> = {}, more = ""): Promise<Story> {
  return aStory({
    ci: { mode: "off" },
    files: { ...files, ...over },
    policy: policy + more,
    reviewer: approving,
    executor: attempts(mend),
  });
}

async function started(story: Story): Promise<Issue> {
  const issue = await story.startLoop();
  await story.advance(2 * minute);
  return issue;
}

async function git({ repository }: Story, ...args: string[]): Promise<string> {
  return (await promisify(execFile)("git", ["-C", repository.gitDir, ...args])).stdout;
}

/** The addresses of the images in a text, by what they are called. */
function imagesIn(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/!\[(\w+)\]\((\S+)\)/g)].map(([, name, url]) => [name, url]));
}

/** As it stands on the forge. */
function attemptComment({ comments }: Issue): string {
  return comments.find(({ body }) => body.startsWith("### Attempt 1"))?.body ?? "";
}

test("what a change does to a page's looks is told with its verdict", async () => {
  const story = await photographing();
  const issue = await started(story);
  const { attempts: made } = await story.state(issue);
  expect(
    made.map(({ verdict, runs }) => [verdict?.colour, ...runs.map(({ check, role }) => check?.at ?? role)]),
  ).toEqual([["green", "executor", "head", "base", "reviewer"]]);
  expect(attemptComment(issue)).toContain(
    "**What it looks like**\n\n- `shots/home.png`: 2.0 % of its pixels changed, 40 × 20\n\n- `shots/about.png`: unchanged, 40 × 20",
  );
});

test("a screenshot that is none is no evidence, and that is said", async () => {
  const story = await photographing({ "after.b64": Buffer.from("<svg/>").toString("base64") });
  const issue = await started(story);
  const { attempts: made } = await story.state(issue);
  expect(made[0]?.verdict?.colour).toBe("red");
  const said = attemptComment(issue);
  expect(said).toContain(
    "| check `looks` | red | `shots/home.png is no evidence: it is no PNG, whatever its name says.` |",
  );
  expect(said).toContain("- `shots/home.png`: not shown: it is no PNG, whatever its name says");
});

test("where policy asks, the thread shows the pictures: before, after, and what changed", async () => {
  const story = await photographing({}, "artifacts: branch\n");
  const said = attemptComment(await started(story));
  const images = imagesIn(said);
  expect(Object.keys(images)).toEqual(["before", "after", "difference"]);
  const seen = await Promise.all(
    Object.values(images).map(async (url) => {
      const answer = await fetch(url);
      const bytes = Buffer.from(await answer.arrayBuffer());
      return [answer.headers.get("content-type"), readPicture(bytes)] as const;
    }),
  );
  expect(seen.map(([type]) => type)).toEqual(["image/png", "image/png", "image/png"]);
  const [was, is] = seen.map(([, picture]) => picture);
  expect([was, is]).toEqual([readPicture(before), readPicture(after)]);
  const log = await git(story, "log", "--format=%an %p %s", "loop-artifacts");
  expect(log).toBe("loopgate[bot]  Pictures for the threads of loops\n");
  expect(await git(story, "ls-tree", "-r", "--name-only", "loop-artifacts")).toMatch(
    /^(?:2026-01-05\/[0-9a-f]{64}\.png\n){3}$/,
  );
});

test("a branch of that name with other files is left alone, and the thread says why it shows none", async () => {
  const story = await photographing({}, "artifacts: branch\n");
  await story.forge.as("dave").push(story.repository, "loop-artifacts", { "mine.txt": "mine\n" }, "Keep mine");
  const kept = await git(story, "rev-parse", "loop-artifacts");
  const issue = await started(story);
  const said = attemptComment(issue);
  expect(said).toContain(
    "The pictures are not shown here, since GitHub did not take them: the branch loop-artifacts has other files than pictures of loops",
  );
  expect([Object.keys(imagesIn(said)), await git(story, "rev-parse", "loop-artifacts")]).toEqual([[], kept]);
});

test("what an agent attaches stands in the thread: a file of its own, and what a tool of another server showed it", async () => {
  const notes = join(import.meta.dirname, "../../fixtures/servers/notes.mjs");
  const small = plainPng(2, 2, white).toString("base64");
  const story = await aStory({
    files,
    policy: `version: 1
artifacts: branch
tools:
  servers:
    notes: { command: "exec node ${notes}", tools: { picture: allow } }
`,
    executor: `base64 -d < after.b64 > "$LOOP_DIR/out/home.png"
printf '<svg/>' > "$LOOP_DIR/out/none.png"
ln -s "$PWD/total.sh" "$LOOP_DIR/out/link.png"
{ loop attach_artifact home.png 'The front page, @bob'
loop notes-picture '{"text": "${small}"}'
loop attach_artifact picture-1
loop notes-picture '{"text": "AAAA"}'
for no in picture-2 none.png link.png ../out/home.png result.json; do loop attach_artifact $no; done
} > said.txt
${mend}`,
  });
  const issue = await story.startLoop();
  const said = await story.file((await story.pull(issue)).head.sha, "said.txt");
  expect(said.match(/^(?:Noted|\[|.*is not attached).*$/gm)).toEqual([
    "Noted. The thread shows it once you have ended.",
    "[a picture, kept as picture-1: attach_artifact shows it in the thread]",
    "Noted. The thread shows it once you have ended.",
    "[left out: a picture of type image/png; it is no PNG, whatever its name says]",
    "picture-2 is not attached: there is no such file of at most 5 MiB.",
    "none.png is not attached: it is no PNG, whatever its name says.",
    "link.png is not attached: there is no such file of at most 5 MiB.",
    "../out/home.png is not attached: it is no name of a file in that folder.",
    "result.json is not attached: there is no such file of at most 5 MiB.",
  ]);
  const comment = attemptComment(issue);
  expect(comment).toContain('- `home.png`: attached by the agent, with the words `The front page, @bob`\n\n<img src="');
  expect(comment).toContain('- `picture-1`: attached by the agent\n\n<img src="');
  const urls = [...comment.matchAll(/<img src="(\S+)" alt="picture" width="360">/g)].map(([, url]) => url ?? "");
  const shown = await Promise.all(urls.map(async (url) => readPicture(await (await fetch(url)).bytes())));
  expect(shown).toEqual([readPicture(after), readPicture(Buffer.from(small, "base64"))]);
});
