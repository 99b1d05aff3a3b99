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
});
