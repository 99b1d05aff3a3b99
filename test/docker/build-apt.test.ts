// Images whose Dockerfile installs packages of the system: by apt and dpkg as they are, through the App's door and without any network.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type BuildParts, builtLabel, type ContextOf } from "../../src/container/docker/fetch/build.ts";
import type { ImageFault } from "../../src/container/run.ts";
import { folderAt } from "../../src/gateway/git/archive.ts";
import { createRegistries } from "../../src/gateway/registry/server.ts";
import { openBuildDoor } from "../../src/runs/build-door.ts";
import { git, scratch } from "../gateway/git/world.ts";
import { aPackage, hasApt, ownArchive, publish, sha256, sign } from "../gateway/registry/apt-archive.ts";
import { scriptedUpstream } from "../gateway/registry/scripted.ts";
import { approving, aStory, brokenShop, mend } from "../story/world.ts";
import { makeAptImage } from "./apt-image.ts";
import { describeWithDocker } from "./engine.ts";
import { ownRuntime, USER } from "./own-runtime.ts";

const BASE = "loopgate-test-apt:1";
const contextOf: ContextOf = ({ gitDir, commit, context }) => folderAt(gitDir, commit, context);
const log = { debug() {}, info() {}, warn() {}, error() {} };
const install = (name: string) => `RUN apt-get update -qq && apt-get install -qq --yes --no-install-recommends ${name}`;

describeWithDocker("packages of the system in an image that is built", (engine) => {
  /** Builds with a door to these archives, as the App does where the operator names them. */
  function building(dir: string, url: string, also: readonly string[] = []): BuildParts {
    const root = join(dir, "app", "registries");
    const registries = createRegistries({
      root,
      mostBytes: 1e9,
      upstreams: { apt: { url, token: null, also } },
      now: Date.now,
    });
    const owner = process.getuid?.() === 0 ? USER : null;
    const parts = { dataDir: join(dir, "app"), log, registries, owner };
    onTestFinished(async () => {
      for (const { Id } of await engine().docker.listImages({ filters: { label: [builtLabel] } }))
        await engine()
          .docker.getImage(Id)
          .remove({ force: true })
          .catch(() => {});
    });
    return {
      contextOf,
      mostBytes: 2e9,
      keptBytes: 100e9,
      bases: [],
      pace: { patienceMs: 300_000, steadyMs: 0 },
      door: (of, name) => openBuildDoor(parts, of, name),
    };
  }

  test.runIf(hasApt)(
    "are installed with what they need, for agent and reviewer; neither their door nor the relay is there after it",
    async () => {
      const archive = await scriptedUpstream();
      publish(archive, [aPackage("one", "Depends: two\n"), aPackage("two"), { ...aPackage("lied"), sum: sha256("x") }]);
      const key = sign(archive);
      await makeAptImage(engine().docker, BASE, {
        sources: `deb [signed-by=/key.gpg] ${archive.url} stable main`,
        key,
      });
      const there = "test -s /usr/share/one/said && test -s /usr/share/two/said || exit 9";
      const sealed = 'apt-get update -qq 2>/dev/null && exit 8; test -z "$http_proxy" || exit 7';
      const story = await aStory({
        registries: { apt: archive.url },
        dockerfiles: true,
        image: "loopgate-test-unused:1",
        ci: { mode: "run", command: "true" },
        files: {
          ...brokenShop,
          ".devcontainer/devcontainer.json": '{ "build": { "dockerfile": "Dockerfile" } }',
          ".devcontainer/Dockerfile": `FROM ${BASE}\nRUN chmod 1777 /tmp\nRUN tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' >/net\n${install("one")}\n`,
        },
        policy: "environment: { dockerfile: .devcontainer/Dockerfile }\n",
        executor: `${there}; test "$(cat /net)" = lo || exit 6; ${sealed}; ${mend}`,
        reviewer: `${there}; ${approving}`,
        runtime: (_real, dir) => ownRuntime(engine(), join(dir, "app"), { build: building(dir, archive.url) }),
      });
      const issue = await story.startLoop();
      const state = await story.state(issue);
      expect(state.phase, JSON.stringify([state.ending, state.attempts, story.comments(issue)])).toBe("awaiting_gate");
      const { Config } = await engine()
        .docker.getImage(state.images?.["built from .devcontainer/Dockerfile"]?.id ?? "")
        .inspect();
      expect(JSON.stringify(Config)).not.toContain("127.0.0.1:8417");
      expect(await relays()).toEqual([]);
    },
    300_000,
  );

  /** Builds this Dockerfile, and says what the image's label would: the id, or why there is none. */
  async function built(url: string, dockerfile: string): Promise<string> {
    const dir = scratch();
    const runtime = ownRuntime(engine(), dir, { build: building(dir, url) });
    mkdirSync(join(dir, "repository"));
    const at = join(dir, "repository");
    git(at, ["init", "-q", "-b", "main", "."]);
    writeFileSync(join(at, "Dockerfile"), dockerfile);
    git(at, ["add", "-A"]);
    git(at, ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "one"]);
    const of = { repositoryId: 7, gitDir: join(at, ".git"), commit: git(at, ["rev-parse", "HEAD"]).trim() };
    const bounds = { memoryBytes: 1024 ** 3, cpus: 2, packages: { allow: [], deny: ["three"] } };
    const build = { ...of, ...bounds, context: "", dockerfile: "Dockerfile", args: {} };
    const made = runtime.imageId?.({ kind: "built", reference: "built from Dockerfile", build });
    return made?.catch((error: ImageFault) => `${error.message} ${error.log}`) ?? "";
  }

  const relays = () => engine().docker.listContainers({ all: true, filters: { label: ["loopgate.part=relay"] } });

  test.runIf(hasApt)(
    "are not, where the archive lies or policy denies one: the build fails in apt's words, and leaves no relay",
    async () => {
      const archive = await scriptedUpstream();
      publish(archive, [{ ...aPackage("lied"), sum: sha256("x") }, aPackage("three"), aPackage("two")]);
      const key = sign(archive);
      await makeAptImage(engine().docker, BASE, {
        sources: `deb [signed-by=/key.gpg] ${archive.url} stable main`,
        key,
      });
      const from = `FROM ${BASE}\nRUN chmod 1777 /tmp\n`;
      const said = await built(
        archive.url,
        `${from}${install("lied").replace("install", "install -o Acquire::Retries=0")}\n`,
      );
      expect(said).toMatch(/could not be built at step 3[\s\S]*422/);
      expect(await built(archive.url, `${from}${install("three")}\n`)).toMatch(/at step 3[\s\S]*403/);
      expect(await built(archive.url, `${from}${install("two")}\n`)).toMatch(/^sha256:/); // control
      expect(await relays()).toEqual([]);
    },
    600_000,
  );

  const own = ownArchive();
  test.runIf(hasApt && own !== null)(
    "are installed from the very archive that this machine installs from",
    async () => {
      const { url, suite, key } = own ?? { url: "", suite: "", key: "" };
      const sources = `deb [signed-by=/key.gpg] ${url} ${suite} main`;
      await makeAptImage(engine().docker, BASE, { sources, key });
      const dockerfile = `FROM ${BASE}\nRUN chmod 1777 /tmp\n${install("hello")} && hello\n`;
      expect(await built(url, dockerfile)).toMatch(/^sha256:/);
    },
    600_000,
  );
});
