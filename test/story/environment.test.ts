// What policy says of a run's environment reaches the runs, stands in the thread, and what a run ran out of is told with the line that raises it.
import { expect, test } from "vitest";
import type { RunRequest, Runtime } from "../../src/container/run.ts";
import { approving, aStory, mend } from "./world.ts";

const policy = `environment:
  memory: 3 GiB
  cpus: 1.5
  processes: 300
  tmp: 100 MiB
  disk: 1 GiB
  env:
    PORT: "3000"
    NODE_ENV: test
`;

/** A story's runtime that writes down what it is asked for. */
function noting(requests: RunRequest[]) {
  return (real: Runtime): Runtime => ({
    ...real,
    start: (request, watch) => {
      requests.push(request);
      return real.start(request, watch);
    },
  });
}

test("limits and variables reach executor and reviewer, and the first comment says them in one line", async () => {
  const requests: RunRequest[] = [];
  const has = 'test "$PORT $NODE_ENV" = "3000 test" || exit 9';
  const story = await aStory({
    policy,
    executor: `${has}; ${mend}`,
    reviewer: `${has}; ${approving}`,
    runtime: noting(requests),
  });
  const issue = await story.startLoop();
  expect((await story.state(issue)).phase).toBe("awaiting_gate");
  const MiB = 1024 ** 2;
  const limits = { memoryBytes: 3072 * MiB, cpus: 1.5, pids: 300, tmpBytes: 100 * MiB, workspaceBytes: 1024 * MiB };
  expect(requests.map(({ role }) => role)).toEqual(["executor", "reviewer"]);
  for (const request of requests)
    expect(request).toMatchObject({ limits, variables: { PORT: "3000", NODE_ENV: "test" } });
  expect(story.comments(issue)[0]).toContain(
    "- Environment: image `toolchain`, 3 GiB of memory, 1.5 CPUs, 300 processes, 100 MiB in `/tmp`, 1 GiB of disk, the variables `PORT`, `NODE_ENV`\n",
  );
});

test("a repository without a word on it has what every run had before", async () => {
  const requests: RunRequest[] = [];
  const story = await aStory({ runtime: noting(requests) });
  const issue = await story.startLoop();
  expect(requests[0]?.variables).toBeUndefined();
  expect(story.comments(issue)[0]).toContain(
    "- Environment: image `toolchain`, 2 GiB of memory, 2 CPUs, 256 processes, 512 MiB in `/tmp`, 4 GiB of disk\n",
  );
});

test.each([
  ["processes", "echo 'sh: 0: Cannot fork' >&2; exit 2", "it ran out of processes; a run may have 300"],
  [
    "tmp",
    "echo 'write error: No space left on device' >&2; exit 1",
    "it ran out of space, most likely in /tmp, which may hold 100 MiB",
  ],
])(
  "F51: a run that ran out of %s is told as that, with the line of the policy that raises it",
  async (option, executor, said) => {
    const story = await aStory({ policy, executor });
    const issue = await story.startLoop();
    const all = story.comments(issue).join("\n");
    expect(all).toContain(`nothing was pushed: ${said}`);
    expect(all).toContain(`A person can raise \`environment.${option}\` in \`.github/loop.yml\``);
    expect((await story.state(issue)).ending).toMatchObject({ of: "same_failure", trouble: option });
    expect(all).toContain(
      `or raise \`environment.${option}\` in \`.github/loop.yml\` as far as this App's operator allows`,
    );
  },
);

test("words on a limit in the output of a run that finished mean nothing", async () => {
  const story = await aStory({ executor: "echo 'No space left on device'" });
  const issue = await story.startLoop();
  expect(story.comments(issue).join("\n")).not.toContain("environment.tmp");
});
