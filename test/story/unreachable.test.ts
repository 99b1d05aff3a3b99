// Repositories and installations that cannot be read for long: everything else is looked at as ever, and they heal by themselves.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunLabel } from "../../src/container/run.ts";
import type { Installation, Issue, Repository } from "../../src/forge/model.ts";
import type { LoopState } from "../../src/loop/state.ts";
import { answer, aStory, attempts, mend, minute, type Story, type StoryOptions } from "./world.ts";

interface Place {
  readonly repository: Repository;
  readonly issue: Issue;
  readonly installation: Installation;
  state(): Promise<LoopState>;
  /** Requests about this place since the last call: of its repository, or for a token of its installation. */
  asked(): string[];
}

/** Each account has the App installed, and a repository with a loop at its gate. */
async function atTheGate(names: readonly string[], options: StoryOptions = {}) {
  const story = await aStory(options);
  const places = await Promise.all(names.map((name) => aPlace(story, name)));
  await story.settle();
  for (const place of places) expect((await place.state()).phase).toBe("awaiting_gate");
  return { story, places };
}

async function aPlace(story: Story, fullName: string): Promise<Place> {
  const { forge } = story;
  const [owner = "", name = ""] = fullName.split("/");
  const files = { "total.sh": "echo 0\n", "test.sh": '[ "$(sh total.sh 2 3)" = 5 ]\n' };
  const collaborators = { alice: "maintain", bob: "write" } as const;
  const isFirst = fullName === "acme/shop";
  const repository = isFirst ? story.repository : await forge.createRepository({ owner, name, files, collaborators });
  const installation = forge.world.installations.find(({ account }) => account.login === owner);
  if (installation === undefined) throw new Error(`the App is not installed at ${owner}`);
  const asked: string[] = [];
  const listen = ({
    method,
    path,
    operation,
    body,
  }: {
    method: string;
    path: string;
    operation: string;
    body: string;
  }) => {
    const isOfRepository = body.includes(`"name":"${name}"`) || path.startsWith(`/repos/${fullName}/`);
    const isOfInstallation = path === `/app/installations/${installation.id}/access_tokens`;
    if (isOfRepository || isOfInstallation) asked.push(operation || `${method} ${path}`);
    return false;
  };
  forge.failNext(listen, { status: 500 });
  const issue = forge.as("alice").openIssue(repository, { title: "Totals are wrong", body: "They are all 0." });
  forge.as("alice").label(issue, "loop");
  return {
    repository,
    issue,
    installation,
    async state() {
      const state = await story.app().store.load(`${repository.id}#${issue.number}`);
      if (state === null) throw new Error(`there is no loop at ${fullName}`);
      return state;
    },
    asked: () => asked.splice(0),
  };
}

/** Time passes in steps of ten minutes, as the App looks. */
async function pass(story: Story, hours: number): Promise<void> {
  for (let step = 0; step < hours * 6; step++) await story.advance(10 * minute);
}

/** Something that no webhook tells of, now or later: only a look finds it. */
function unheard<T>(story: Story, act: () => T): T {
  story.forge.holdDeliveries();
  const done = act();
  story.forge.releaseDeliveries(() => []);
  return done;
}

async function approveUnheard(story: Story, { repository, state }: Place): Promise<void> {
  const pull = repository.issues.get((await state()).pull?.number ?? 0)?.pull;
  if (!pull) throw new Error("there is no pull request");
  unheard(story, () => story.forge.as("bob").approve(pull));
}

/** Begins a trouble that nobody tells of; what it returns ends it. */
type Trouble = (story: Story, place: Place) => () => void;

const ownerOf = ({ repository }: Place) => ({ user: repository.owner, app: null });

const tokenRefused: Trouble = (story, { installation }) => {
  const path = `/app/installations/${installation.id}/access_tokens`;
  return failing(story, (asked) => asked.path === path, 403);
};

const tokenFails: Trouble = (story, { installation }) => {
  const path = `/app/installations/${installation.id}/access_tokens`;
  return failing(story, (asked) => asked.path === path, 500);
};

const repositoryFails: Trouble = (story, { repository }) =>
  failing(story, ({ body }) => body.includes(`"name":"${repository.name}"`), 500);

function failing(story: Story, isMeant: (asked: { path: string; body: string }) => boolean, status: number) {
  let isOver = false;
  story.forge.failNext((asked) => !isOver && isMeant(asked), { status, times: 100_000 });
  return () => {
    isOver = true;
  };
}

const suspended: Trouble = ({ forge: { world } }, place) => {
  world.suspend(ownerOf(place), place.installation, true);
  return () => world.suspend(ownerOf(place), place.installation, false);
};

const ipAllowList: Trouble = ({ forge: { world } }, { repository }) => {
  world.setIpAllowList(repository.owner, true);
  return () => world.setIpAllowList(repository.owner, false);
};

