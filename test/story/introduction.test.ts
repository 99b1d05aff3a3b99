// A repository that is new to the App: its labels are made, and a first policy is proposed, once.
import { expect, test, vi } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { Forge } from "../../src/forge/forge.ts";
import type { Repository } from "../../src/forge/model.ts";
import { aStory, brokenShop, type Story } from "./world.ts";

const path = ".github/loop.yml";
const collaborators = { alice: "maintain", bob: "write" } as const;

const add = async (story: Story, name: string, files: Readonly<Record<string, string>> = brokenShop) => {
  const repository = await story.forge.createRepository({ owner: "acme", name, files, collaborators });
  await story.settle();
  return repository;
};

const theApp = ({ world }: Forge) => {
  const [app] = world.apps;
  if (app === undefined) throw new Error("there is no App");
  return app;
};

const pullsOf = ({ issues }: Repository) => [...issues.values()].flatMap(({ pull }) => pull ?? []);
const namesOf = ({ labels }: Repository) =>
  labels.flatMap(({ name }) => (name.startsWith("loop") ? name : [])).toSorted();
const said = (story: Story, text: string) =>
  story.log.filter((line) => line.text === text).map(({ fields }) => fields.why);

/** Of one delivery. */
async function addTogether(story: Story, count: number): Promise<readonly Repository[]> {
  const { forge } = story;
  const names = Array.from({ length: count }, (_, n) => `site-${n + 1}`);
  const sites = [];
  for (const name of names)
    sites.push(
      await forge.createRepository({ owner: "many", name, files: brokenShop, collaborators, installed: false }),
    );
  const [first] = sites;
  if (first === undefined) throw new Error("none is wanted");
  forge.world.install({ user: first.owner, app: null }, theApp(forge), ...(sites as [Repository, ...Repository[]]));
  await story.settle();
  return sites;
}

const ours = ["loop", "loop:done", "loop:hold", "loop:needs-human", "loop:plan-first", "loop:running", "loop:stopped"];

test("a repository that is new to the App gets its labels and one proposal of a policy, and its form begins the first loop", async () => {
  const story = await aStory({ introductions: 5 });
  const { forge } = story;
  const site = await add(story, "site", {
    ...brokenShop,
    "package.json": JSON.stringify({ scripts: { test: "sh test.sh" } }),
    "package-lock.json": "{}",
  });
  expect(namesOf(site)).toEqual(ours);
  const [pull, ...others] = pullsOf(site);
  if (pull === undefined) throw new Error("no policy was proposed");
  expect(others).toEqual([]);
  expect([pull.issue.title, pull.head.ref, pull.base.ref, pull.draft, pull.issue.user.login]).toEqual([
    ...["Add a policy for Loopgate", "loopgate/policy", "main", false, "loopgate[bot]"],
  ]);
  expect(pull.issue.body?.replaceAll(forge.url, "https://github.example")).toMatchInlineSnapshot(`
    "Loopgate was added to this repository. It does nothing until somebody with write permission sets the label \`loop\` on an issue. Then an agent works on that issue in a sealed container and pushes a branch, CI and an independent reviewer judge the change, and nothing counts until a person has approved the pull request.

    This adds \`.github/loop.yml\`, which says what a loop may do here and what it may cost. The check \`loop / policy\` below says what it comes to.

    | If you | then |
    |---|---|
    | merge it | it counts for every loop that begins afterwards |
    | change it first | edit the file on this branch, \`loopgate/policy\`; the check says what is wrong with it, if anything |
    | close it | nothing is written, and it is not proposed again; loops run with what the operator has set |

    **What a look at the files told**

    - Found \`package-lock.json\`.
    - Found the script \`test\` in \`package.json\`. No workflow was found, so this alone judges.

    **A first issue to try**

    [Say in the README how to run the tests](https://github.example/acme/site/issues/new?title=Say+in+the+README+how+to+run+the+tests&body=The+README+should+say+how+to+run+this+repository%27s+tests.%0A%0ADone+when%3A%0A-+%60README.md%60+has+a+section+%22Running+the+tests%22+with+the+command%2C+and+what+has+to+be+installed+before+it.%0A-+The+command+was+tried%2C+and+does+what+the+section+says.%0A-+No+other+file+is+changed.&labels=loop): a form that is filled in already. Submitting it with its label begins a loop; without the label it is an issue like any other.

    <sub>Written by Loopgate, a GitHub App.</sub>"
  `);
  const checks = site.runs.filter(({ headSha }) => headSha === pull.head.sha);
  expect(checks.map(({ name, conclusion, output }) => [name, conclusion, output.title])).toMatchInlineSnapshot(`
    [
      [
        "ci / test",
        "failure",
        "Failed with exit code 1",
      ],
      [
        "loop / policy",
        "success",
        "Tightens 1, changes 1 of the options",
      ],
    ]
  `);

  const alice = forge.as("alice");
  await alice.merge(pull);
  await story.settle();
  const form = new URL(/\((\S+issues\/new\?\S+)\)/.exec(pull.issue.body ?? "")?.[1] ?? "").searchParams;
  const [title, body, labels] = ["title", "body", "labels"].map((name) => form.get(name) ?? "");
  const issue = alice.openIssue(site, { title: title ?? "", body: body ?? "", labels: [labels ?? ""] });
  await story.settle();
  const state = await story.app().store.load(`${site.id}#${issue.number}`);
  expect([state?.phase, state?.rules?.environment?.setup]).toMatchInlineSnapshot(`
    [
      "awaiting_gate",
      [
        "npm ci",
      ],
    ]
  `);
});

