// Attacks by what a run leaves in its workspace's `.git` and by its lease's end: the host must run nothing, a dead lease opens nothing (T6, T9).
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect } from "vitest";
import type { Engine } from "../../../src/container/docker/engine.ts";
import { judge } from "../../../src/gateway/git/judge.ts";
import { publish } from "../../../src/gateway/git/publish.ts";
import { branchHead } from "../../../src/gateway/git/quarantine.ts";
import { removeWorkspace } from "../../../src/gateway/git/workspace.ts";
import { runtimeOf } from "./arena.ts";
import { attacksFail, type Evidence, readEvidence, tryAttack } from "./attack.ts";
import { aWorld, branch, env, type World } from "./gateway.ts";

interface Trap {
  readonly title: string;
  /** Shell in the workspace that sets the trap; `$spring` is the command that must never run on the host. */
  readonly set: string;
  /** What a careless host would run in the tree; it springs the trap. */
  readonly careless: string;
}

const filter = (kind: string) =>
  `git config filter.trap.${kind} "sh -c '$spring; cat'"; git config filter.trap.required true; mkdir -p .git/info; echo '* filter=trap' > .git/info/attributes`;
const attribute = (line: string) => `mkdir -p .git/info; echo '${line}' > .git/info/attributes`;

const traps: readonly Trap[] = [
  { title: "a file monitor", set: 'git config core.fsmonitor "$spring; false"', careless: "git status" },
  {
    title: "a hook before commits",
    set: 'mkdir -p .git/hooks; printf "#!/bin/sh\\n$spring\\n" > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit',
    careless: "git commit --allow-empty -m x",
  },
  {
    title: "a hook after checkouts, in a folder of its own",
    set: 'mkdir -p traps; printf "#!/bin/sh\\n$spring\\n" > traps/post-checkout; chmod +x traps/post-checkout; git config core.hooksPath traps',
    careless: "git checkout HEAD",
  },
  { title: "a filter on the way in", set: filter("clean"), careless: "echo x > new.txt; git add new.txt" },
  { title: "a filter on the way out", set: filter("smudge"), careless: "rm README.md; git checkout -- README.md" },
  {
    title: "an external difference program",
    set: 'git config diff.external "$spring;"; echo more >> README.md',
    careless: "git diff",
  },
  {
    title: "a text conversion by attribute",
    set: `${attribute("* diff=trap")}; git config diff.trap.textconv "$spring; cat"; echo more >> README.md`,
    careless: "git diff",
  },
  {
    title: "a merge driver by attribute",
    set: `${attribute("* merge=trap")}; git config merge.trap.driver "$spring; false"; git branch -f side; git checkout -q side; echo a > README.md; git commit -qam a; git checkout -q -; echo b > README.md; git commit -qam b`,
    careless: "git merge side",
  },
  {
    title: "an ssh command",
    set: 'git config core.sshCommand "$spring; false"; git remote add far ssh://far.invalid/x',
    careless: "git fetch far",
  },
  {
    title: "a credential helper",
    set: 'git config credential.helper "!$spring; false"',
    careless: "printf 'protocol=https\\nhost=x.invalid\\n\\n' | git credential fill",
  },
  {
    title: "a remote that is a command",
    set: 'git config protocol.ext.allow always; git remote add run "ext::sh -c $(printf %s "$spring" | sed "s/ /% /g")"',
    careless: "git fetch run",
  },
  {
    title: "an included configuration file",
    set: 'printf "[core]\\n fsmonitor = \\"$spring; false\\"\\n" > conf; git config include.path ../conf',
    careless: "git status",
  },
  {
    title: "a program that signs",
    set: 'printf "#!/bin/sh\\n$spring\\nexit 1\\n" > signer; chmod +x signer; git config gpg.program ./signer; git config commit.gpgSign true',
    careless: "git commit --allow-empty -m x",
  },
  {
    title: "an alias of a pager",
    set: 'git config core.pager "$spring; cat"; git config pager.log true',
    careless: "git -c color.ui=always --paginate log",
  },
];

