// Images built from a repository's own Dockerfile: from the base, without a network, within bounds, and for nobody else.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type BuildParts, builtLabel, builtName, type ContextOf } from "../../src/container/docker/fetch/build.ts";
import { imageResolver } from "../../src/container/docker/image.ts";
import { ImageFault, type Runtime } from "../../src/container/run.ts";
import { folderAt } from "../../src/gateway/git/archive.ts";
import { git, scratch } from "../gateway/git/world.ts";
import { answer, approving, aStory, attempts, brokenShop, mend } from "../story/world.ts";
import { describeWithDocker } from "./engine.ts";
import { gitPrograms, makeImage, makeTellingImage, saysWhich } from "./images.ts";
import { ownRuntime, USER } from "./own-runtime.ts";

const BASE = "loopgate-test-base:1";
const contextOf: ContextOf = ({ gitDir, commit, context }) => folderAt(gitDir, commit, context);

/** A repository with these files; an object is a link to what it names. */
function aRepository(files: Readonly<Record<string, string | { readonly link: string }>>) {
  const dir = scratch();
  git(dir, ["init", "-q", "-b", "main", "."]);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    if (typeof content === "string") writeFileSync(join(dir, path), content);
    else symlinkSync(content.link, join(dir, path));
  }
  git(dir, ["add", "-A"]);
  git(dir, ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "one"]);
  return { gitDir: join(dir, ".git"), commit: git(dir, ["rev-parse", "HEAD"]).trim() };
}