test("it is proposed once, whatever became of it, and labels that are there are left as people have them", async () => {
  const story = await aStory({ introductions: 5 });
  const { forge } = story;
  const site = await add(story, "site");
  const [pull] = pullsOf(site);
  if (pull === undefined) throw new Error("no policy was proposed");
  const alice = forge.as("alice");
  alice.close(pull);
  const trigger = site.labels.find(({ name }) => name === "loop");
  if (trigger === undefined) throw new Error("there is no label");
  trigger.color = "ff00ff";
  alice.deleteLabel(site, "loop:hold");
  await story.settle();
  const installation = forge.world.installations.find(({ account }) => account.login === "acme");
  if (installation === undefined) throw new Error("the App is not installed");
  const owner = { user: site.owner, app: null };
  forge.world.uninstall(owner, installation, site);
  await story.settle();
  forge.world.install(owner, installation.app, site);
  await story.settle();
  expect(pullsOf(site)).toEqual([pull]);
  expect(namesOf(site)).toEqual(ours);
  expect(trigger.color).toBe("ff00ff");
  expect(said(story, "no first policy is proposed")).toEqual(["one was proposed before"]);
});

test.each<{ what: string; why: string; make: (story: Story) => Promise<Repository> }>([
  {
    what: "has a policy",
    why: "it has a policy",
    make: (story) => add(story, "site", { ...brokenShop, [path]: "attempts: 2\n" }),
  },
  {
    what: "has a file that may be meant as one",
    why: "it has a policy",
    make: (story) => add(story, "site", { ...brokenShop, "loopgate.yml": "attempts: 2\n" }),
  },
  {
    what: "is a fork",
    why: "it is a fork",
    async make({ forge, repository, settle }) {
      const { actor } = forge.as(forge.createUser("mallory").login);
      const fork = await forge.world.fork(actor, repository);
      forge.world.install(actor, theApp(forge), fork);
      await settle();
      return fork;
    },
  },
  {
    what: "has no commit yet",
    why: "it has no commit yet",
    async make({ forge, settle }) {
      const owner = forge.world.createUser("empty-handed");
      const repository = await forge.world.createRepository({ owner, name: "site" });
      forge.world.install({ user: owner, app: null }, theApp(forge), repository);
      await settle();
      return repository;
    },
  },
  {
    what: "holds what counts for all of its owner's",
    why: "what it holds would count for all repositories of its owner",
    make: (story) => add(story, ".github"),
  },
  {
    what: "has an owner with a policy for all",
    why: "its owner has one for all repositories",
    async make(story) {
      await add(story, ".github", { [path]: "attempts: 2\n" });
      return add(story, "site");
    },
  },
])("to a repository that $what nothing is proposed, and it has its labels", async ({ why, make }) => {
  const story = await aStory({ introductions: 5 });
  const repository = await make(story);
  expect(pullsOf(repository)).toEqual([]);
  expect(namesOf(repository)).toEqual(ours);
  expect(said(story, "no first policy is proposed").at(-1)).toBe(why);
});

test("to as many at once as the operator says it proposes one each; with more it makes its labels alone, and with 0 nothing", async () => {
  const story = await aStory({ introductions: 2 });
  const few = await addTogether(story, 2);
  expect(few.map((one) => pullsOf(one).length)).toEqual([1, 1]);

  const other = await aStory({ introductions: 2 });
  const many = await addTogether(other, 3);
  expect(many.map((one) => [pullsOf(one).length, namesOf(one)])).toEqual([
    [0, ours],
    [0, ours],
    [0, ours],
  ]);

  const silent = await aStory({ introductions: 0 });
  const [quiet] = await addTogether(silent, 1);
  expect(quiet && [pullsOf(quiet), namesOf(quiet)]).toEqual([[], []]);
});

test("a repository that is made where the App was given all of them gets its labels, and no proposal that nobody asked for", async () => {
  const story = await aStory({ introductions: 5 });
  const [installation] = story.forge.world.installations;
  if (installation === undefined) throw new Error("the App is not installed");
  story.forge.world.coverAll(installation);
  const later = await story.forge.createRepository({
    ...{ owner: "acme", name: "later", files: brokenShop, collaborators, installed: false },
  });
  await story.settle();
  expect([namesOf(later), pullsOf(later)]).toEqual([ours, []]);
});

test("a delivery that was stored and not heeded, since the store was lost in between, introduces the App when it comes again", async () => {
  const story = await aStory({ introductions: 5 });
  vi.spyOn(story.app().store, "addEvent").mockRejectedValueOnce(
    new Fault("The store cannot be had.", { kind: "unavailable", retry: "later" }),
  );
  const site = await add(story, "site");
  expect([namesOf(site), pullsOf(site)]).toEqual([[], []]);
  const delivery = story.forge.deliveries.findLast(({ event }) => event.startsWith("installation"));
  if (delivery === undefined) throw new Error("nothing was told");
  expect(delivery.statusCode).toBe(503);
  story.forge.redeliver(delivery);
  await story.settle();
  expect([namesOf(site), pullsOf(site).length]).toEqual([ours, 1]);
  story.forge.redeliver(delivery);
  await story.settle();
  expect(pullsOf(site)).toHaveLength(1);
});

test("a branch of that name which is somebody else's is left alone, and loops begin all the same", async () => {
  const story = await aStory({ introductions: 5 });
  const { forge } = story;
  const site = await forge.createRepository({
    ...{ owner: "acme", name: "site", files: brokenShop, collaborators, installed: false },
  });
  await forge.as("bob").push(site, "loopgate/policy", { "README.md": "# mine\n" }, "My branch");
  forge.world.install({ user: site.owner, app: null }, theApp(forge), site);
  await story.settle();
  expect(pullsOf(site)).toEqual([]);
  expect(said(story, "a first policy could not be proposed")).toEqual([
    "there is a branch loopgate/policy that is not ours",
  ]);
});
