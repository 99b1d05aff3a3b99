// What policy gives a run, on a real engine: the limits as inspected and as felt from inside, and the variables.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { usualUids } from "../../src/environment.ts";
import { forgetting } from "../container/forgetting.ts";
import { prepareGround } from "../container/ground.ts";
import { aModule, publish } from "../gateway/registry/go-modules.ts";
import { scriptedUpstream } from "../gateway/registry/scripted.ts";
import { scriptedRegistry } from "../gateway/registry/upstream.ts";
import { approving, aStory, brokenShop, mend } from "../story/world.ts";
import { describeWithDocker } from "./engine.ts";
import { ownRuntime } from "./own-runtime.ts";

const MiB = 1024 ** 2;
const limits = { memoryBytes: 3072 * MiB, cpus: 1, pids: 300, tmpBytes: 20 * MiB };

describeWithDocker("the environment of a run", (engine) => {
  test("is as policy says: memory, processors, processes and /tmp, inspected and felt from inside", async () => {
    const ground = await prepareGround();
    const runtime = forgetting(ownRuntime(engine(), ground.folder, { instance: randomUUID() }));
    const command =
      "head -c 19000000 /dev/zero > /tmp/fits && rm /tmp/fits; head -c 22000000 /dev/zero > /tmp/not || echo full; echo $PORT";
    const running = await runtime.start(
      ground.request({ role: "check", command, limits, variables: { PORT: "3000", TZ: "Asia/Tokyo" } }),
    );
    expect(running.facts).toMatchObject({ memoryBytes: 3072 * MiB, memorySwapBytes: 3072 * MiB, cpus: 1, pids: 300 });
    expect(running.facts.envNames).toEqual(expect.arrayContaining(["PORT", "TZ"]));
    const { log } = await running.done;
    expect(log).toContain("full\n3000\n");
    expect(log).toContain("No space left on device");
  });

  test.each([
    { NPM_TOKEN: "x" },
    { LOOP_ROLE: "reviewer" },
    { HTTPS_PROXY: "http://192.0.2.1:80" },
    { LD_PRELOAD: "/workspace/x.so" },
    { PORT: `ghp_${"a1".repeat(18)}` },
  ])("never holds %o, and nothing is started", async (variables) => {
    const ground = await prepareGround();
    const runtime = forgetting(ownRuntime(engine(), ground.folder, { instance: randomUUID() }));
    const start = runtime.start(ground.request({ variables: variables as unknown as Record<string, string> }));
    await expect(start).rejects.toMatchObject({ kind: "refused" });
    expect(await runtime.list()).toEqual([]);
  });

  test("T9: a set-up is made behind the same wall, and what a run writes to its copy reaches neither the reviewer nor the next loop", async () => {
    const wall =
      "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' > deps/net; touch /etc/x 2>/dev/null || echo shut > deps/root; id -u > deps/uid";
    const poison = "echo poisoned > deps/tool; rm -rf deps/bin; ln -s /etc deps/bin";
    const clean = 'test "$(cat deps/tool)" = fine && test -d deps/bin && test ! -L deps/bin || exit 9';
    const story = await aStory({
      files: { ...brokenShop, ".gitignore": "deps\n", "package-lock.json": "{}\n" },
      policy: `environment:\n  setup: ${JSON.stringify(["mkdir -p deps/bin && echo fine > deps/tool", wall])}\n`,
      executor: `${clean}; test "$(cat deps/net)" = lo && test "$(cat deps/uid)" = "$(id -u)" || exit 8; ${poison}; ${mend}`,
      reviewer: `${clean}; touch deps/x 2>/dev/null && exit 7; test "$(cat deps/root)" = shut || exit 8; ${approving}`,
      runtime: (_real, dir) => ownRuntime(engine(), dir, { uids: usualUids }),
    });
    const [first, second] = [await story.startLoop(), await story.startLoop()];
    for (const issue of [first, second]) {
      const { phase, attempts } = await story.state(issue);
      expect(phase).toBe("awaiting_gate");
      expect(attempts).toHaveLength(1);
    }
    const made = (await story.state(second)).attempts[0]?.runs[0]?.provenance?.setUp?.madeMs;
    expect(made).toBeNull();
  });

  test("a set-up fetches its packages by `npm ci` without any network, and no other way out opens with that", async () => {
    const registry = await scriptedRegistry([
      { name: "one", version: "1.2.0" },
      { name: "@team/two", version: "2.0.0", dependencies: { one: "^1.0.0" } },
    ]);
    const at = (name: string, version: string) => ({
      version,
      resolved: `https://registry.invalid/${name}/-/${name.split("/").at(-1)}-${version}.tgz`,
      integrity: registry.integrity(name, version),
    });
    const wanted = { dependencies: { "@team/two": "^2.0.0" } };
    const locked = {
      "": wanted,
      "node_modules/@team/two": { ...at("@team/two", "2.0.0"), dependencies: { one: "^1.0.0" } },
      "node_modules/one": at("one", "1.2.0"),
    };
    const sealed = [
      "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' > node_modules/net",
      `node -e 'fetch("${registry.url}/one").then(() => process.exit(1), () => {})'`,
      `node -e 'fetch(process.env.npm_config_registry + "one", { method: "PUT", body: "{}" }).then(({ status }) => process.exit(status === 405 ? 0 : 1))'`,
    ];
    const there = `test "$(node -p 'require("@team/two") + require("one")')" = @team/two@2.0.0one@1.2.0 || exit 9`;
    const story = await aStory({
      registry: registry.url,
      files: {
        ...brokenShop,
        ".gitignore": "node_modules\n",
        "package.json": JSON.stringify(wanted),
        "package-lock.json": JSON.stringify({ name: "shop", lockfileVersion: 3, requires: true, packages: locked }),
      },
      policy: `environment:\n  setup: ${JSON.stringify(["npm ci", ...sealed])}\n`,
      executor: `${there}; test "$(cat node_modules/net)" = lo || exit 8; test -z "$npm_config_registry" || exit 7; ${mend}`,
      reviewer: `${there}; ${approving}`,
      runtime: (_real, dir) => ownRuntime(engine(), dir),
    });
    const { phase, attempts } = await story.state(await story.startLoop());
    expect(phase).toBe("awaiting_gate");
    const [run] = attempts[0]?.runs ?? [];
    expect(run?.provenance?.setUp?.packages).toMatchObject({ count: 2, fresh: [], freshCount: 0 });
    expect(run?.isolation?.network).toBe("none");
  });

  test.runIf(existsSync("/usr/bin/go"))(
    "a set-up downloads Go modules where policy keeps them, and the agent has them without any network",
    async () => {
      const [one, two] = ["example.test/one", "example.test/two"] as const;
      const proxy = await scriptedUpstream();
      publish(proxy, one, { "v1.0.0": aModule(one, "v1.0.0", `\nrequire ${two} v1.5.0\n`) });
      publish(proxy, two, { "v1.5.0": aModule(two, "v1.5.0") });
      const variables = { GOMODCACHE: "/workspace/.go", GOFLAGS: "-mod=mod -modcacherw", GONOSUMDB: "example.test" };
      const there = `test -s .go/${one}@v1.0.0/said.go && test -s .go/${two}@v1.5.0/said.go || exit 9`;
      const story = await aStory({
        registries: { go: proxy.url },
        files: {
          ...brokenShop,
          ".gitignore": ".go\ngo.sum\n",
          "go.mod": `module shop.test/shop\n\ngo 1.16\n\nrequire ${one} v1.0.0\n`,
        },
        policy: `environment:\n  env: ${JSON.stringify(variables)}\n  setup: [go mod download all]\n`,
        executor: `${there}; test -z "$GOPROXY" || exit 7; ${mend}`,
        reviewer: `${there}; ${approving}`,
        runtime: (_real, dir) => ownRuntime(engine(), dir),
      });
      const { phase, attempts } = await story.state(await story.startLoop());
      expect(phase, JSON.stringify(attempts)).toBe("awaiting_gate");
      const [run] = attempts[0]?.runs ?? [];
      expect(run?.provenance?.setUp?.packages).toMatchObject({ count: 2, freshCount: 2 });
      expect(run?.isolation?.network).toBe("none");
    },
    60_000,
  );
});