export function hostileGitAttacks(engine: () => Engine): void {
  describe("what a run leaves in its .git", () => {
    for (const [index, trap] of traps.entries()) {
      let run: Promise<Sprung> | null = null;
      const finished = () => {
        run ??= sprung(engine(), trap, index);
        return run;
      };
      tryAttack(`T9: ${trap.title} runs nothing on the host, which judges and publishes the push`, {
        fails: async () => {
          const { world, canary, log } = await finished();
          const { gitDir, base } = world.quarantine;
          const head = (await branchHead(world.quarantine)) ?? "";
          expect(log).toContain("trap set");
          expect((await judge({ gitDir, base: base.sha, head })).problems).toEqual([]);
          const published = await publish({ gitDir, head, url: `file://${world.origin}`, branch, expected: null });
          expect([published.status, existsSync(canary)]).toEqual(["pushed", false]);
        },
        works: async () => {
          const { world, canary } = await finished();
          beCareless(world.arena.workspace, trap.careless);
          expect(existsSync(canary)).toBe(true);
          await removeWorkspace(world.arena.workspace);
          expect(existsSync(world.arena.workspace)).toBe(false);
          await world.close();
        },
      });
    }
  });

  describe("a lease that has ended", () => {
    let [guarded, weakened]: Evidence[] = [{}, {}];
    beforeAll(async () => {
      guarded = await afterTheLease(engine(), (world) => world.revoke());
      weakened = await afterTheLease(engine(), () => {});
    });
    attacksFail(
      [
        {
          title: "T6: a lease that has ended opens nothing any more, while its container still runs",
          name: "revoked-lease",
          fails: /^HTTP\/1.1 403/,
          works: /^HTTP\/1.1 200/,
        },
        {
          title: "T6: a lease that has ended pushes nothing any more",
          name: "revoked-push",
          fails: /403|exit 128/,
          works: /Loopgate took/,
        },
      ],
      () => guarded ?? {},
      () => weakened ?? {},
    );
  });
}

/** Uses git in the tree as a host must never do; on a terminal where the command pages. */
function beCareless(cwd: string, careless: string): void {
  const safe = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" };
  const line = careless.includes("paginate") ? `script -qec '${careless}' /dev/null` : careless;
  const options = { cwd, env: { PATH: process.env.PATH, ...env, ...safe }, timeout: 20_000, stdio: "ignore" } as const;
  spawnSync("/bin/sh", ["-c", line], options);
}

interface Sprung {
  readonly world: World;
  /** Exists once the trap has sprung on the host. */
  readonly canary: string;
  readonly log: string;
}

/** A finished run that did honest work and set the trap. */
async function sprung(engine: Engine, trap: Trap, index: number): Promise<Sprung> {
  const world = await aWorld([]);
  const canary = join(world.arena.folder, `owned-${index}`);
  const work = `echo work > work.txt; git add work.txt; git commit -qm Work; git push -q "$LOOP_GIT_URL" HEAD:refs/heads/${branch}`;
  const command = `${work}; spring="touch ${canary}"; ${trap.set}; echo trap set`;
  const LOOP_GIT_URL = `http://run:${world.token}@127.0.0.1:{port}/repo.git`;
  const request = world.arena.request({ command, env: { ...env, LOOP_GIT_URL }, gatewaySocket: world.socketPath });
  const { log } = await (await runtimeOf(engine, world.arena).start(request)).done;
  rmSync(canary, { force: true });
  return { world, canary, log };
}

async function afterTheLease(engine: Engine, end: (world: World) => void): Promise<Evidence> {
  const world = await aWorld([]);
  const up = Promise.withResolvers<void>();
  const attack = `git commit -q --allow-empty -m x; node probes/gateway.mjs ${world.token} x 0 revoked`;
  const command = `echo up; until [ -e go ]; do sleep 0.05; done; ${attack}`;
  const request = world.arena.request({ command, env, gatewaySocket: world.socketPath });
  const running = await runtimeOf(engine, world.arena).start(request, () => up.resolve());
  await up.promise;
  end(world);
  writeFileSync(join(world.arena.workspace, "go"), "");
  const { log } = await running.done;
  await world.close();
  return readEvidence(log);
}
