// Where an environment comes from: the policy first, then the repository's own files in their order, within the operator's bounds.
import { describe, expect, it } from "vitest";
import { type Bounds, generousBounds } from "../../../src/policy/clamp.ts";
import { readRules } from "../../../src/policy/rules.ts";

const devcontainer = ".devcontainer/devcontainer.json";
const copilot = ".github/workflows/copilot-setup-steps.yml";
const steps = "jobs: { copilot-setup-steps: { steps: [{ run: npm ci }, { uses: a/b@v1 }] } }";

function read(text: string, files: Record<string, string | null>, bounds: Partial<Bounds> = {}) {
  const ours = { command: "work", image: "ours" };
  const operator = { bounds: { ...generousBounds, ...bounds }, defaults: { agent: ours, reviewer: ours } };
  const given = readRules({ text, sha: "b10b" }, operator, "loop", new Map(Object.entries(files)));
  if (!given.ok) return given.message;
  const { executor, reviewer, environment } = given.rules;
  const { setup, env, services, found } = environment ?? {};
  return {
    image: executor.image,
    reviewer: reviewer?.image,
    setup,
    env,
    services: services?.map(({ name }) => name),
    found,
  };
}

describe("an environment", () => {
  it("is a devcontainer's where the operator brings agents into every image, and both agents run in its image", () => {
    const files = {
      [devcontainer]: '{ "image": "node:24", "postCreateCommand": "npm ci", "containerEnv": { "A": "1", "B": "1" } }',
      [copilot]: steps,
    };
    expect(read('environment: { env: { B: "2" } }', files, { programs: true })).toEqual({
      image: "node:24",
      reviewer: "node:24",
      setup: ["npm ci"],
      env: { A: "1", B: "2" },
      services: undefined,
      found: { from: devcontainer, left: [], unused: [] },
    });
  });

  it("is that of the next file where one asks for more than a run can have, and both are said", () => {
    const files = { [devcontainer]: '{ "image": "x", "privileged": true }', [copilot]: steps };
    expect(read("", files, { programs: true })).toMatchObject({
      image: "ours",
      setup: ["bash -e -c 'npm ci'"],
      found: {
        from: copilot,
        left: ["`a/b@v1` (is an action, which is not run here)"],
        unused: [{ path: devcontainer, why: ["`privileged`"] }],
      },
    });
  });

  it("is nothing of the repository's own where its image would lack the agents, or is not allowed, and that is said", () => {
    const files = { [devcontainer]: '{ "image": "node:24", "postCreateCommand": "npm ci" }' };
    const why = (bounds: Partial<Bounds>) => read("", files, bounds);
    expect(why({})).toMatchObject({
      image: "ours",
      setup: [],
      found: {
        left: [],
        unused: [
          {
            path: devcontainer,
            why: ["an image of its own, into which this App's operator brings no agents (`LOOPGATE_TOOLS`)"],
          },
        ],
      },
    });
    expect(why({ programs: true, images: ["node:22"] })).toMatchObject({
      image: "ours",
      found: { unused: [{ why: ["the image `node:24`, which this App's operator does not allow"] }] },
    });
  });

  it("is that of a devcontainer with a folder of its own where there is one of them; of several none is chosen, which is said", () => {
    const [one, other] = [".devcontainer/api/devcontainer.json", ".devcontainer/web/devcontainer.json"];
    const text = '{ "build": { "dockerfile": "Dockerfile" } }';
    const allowed = { programs: true, dockerfiles: true } as const;
    expect(read("", { [one]: text, [copilot]: steps }, allowed)).toMatchObject({
      image: "built from .devcontainer/api/Dockerfile",
      found: { from: one },
    });
    expect(read("", { [devcontainer]: '{ "image": "node:24" }', [one]: text }, allowed)).toMatchObject({
      image: "node:24",
      found: { from: devcontainer, unused: [] },
    });
    const why = ["a folder of its own beside others, and nothing says which is meant"];
    expect(read("", { [one]: null, [other]: null, [copilot]: steps }, allowed)).toMatchObject({
      image: "ours",
      found: {
        from: copilot,
        unused: [
          { path: one, why },
          { path: other, why },
        ],
      },
    });
  });

  it("is built from a devcontainer's Dockerfile where the operator lets images be built, and else not used, which is said", () => {
    const files = { [devcontainer]: '{ "build": { "dockerfile": "Dockerfile", "context": ".." } }' };
    const image = "built from .devcontainer/Dockerfile";
    expect(read("", files, { programs: true, dockerfiles: true })).toMatchObject({
      image,
      reviewer: image,
      found: { from: devcontainer },
    });
    expect(read("", files, { programs: true })).toMatchObject({
      image: "ours",
      found: { unused: [{ why: [expect.stringContaining("lets no image be built from a repository")] }] },
    });
    expect(read("", files, { dockerfiles: true })).toMatchObject({
      found: { unused: [{ why: [expect.stringContaining("brings no agents")] }] },
    });
    const own = "environment: { dockerfile: tools/Dockerfile, image: other }";
    expect(read(own, files, { dockerfiles: true })).toMatchObject({ image: "built from tools/Dockerfile" });
    expect(read(own, files)).toContain("`environment.dockerfile` is set, but this App's operator");
  });

  it.each([
    "environment: { find: false }",
    "environment: { image: mine }",
    "environment: { setup: [make] }",
    "agent: { image: mine }",
  ])("is not sought where the policy says %s", (text) => {
    const found = read(text, { [devcontainer]: '{ "postCreateCommand": "npm ci" }' });
    expect(found).not.toHaveProperty("found.from");
    expect(found).not.toMatchObject({ setup: ["npm ci"] });
  });

  it("without any such file is as it was, and a file that is no text is said", () => {
    expect(read("", {})).toMatchObject({ image: "ours", setup: [], found: undefined });
    expect(read("", { [devcontainer]: null })).toMatchObject({
      found: { unused: [{ path: devcontainer, why: ["no text that can be read whole"] }] },
    });
  });

  it("has services of a job only as far as the operator allows so many", () => {
    const services = "services: { db: { image: pg }, q: { image: mq } }";
    const files = { [copilot]: `jobs: { copilot-setup-steps: { ${services}, steps: [{ run: npm ci }] } }` };
    expect(read("", files)).toMatchObject({ services: ["db", "q"], setup: ["bash -e -c 'npm ci'"] });
    expect(read("", files, { services: 1 })).toMatchObject({
      setup: [],
      found: { unused: [{ path: copilot, why: ["2 services, of which this App's operator allows 1"] }] },
    });
    expect(read("environment: { services: { db: { image: mine } } }", files, { services: 2 })).toMatchObject({
      services: ["db", "q"],
    });
  });
});