const takenDown: Trouble = ({ forge: { world } }, { repository }) => {
  world.block(repository, "dmca");
  return () => world.block(repository, null);
};

const closed: Trouble = ({ forge: { world } }, { repository }) => {
  world.block(repository, "tos");
  return () => world.block(repository, null);
};

const taken: Trouble = ({ forge: { world } }, place) => {
  world.uninstall(ownerOf(place), place.installation, place.repository);
  return () => void world.install(ownerOf(place), place.installation.app, place.repository);
};

const troubles: readonly [string, Trouble][] = [
  ["umbrella/tokenrefused", tokenRefused],
  ["initech/tokenfails", tokenFails],
  ["globex/suspended", suspended],
  ["hooli/takendown", takenDown],
  ["stark/closed", closed],
  ["wayne/taken", taken],
  ["tyrell/fails", repositoryFails],
];

const isSurvey = (asked: string) => asked === "query Survey";

test("F33, F36, F38, L5: seven accounts cannot be read for hours: the eighth is looked at as ever, they are asked after a few times, and heal", async () => {
  const { story, places } = await atTheGate(["acme/shop", ...troubles.map(([name]) => name)]);
  const [shop, ...others] = places as [Place, ...Place[]];
  const ends = troubles.map(([, begin], index) => unheard(story, () => begin(story, others[index] as Place)));
  const before = story.log.length;
  await story.restart();
  await pass(story, 1);
  const told = story.log.slice(before).filter(({ level }) => level !== "info");
  expect(told.map(({ text }) => text)).toEqual(told.map(() => "could not be looked at; it is left alone for a while"));
  expect(told).toHaveLength(7); // each once

  for (const place of places) place.asked();
  const listed = () => story.forge.requests.filter(({ kind }) => kind === "GET /app/installations").length;
  const [lists, lines] = [listed(), story.log.length];
  await pass(story, 3);
  const surveys = shop.asked().filter(isSurvey).length;
  expect(Math.abs(surveys - 3 * 6)).toBeLessThanOrEqual(1); // once in ten minutes, as if all were well
  for (const place of others) {
    const asked = place.asked();
    expect([place.repository.name, asked.length <= 3 * 2 + 2, asked]).toEqual([place.repository.name, true, asked]);
  }
  expect(listed() - lists).toBeLessThanOrEqual(3 * 3 + 3); // by then an hour's wait for each of the three that are asked for by it
  expect(story.log.slice(lines).filter(({ level }) => level !== "info")).toEqual([]);
  await approveUnheard(story, shop);
  await pass(story, 0.5);
  expect((await shop.state()).ending?.reason).toBe("task_complete");
  for (const place of others) expect((await place.state()).phase).toBe("awaiting_gate");

  for (const end of ends) unheard(story, end);
  for (const place of others) await approveUnheard(story, place);
  await pass(story, 1.5);
  for (const place of others) {
    const { ending } = await place.state();
    expect([place.repository.name, ending?.reason]).toEqual([place.repository.name, "task_complete"]);
  }
  expect(story.log.filter(({ text }) => text === "can be looked at again")).toHaveLength(7);
}, 180_000);

/** A run's quarantine as an earlier life may have left it, of a loop that nobody knows. */
function anOrphan(story: Story, run: string, repository: Repository): string {
  const gitDir = join(story.dataDir(), "quarantine", `${run}.git`);
  mkdirSync(gitDir);
  const objectsDir = join(story.dataDir(), "objects", `${repository.id}.git`, "objects");
  const base = { branch: "main", sha: "0".repeat(40) };
  writeFileSync(
    join(gitDir, "loopgate.json"),
    JSON.stringify({ runId: run, objectsDir, base, branch: "loop/7-gone99" }),
  );
  return gitDir;
}

test("with the store lost nothing goes that may be of an installation that cannot be read; the rest goes, and it goes once it was read", async () => {
  let keeps: (label: RunLabel) => boolean = () => true;
  const { story, places } = await atTheGate(["acme/shop", "umbrella/store"], {
    runtime: (real) => ({
      ...real,
      sweep(keep) {
        keeps = keep;
        return real.sweep(keep);
      },
    }),
  });
  const [shop, store] = places as [Place, Place];
  const lost = await store.state();
  const quarantines = lost.attempts.flatMap(({ runs }) =>
    runs.map(({ id }) => join(story.dataDir(), "quarantine", `${id}.git`)),
  );
  const mayHave = quarantines.filter((path) => existsSync(path));
  expect(mayHave.length).toBeGreaterThan(0);
  const orphans = {
    shops: anOrphan(story, "7-gone99-1", shop.repository),
    stores: anOrphan(story, "7-gone98-1", store.repository),
  };
  const end = tokenRefused(story, store);
  await story.restart({ loseStore: "alone" });
  await pass(story, 1);
  expect((await shop.state()).phase).toBe("awaiting_gate");
  expect(mayHave.map((path) => existsSync(path))).toEqual(mayHave.map(() => true));
  expect([existsSync(orphans.shops), existsSync(orphans.stores)]).toEqual([false, true]);
  const container = { id: "9-gone97-1", loop: "gone97", epoch: 1, role: "executor", attempt: 1 } as const;
  expect(keeps(container)).toBe(true); // nobody can say whose it is

  end();
  await pass(story, 1);
  expect(await store.state()).toMatchObject({ id: lost.id, phase: "awaiting_gate" });
  expect(mayHave.map((path) => existsSync(path))).toEqual(mayHave.map(() => true));
  expect(existsSync(orphans.stores)).toBe(false);
  expect(keeps(container)).toBe(false);
  await approveUnheard(story, store);
  await pass(story, 0.5);
  expect((await store.state()).ending?.reason).toBe("task_complete");
});

