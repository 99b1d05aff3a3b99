// The policy's own checks and the knock-out in real containers: what they say of a commit, and that nothing of them stays.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import type { Runtime } from "../../src/container/run.ts";
import { approving, aStory, minute } from "../story/world.ts";
import { describeWithDocker } from "./engine.ts";
import { ownRuntime } from "./own-runtime.ts";

const policy = `version: 1
checks:
  run: [{ name: unit, command: sh check.sh, reports: [out/junit.xml] }]
knock_out: { hunks: 10 }
`;

/** It holds the first of two functions, and says in its report whether it could reach any network. */
const files = {
  "check.sh": `. ./shop.sh
mkdir -p out; got=$(add 2 3); reach=$(ls /sys/class/net | grep -v '^lo$')
[ "$got$reach" = 5 ] && failure= || failure="<failure message=\\"$got $reach\\"/>"
[ "$got$reach" = 5 ] && failures=0 || failures=1
echo "<testsuite name=\\"shop\\" tests=\\"1\\" failures=\\"$failures\\"><testcase classname=\\"shop\\" name=\\"adds\\">$failure</testcase></testsuite>" > out/junit.xml
[ $failures = 0 ]
`,
  "shop.sh": `add() { echo 0; }\n${"# between\n".repeat(8)}sub() { echo 0; }\n`,
};

describeWithDocker("own checks in containers", (engine: () => Engine) => {
  test("judge a commit without a network, take its hunks back one at a time, and leave nothing", async () => {
    const story = await aStory({
      ci: { mode: "off" },
      files,
      policy,
      reviewer: approving,
      executor:
        "sed -i 's/add() { echo 0; }/add() { echo $(($1 + $2)); }/; s/sub() { echo 0; }/sub() { echo $(($1 - $2)); }/' shop.sh",
      runtime: (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app")),
    });
    const issue = await story.startLoop();
    await story.advance(2 * minute);
    const { phase, attempts } = await story.state(issue);
    expect(phase).toBe("awaiting_gate");
    const [attempt] = attempts;
    expect(attempt?.checks?.map(({ name, head }) => [name, head?.state])).toEqual([["unit", "green"]]);
    expect(attempt?.knockOut).toMatchObject({ held: 1, notHeld: [{ path: "shop.sh", lines: { from: 10, to: 10 } }] });
    for (const { isolation } of attempt?.runs ?? [])
      expect(isolation).toMatchObject({ runtime: "docker", network: "none" });
    expect(await engine().docker.listContainers({ all: true })).toEqual([]);
    const left = readdirSync(join(story.dataDir(), "runs"), { recursive: true }).map(String);
    expect(left.filter((path) => path.includes("without"))).toEqual([]);
  }, 180_000);

  test("have what the set-up left, and take no report from there for their own", async () => {
    const report = '<testsuite name="s" tests="1" failures="0"><testcase classname="s" name="holds"/></testsuite>';
    const setup = `mkdir -p deps out && echo 5 >deps/sum && echo '${report}' | tee out/own.xml >out/stale.xml`;
    const story = await aStory({
      ci: { mode: "off" },
      files: { ".gitignore": "deps\nout\n", "package-lock.json": "{}\n", "shop.sh": "add() { echo 0; }\n" },
      policy: `version: 1
environment:
  setup: [${JSON.stringify(setup)}]
checks:
  run:
    - { name: own, command: ${JSON.stringify(`. ./shop.sh; test "$(add)" = "$(cat deps/sum)" && echo '${report}' >out/own.xml`)}, reports: [out/own.xml] }
    - { name: stale, command: test -s deps/sum, reports: [out/stale.xml] }
`,
      reviewer: approving,
      executor: "echo 'add() { cat deps/sum; }' >shop.sh; echo 6 >deps/sum",
      runtime: (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app")),
    });
    const issue = await story.startLoop();
    await story.advance(2 * minute);
    const [attempt] = (await story.state(issue)).attempts;
    expect(attempt?.checks?.map(({ name, head }) => [name, head?.state])).toEqual([
      ["own", "green"],
      ["stale", "no_evidence"],
    ]);
    expect((await engine().docker.listVolumes()).Volumes ?? []).toEqual([]);
  }, 180_000);
});