describe("a service that a policy names in a Compose file", () => {
  const compose = "services: { db: { image: 'postgres:17', environment: { A: file, B: file }, tmpfs: /data } }";
  const policy = (more = "") => `environment:\n  services:\n    db: { compose: deploy/compose.yaml${more} }\n`;

  it("is as that has it, but for what the policy itself says of it", () => {
    const ours = { command: "work", image: "ours" };
    const operator = { bounds: generousBounds, defaults: { agent: ours, reviewer: ours } };
    const text = policy(", env: { B: policy }, ready: pg_isready, memory: 1 GiB");
    const given = readRules({ text, sha: "b10b" }, operator, "loop", new Map([["deploy/compose.yaml", compose]]));
    expect(given.ok && given.rules.environment?.services).toEqual([
      {
        name: "db",
        image: "postgres:17",
        env: { A: "file", B: "policy" },
        ready: "pg_isready",
        tmpfs: ["/data"],
        memoryBytes: 1024 ** 3,
      },
    ]);
  });

  it("makes the policy invalid where it cannot be had, with the line", () => {
    const files = { "deploy/compose.yaml": compose };
    expect(read(policy(), {})).toBe(
      "line 3: `environment.services.db`: `deploy/compose.yaml` is not there, or no text that can be read whole",
    );
    expect(read(policy(), files, { images: ["redis"] })).toMatch(
      /^line 3: `environment.services.db.image` is not among/,
    );
    expect(read(policy(", image: x"), files)).toBe(
      "line 3: `environment.services.db` needs either its `image` or its `compose`",
    );
    expect(read("environment:\n  services:\n    db: { memory: 1 GiB }\n", files)).toMatch(/needs either/);
  });
});
