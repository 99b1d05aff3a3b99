// Images that are not there and may be pulled: by a real engine from a real registry, before anyone is paid.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { dockerLogins } from "../../src/container/docker/fetch/logins.ts";
import type { PullParts } from "../../src/container/docker/fetch/pull.ts";
import { imageResolver } from "../../src/container/docker/image.ts";
import { ImageFault, type Runtime } from "../../src/container/run.ts";
import { scratch } from "../gateway/git/world.ts";
import { answer, approving, aStory, attempts, mend } from "../story/world.ts";
import { describeWithDocker } from "./engine.ts";
import { alice, hasRegistry, imageRegistry } from "./image-registry.ts";
import { makeTellingImage, saysWhich } from "./images.ts";
import { ownRuntime, USER } from "./own-runtime.ts";

const LOCAL = "loopgate-test-pull:1";

/** A Docker configuration in a folder of its own. */
function configured(configuration: object): { DOCKER_CONFIG: string } {
  const folder = scratch();
  writeFileSync(join(folder, "config.json"), JSON.stringify(configuration));
  return { DOCKER_CONFIG: folder };
}

const signedIn = (host: string, { username, password } = alice) =>
  configured({ auths: { [host]: { auth: Buffer.from(`${username}:${password}`).toString("base64") } } });