/** As GraphQL tells of what is not there. */
const missing = { data: null, errors: [{ type: "NOT_FOUND", message: "Could not resolve to a node" }] };

test("with the store lost, an issue whose thread cannot be read keeps no other from coming back, and comes back itself later", async () => {
  const story = await aStory();
  const [first, second] = [await story.startLoop("First"), await story.startLoop("Second")];
  let isOver = false;
  const asksForFirst = (body: string) =>
    body.includes(`"number":${first.number},`) || body.includes(`"number":${first.number}}`);
  let asked = 0;
  const isMeant = ({ operation, body }: { operation: string; body: string }) => {
    const isAsked = !isOver && operation === "query ReadThread" && asksForFirst(body);
    asked += Number(isAsked);
    return isAsked;
  };
  story.forge.failNext(isMeant, { status: 200, times: 10_000, body: missing });
  await story.restart({ loseStore: "alone" });
  expect(await story.phase(second)).toBe("awaiting_gate");
  await pass(story, 3);
  expect(await story.phase(first)).toBe(undefined);
  expect(asked).toBeLessThanOrEqual(9);
  isOver = true;
  await pass(story, 1);
  expect(await story.phase(first)).toBe("awaiting_gate");
});

test("a command for a loop that only its thread knows waits while GitHub cannot be asked, asks a few times only, and counts", async () => {
  const story = await aStory({ executor: attempts(answer({ question: "Which total?" }), mend) });
  const issue = await story.startLoop();
  const { id } = await story.state(issue);
  let isOver = false;
  let asked = 0;
  const isMeant = ({ operation, body }: { operation: string; body: string }) => {
    const isAsked =
      !isOver && (operation === "query ReadThread" || (operation === "query Survey" && body.includes("shop")));
    asked += Number(isAsked);
    return isAsked;
  };
  story.forge.failNext(isMeant, { status: 502, times: 10_000 });
  await story.restart({ loseStore: "alone" });
  story.forge.as("alice").comment(issue, "/loop retry");
  for (let step = 0; step < 20 * 12; step++) await story.advance(5_000);
  expect(asked).toBeLessThanOrEqual(2 * 6); // in twenty minutes, of the thread and of the repository
  expect(await story.phase(issue)).toBe(undefined);
  isOver = true;
  await pass(story, 0.5);
  expect(await story.state(issue)).toMatchObject({ id, phase: "awaiting_gate" });
});

/** What keeps the App out of an account for hours, told by no webhook. */
const shutOut: readonly [string, Trouble][] = [
  ["an IP allow list keeps us out", ipAllowList],
  ["the account suspends us, unheard,", suspended],
];

test.each(shutOut)(
  "F33, F38: %s for three hours while an agent works: nothing ends, and the loop goes on afterwards",
  async (_, begin) => {
    const story = await aStory({ executor: `${mend}; sleep 2` });
    const issue = story.openIssue();
    story.forge.as("alice").label(issue, "loop");
    await story.reaches(issue, "executing");
    const installation = story.forge.world.installations.find(({ account }) => account === story.repository.owner);
    const end = unheard(story, () => begin(story, { repository: story.repository, installation } as Place));
    await pass(story, 3);
    expect(await story.phase(issue)).toBe("publishing");
    expect(story.comments(issue)).toHaveLength(1);
    end();
    await story.settle();
    await pass(story, 0.5);
    const { phase, attempts: made } = await story.state(issue);
    expect([phase, made.length]).toEqual(["awaiting_gate", 1]);

    unheard(story, () => begin(story, { repository: story.repository, installation } as Place));
    story.forge.as("bob").approve(await story.pull(issue));
    await pass(story, 3);
    expect(await story.phase(issue)).toBe("awaiting_gate");
    end();
    await story.settle();
    await pass(story, 0.5);
    expect((await story.state(issue)).ending?.reason).toBe("task_complete");
  },
);