describeWithDocker("images built from a Dockerfile", (engine) => {
  const parts = (more: Partial<BuildParts> = {}): BuildParts => ({
    contextOf,
    mostBytes: 1e9,
    keptBytes: 100e9,
    bases: [],
    pace: { patienceMs: 120_000, steadyMs: 0 },
    watchMs: 100,
    ...more,
  });

  async function aBase() {
    await makeImage(engine().docker, BASE, {
      programs: [...gitPrograms(), "/bin/cat", "/bin/ls", "/bin/dd", "/bin/sleep", "/usr/bin/id"],
    });
  }

  /** Builds as a loop of this repository would. */
  function building(
    files: Parameters<typeof aRepository>[0],
    {
      repositoryId = 7,
      more = {},
      build = {},
    }: { repositoryId?: number; more?: Partial<BuildParts>; build?: object } = {},
  ) {
    const images = imageResolver(engine().docker, USER, undefined, { build: parts(more) });
    const of = { repositoryId, ...aRepository(files), context: "", dockerfile: "Dockerfile", args: {} };
    const whole = { ...of, memoryBytes: 512 * 1024 ** 2, cpus: 1, ...build };
    return images({ kind: "built", reference: "built from Dockerfile", build: whole });
  }

  async function contentOf(id: string, path: string, NetworkMode = "none"): Promise<string> {
    const container = await engine().docker.createContainer({
      Image: id,
      Cmd: ["cat", path],
      HostConfig: { NetworkMode },
    });
    try {
      await container.start();
      await container.wait();
      const log = (await container.logs({ stdout: true, stderr: true })) as Buffer;
      return log
        .toString("utf8")
        .replaceAll(/[\x00-\x08]/g, "")
        .slice(0, 2000);
    } finally {
      await container.remove({ force: true });
    }
  }

  const dropBuilt = () =>
    onTestFinished(async () => {
      for (const { Id } of await engine().docker.listImages({ filters: { label: [builtLabel] } }))
        await engine()
          .docker.getImage(Id)
          .remove({ force: true })
          .catch(() => {});
    });

  test("the same content is built once, another repository's is its own, and a policy cannot name either", async () => {
    dropBuilt();
    await aBase();
    const files = { Dockerfile: `FROM ${BASE}\nCOPY said /said\nRUN cat /said >/made\n`, said: "hello\n" };
    const one = await building(files);
    expect(await contentOf(one.id, "/made")).toContain("hello");
    expect((await building(files)).id).toBe(one.id);
    const other = await building(files, { repositoryId: 8 });
    expect(other.id).not.toBe(one.id);
    expect((await building({ ...files, said: "changed\n" })).id).not.toBe(one.id);
    expect((await building(files, { build: { args: { A: "1" } } })).id).not.toBe(one.id);
    const { RepoTags } = await engine().docker.getImage(one.id).inspect();
    const images = imageResolver(engine().docker, USER);
    for (const reference of [RepoTags[0] ?? "", one.id])
      await expect(images({ kind: "named", reference })).rejects.toThrow("cannot be named by a policy");
    await expect(images({ kind: "named", reference: BASE })).resolves.toMatchObject({ reference: BASE }); // control
  }, 180_000);

  test("an image that somebody gave the name of another key is not taken for it", async () => {
    dropBuilt();
    await aBase();
    const files = { Dockerfile: `FROM ${BASE}\nRUN cat /bin/sh >/dev/null\n` };
    const one = await building(files);
    const { RepoTags } = await engine().docker.getImage(one.id).inspect();
    const [, key = ""] = (RepoTags[0] ?? "").split(":");
    await engine().docker.getImage(BASE).tag({ repo: builtName, tag: key });
    const again = await building(files);
    expect((await engine().docker.getImage(again.id).inspect()).Config.Labels[builtLabel]).toBe(`7/${key}`);
  }, 120_000);

  test("a step has no network of the machine's, which a container in it sees", async () => {
    dropBuilt();
    await aBase();
    const { id } = await building({ Dockerfile: `FROM ${BASE}\nRUN cat /proc/net/dev >/seen\n` });
    const own = /^(?:lo|tunl0|sit0|ip6tnl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|ip6gre0|ifb\d)$/; // what the kernel may give every namespace
    const others = (seen: string) => [...seen.matchAll(/([\w.-]+):\s+\d/g)].filter(([, name]) => !own.test(name ?? ""));
    expect(others(await contentOf(id, "/seen"))).toEqual([]);
    expect(others(await contentOf(id, "/proc/net/dev", "host")).length).toBeGreaterThan(0); // control
  }, 120_000);

  test("a link in the context leads to nothing of the machine, whichever way it is copied; one within it is followed", async () => {
    dropBuilt();
    await aBase();
    const secret = join(scratch(), "secret");
    writeFileSync(secret, "of the host\n");
    const copied = (link: string, copy: string) =>
      building({
        Dockerfile: `FROM ${BASE}\n${copy}\nRUN cat /x >/made || echo nothing >/made\n`,
        real: "of the repository\n",
        evil: { link },
      });
    for (const [link, copy] of [
      [secret, "COPY evil /x"],
      [`../../../../../../../../..${secret}`, "COPY evil /x"],
      [dirname(secret), "COPY evil/secret /x"],
      ["/", `COPY evil${secret} /x`],
    ] as const) {
      const built = await copied(link, copy).catch((error) => error);
      const made = built instanceof ImageFault ? built.message : await contentOf(built.id, "/made");
      expect(made).not.toContain("of the host");
    }
    const fine = await copied("real", "COPY evil /x");
    expect(await contentOf(fine.id, "/made")).toContain("of the repository");
    const linked = building({ Dockerfile: { link: "other" }, other: `FROM ${BASE}\n` });
    await expect(linked).rejects.toThrow("has no Dockerfile at Dockerfile that can be read");
  }, 180_000);

  test("a step that fails, hangs or floods ends the build in a sentence, and leaves no container and no image", async () => {
    dropBuilt();
    await aBase();
    const containers = async () => (await engine().docker.listContainers({ all: true })).length;
    const before = await containers();
    const failing = await building({ Dockerfile: `FROM ${BASE}\nRUN echo no data @alice; exit 3\n` }).catch(
      (error) => error,
    );
    expect(failing).toBeInstanceOf(ImageFault);
    expect(failing.message).toMatch(
      /^The image of Dockerfile could not be built at step 2 of 2 \(RUN echo no data alice; exit 3\): .*non-zero code: 3\.$/,
    );
    expect(failing.log).toContain("no data @alice");
    const hanging = building({ Dockerfile: `FROM ${BASE}\nRUN sleep 600\n` }, { more: { buildMs: 3_000 } });
    await expect(hanging).rejects.toThrow("took longer than 0 minutes");
    const flooding = building(
      { Dockerfile: `FROM ${BASE}\nRUN dd if=/dev/zero of=/x bs=1000000 count=300; sleep 600\n` },
      { more: { mostBytes: 1e8 } },
    );
    await expect(flooding).rejects.toThrow("it has more than the 0.1 GB that an image may have here");
    const heavy = building(
      { Dockerfile: `FROM ${BASE}\n`, big: "x".repeat(2_000_000) },
      { more: { contextBytes: 1e6 } },
    );
    await expect(heavy).rejects.toThrow("has a context of more than 0 GB");
    for (let tries = 0; tries < 100 && (await containers()) > before; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await containers()).toBe(before);
    expect(await engine().docker.listImages({ filters: { label: [builtLabel] } })).toEqual([]);
  }, 180_000);

  test("what the operator does not let it be built upon, and what a base would have done by itself, is refused by name", async () => {
    await aBase();
    const files = { Dockerfile: `FROM ${BASE}\n` };
    await expect(building(files, { more: { bases: ["another:1"] } })).rejects.toThrow(
      `does not allow the image ${BASE}`,
    );
    await expect(building({ Dockerfile: "FROM loopgate-test-none:1\n" })).rejects.toThrow("is not on this machine");
    await makeImage(engine().docker, "loopgate-test-triggers:1", {
      programs: ["/bin/sh"],
      changes: ["ONBUILD RUN true"],
    });
    await expect(building({ Dockerfile: "FROM loopgate-test-triggers:1\n" })).rejects.toThrow("has `ONBUILD` in it");
    await expect(building({ Dockerfile: `FROM ${BASE}\nADD https://example.com/x /x\n` })).rejects.toThrow(
      "it has `ADD` of an address",
    );
  }, 120_000);

  test("images that were used longest ago go first, and never one that a container is made of", async () => {
    dropBuilt();
    await aBase();
    const make = (said: string, more: Partial<BuildParts> = {}) =>
      building({ Dockerfile: `FROM ${BASE}\nCOPY said /\n`, said }, { more });
    const built = [await make("one"), await make("two"), await make("three")];
    const container = await engine().docker.createContainer({ Image: built[0]?.id ?? "", Cmd: ["true"] });
    onTestFinished(() => container.remove({ force: true }));
    const there = async () =>
      (await engine().docker.listImages({ filters: { label: [builtLabel] } })).map(({ Id }) => Id).sort();
    await make("four", { keptBytes: 1 });
    expect((await there()).length).toBe(4); // all of them were given away within minutes
    const last = await make("five", { keptBytes: 1, restMs: 0 });
    expect(await there()).toEqual([built[0]?.id, last.id].sort());
  }, 180_000);

  test("a loop's runs have the image of the base's Dockerfile, whatever an agent makes of it, and keep it for later attempts", async () => {
    dropBuilt();
    await makeTellingImage(engine().docker, BASE, "base");
    const story = await aStory({
      policy: "environment: { dockerfile: tools/Dockerfile }\n",
      dockerfiles: true,
      image: "loopgate-test-unused:1",
      ci: { mode: "run", command: "true" },
      files: { ...brokenShop, "tools/Dockerfile": `FROM ${BASE}\nCOPY tools/word /which\n`, "tools/word": "built\n" },
      executor: attempts(answer({ question: "Shall I?" }), `${saysWhich}; echo changed >tools/word; ${mend}`),
      reviewer: `IFS= read -r which </which; test "$which" = built || exit 9; ${approving}`,
      runtime: (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app"), { build: parts() }),
    });
    const issue = await story.startLoop();
    const begun = await story.state(issue);
    expect(begun.ending?.reason).toBe("uncertainty_too_high");
    expect(story.comments(issue)[0]).toContain("image `built from tools/Dockerfile`");
    story.forge.as("alice").comment(issue, "/loop retry");
    await story.settle();
    const state = await story.state(issue);
    expect(await story.file(state.head ?? "", "which")).toBe("built\n");
    const ids = state.attempts.flatMap(({ runs }) => runs.map(({ provenance }) => provenance?.image?.id));
    expect(new Set(ids)).toEqual(new Set([begun.images?.["built from tools/Dockerfile"]?.id]));
    expect(state.phase).toBe("awaiting_gate");
  }, 180_000);
});