if (!hasRegistry) {
  if (process.env.CI) throw new Error("docker-registry and htpasswd are needed, and CI is set.");
  console.warn("SKIPPED: pulling of images needs docker-registry and htpasswd.");
  test.skip("pulling of images");
} else
  describeWithDocker("pulling of images", (engine) => {
    const parts = (from: readonly string[], more: Partial<PullParts> = {}): PullParts => ({
      from,
      mostBytes: 1e9,
      logins: async () => null,
      pace: { patienceMs: 60_000, steadyMs: 0 },
      againAfterMs: [10],
      ...more,
    });
    const named = (reference: string, pinned?: { id: string; digest: string | null }) =>
      ({ kind: "named", reference, ...(pinned === undefined ? {} : { pinned }) }) as const;
    const resolver = (given: PullParts) => imageResolver(engine().docker, USER, undefined, { pull: given });
    const drop = (...names: string[]) =>
      onTestFinished(async () => {
        for (const name of names)
          await engine()
            .docker.getImage(name)
            .remove({ force: true })
            .catch(() => {});
      });

    test("one that is listed is pulled once by the digest that its tag means, one that is not listed is not even asked after", async () => {
      const registry = await imageRegistry();
      const id = await makeTellingImage(engine().docker, LOCAL, "pulled");
      await registry.put(engine().docker, LOCAL, "team/tools:1");
      await engine().docker.getImage(LOCAL).remove({ force: true });
      const reference = `${registry.host}/team/tools:1`;
      drop(reference);
      const closed = resolver(parts([`${registry.host}/others/*`, `${registry.host}/team/tool`]));
      await expect(closed(named(reference))).rejects.toThrow("is not on this machine");
      expect(registry.seen).toEqual([]);
      const images = resolver(parts([`${registry.host}/team/*`]));
      const [one, other] = await Promise.all([images(named(reference)), images(named(reference))]);
      expect(one).toMatchObject({ reference, id, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
      expect(other).toEqual(one);
      const manifests = registry.seen.filter((line) => line.includes("/manifests/"));
      expect(
        manifests
          .filter((line) => line.startsWith("GET"))
          .every((line) => line.includes(one.digest ?? "?") || line.endsWith("/manifests/1")),
      ).toBe(true);
      expect(manifests.some((line) => line === `GET /v2/team/tools/manifests/${one.digest}`)).toBe(true);
      const asked = registry.seen.length;
      expect(await images(named(reference))).toEqual(one);
      expect(registry.seen).toHaveLength(asked);
    }, 60_000);

    test("a registry that wants a login gets the operator's, from the file or from a helper, and says itself why it lets nobody else in", async () => {
      const registry = await imageRegistry({ people: true });
      await makeTellingImage(engine().docker, LOCAL, "private");
      await registry.put(engine().docker, LOCAL, "team/private:1");
      const reference = `${registry.host}/team/private:1`;
      drop(reference, LOCAL);
      const helpers = scratch();
      const secret = JSON.stringify({ ServerURL: registry.host, Username: alice.username, Secret: alice.password });
      writeFileSync(
        join(helpers, "docker-credential-test"),
        `#!/bin/sh\n[ "$1" = get ] && [ "$(cat)" = ${registry.host} ] && echo '${secret}' || { echo 'credentials not found in native keychain'; exit 1; }\n`,
        { mode: 0o755 },
      );
      const path = `${helpers}:${process.env.PATH}`;
      const from = [`${registry.host}/team/private`];
      for (const env of [{}, signedIn(registry.host, { ...alice, password: "wrong words" }), signedIn("127.0.0.1:1")]) {
        const refused = resolver(parts(from, { logins: dockerLogins({ HOME: scratch(), ...env }) }));
        const fault = await refused(named(reference)).catch((error) => error);
        expect(fault).toBeInstanceOf(ImageFault);
        expect(fault.message).toMatch(/could not be pulled: .*(no basic auth credentials|unauthorized)/);
        expect(fault.message).not.toContain("wrong words");
      }
      for (const env of [
        signedIn(registry.host),
        { ...configured({ credHelpers: { [registry.host]: "test" } }), PATH: path },
        { ...configured({ credsStore: "test" }), PATH: path },
      ]) {
        const images = resolver(parts(from, { logins: dockerLogins(env) }));
        expect(await images(named(reference))).toMatchObject({ reference });
        await engine().docker.getImage(reference).remove({ force: true });
      }
    }, 90_000);

    test("what the registry does not have, sends too much of or stops sending is told in a sentence; what passes is tried again", async () => {
      const registry = await imageRegistry();
      await makeTellingImage(engine().docker, LOCAL, "broken");
      await registry.put(engine().docker, LOCAL, "team/broken:1");
      await engine().docker.getImage(LOCAL).remove({ force: true });
      const reference = `${registry.host}/team/broken:1`;
      drop(reference);
      const from = [`${registry.host}/team/*`];
      const none = resolver(parts(from))(named(`${registry.host}/team/none:1`));
      await expect(none).rejects.toThrow(/none:1 could not be pulled: .*(manifest unknown|not found)/);
      const small = resolver(parts(from, { mostBytes: 1000 }));
      await expect(small(named(reference))).rejects.toThrow("is larger than the 0 GB");
      let failures = 0;
      registry.script(({ url = "" }, response) => {
        if (!url.includes("/manifests/") || failures >= 2) return false;
        failures += 1;
        return Boolean(response.writeHead(503).end());
      });
      await expect(resolver(parts(from))(named(reference))).resolves.toMatchObject({ reference });
      expect(failures).toBe(2);
    }, 60_000);

    test("whoever asks while it goes on is told how far it is, and held up no longer", async () => {
      const registry = await imageRegistry();
      await makeTellingImage(engine().docker, LOCAL, "slow");
      await registry.put(engine().docker, LOCAL, "team/slow:1");
      await engine().docker.getImage(LOCAL).remove({ force: true });
      const reference = `${registry.host}/team/slow:1`;
      drop(reference);
      const held: (() => void)[] = [];
      registry.script(({ url = "", method = "" }, response) => {
        if (method !== "GET" || !url.includes("/manifests/") || response.hasHeader("x-again")) return false;
        held.push(() => response.destroy());
        return true;
      });
      const images = resolver(parts([`${registry.host}/team/*`], { pace: { patienceMs: 100, steadyMs: 0 } }));
      const fault = await images(named(reference)).catch((error) => error);
      expect(fault).toBeInstanceOf(Fault);
      expect([fault.kind, fault.message]).toEqual(["preparing", `The image ${reference} is being pulled.`]);
      registry.script(() => false);
      for (const letGo of held) letGo();
      for (let tries = 0; tries < 100; tries += 1) {
        const found = await images(named(reference)).catch((error) => error);
        if (!(found instanceof Fault)) return expect(found).toMatchObject({ reference });
        expect(found.kind).toBe("preparing");
      }
      throw new Error("it is never there");
    }, 60_000);

    test("a loop waits for its image and says so, keeps it for each later attempt though the tag moves, and stops in the registry's words where there is none", async () => {
      const registry = await imageRegistry();
      await makeTellingImage(engine().docker, LOCAL, "first");
      await registry.put(engine().docker, LOCAL, "team/agent:1");
      await engine().docker.getImage(LOCAL).remove({ force: true });
      const reference = `${registry.host}/team/agent:1`;
      drop(reference);
      const pull = parts([`${registry.host}/team/*`], { pace: { patienceMs: 1, steadyMs: 0 } });
      const story = await aStory({
        executor: attempts(answer({ question: "Shall I?" }), `${saysWhich}; ${mend}`),
        reviewer: approving,
        runtime: (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app"), { pull }),
        image: reference,
      });
      const issue = await story.startLoop();
      expect(story.comments(issue)[0]).toMatch(/attempt 1 (of \d )?waits for its image/i);
      expect(story.comments(issue)[0]).toContain("is being pulled");
      for (let tries = 0; tries < 200 && (await story.state(issue)).phase === "preparing"; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await story.advance(11_000);
      }
      const begun = await story.state(issue);
      expect(begun.ending?.reason).toBe("uncertainty_too_high");
      const { digest, id } = begun.images?.[reference] ?? { digest: null, id: "" };
      expect(digest).toMatch(/^sha256:/);
      await engine().docker.getImage(reference).remove({ force: true });
      const second = await makeTellingImage(engine().docker, LOCAL, "second");
      await registry.put(engine().docker, LOCAL, "team/agent:1");
      await engine()
        .docker.getImage(LOCAL)
        .tag({ repo: `${registry.host}/team/agent`, tag: "1" });
      expect(second).not.toBe(id);
      story.forge.as("alice").comment(issue, "/loop retry");
      await story.settle();
      for (let tries = 0; tries < 200 && (await story.state(issue)).phase === "preparing"; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await story.advance(11_000);
      }
      const state = await story.state(issue);
      expect(await story.file(state.head ?? "", "which")).toBe("first\n");
      const used = state.attempts.flatMap(({ runs }) => runs.map(({ provenance }) => provenance?.image?.digest));
      expect(new Set(used)).toEqual(new Set([digest]));
      const lacking = await aStory({
        executor: mend,
        runtime: (_real: Runtime, dir: string) => ownRuntime(engine(), join(dir, "app"), { pull: parts(pull.from) }),
        image: `${registry.host}/team/none:1`,
      });
      const other = await lacking.startLoop();
      const { ending, attempts: tried } = await lacking.state(other);
      expect(ending).toMatchObject({ reason: "external_dependency_blocked", of: "set_up_failed" });
      expect(tried[0]).toMatchObject({ counted: false, change: null });
      expect(lacking.comments(other).join("\n")).toMatch(
        /nothing was paid\. The image \S+none:1 could not be pulled: .*(unknown|not found)/,
      );
    }, 120_000);
  });
