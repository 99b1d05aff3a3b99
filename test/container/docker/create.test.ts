// A container's name that is taken: by what a process left halfway, by a run, by another's container, or by the engine itself.
import type Docker from "dockerode";
import { expect, test } from "vitest";
import { createContainer } from "../../../src/container/docker/create.ts";
import type { ContainerSpec } from "../../../src/container/spec/body.ts";

interface There {
  readonly labels?: Readonly<Record<string, string>>;
  readonly status?: "created" | "running" | "exited";
  readonly exitCode?: number;
}

type Part = "agent" | "relay" | "service";

const labels = (part: Part, epoch = 3) => ({
  "loopgate.instance": "github.test/1",
  "loopgate.run": "r1",
  "loopgate.epoch": String(epoch),
  "loopgate.part": part,
});

const names = { agent: "loopgate-r1", relay: "loopgate-r1-relay", service: "loopgate-r1-service-db" };
const spec = (part: Part = "agent") =>
  ({ name: names[part], part, body: { Labels: labels(part) } }) as unknown as ContainerSpec;

const failing = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode });

/** An engine with these containers, by name. It refuses a taken name as Docker does; `holding` is how often it does for what it does not show. */
function engine(there: Record<string, There>, holding = 0) {
  const containers = new Map(Object.entries(there));
  const removed: string[] = [];
  let held = holding;
  const nameOf = (id: string) => id.replace(/^id of /, "");
  const docker = {
    async createContainer({ name = "" }: { name?: string }) {
      if (containers.has(name) || held-- > 0)
        throw failing(409, `Conflict. The container name "/${name}" is already in use`);
      containers.set(name, {});
      return { id: `new ${name}` };
    },
    getContainer: (id: string) => ({
      id,
      async inspect() {
        const found = containers.get(nameOf(id));
        if (!found) throw failing(404, "no such container");
        const State = { Status: found.status ?? "created", ExitCode: found.exitCode ?? 0 };
        return { Id: `id of ${nameOf(id)}`, Config: { Labels: found.labels ?? {} }, State };
      },
      async remove() {
        removed.push(nameOf(id));
        containers.delete(nameOf(id));
      },
    }),
  };
  return { docker: docker as unknown as Docker, removed };
}

test.each<[string, Part, Record<string, There>, string[]]>([
  [
    "an agent that was created and never started",
    "agent",
    { [names.agent]: { labels: labels("agent") } },
    [names.agent],
  ],
  [
    "an agent that never got its go",
    "agent",
    { [names.agent]: { labels: labels("agent", 2), status: "exited", exitCode: 97 } },
    [names.agent],
  ],
  [
    "a relay without its agent",
    "relay",
    { [names.relay]: { labels: labels("relay"), status: "running" } },
    [names.relay],
  ],
  [
    "a relay of an earlier epoch with an agent that never ran",
    "relay",
    { [names.relay]: { labels: labels("relay", 1), status: "running" }, [names.agent]: { labels: labels("agent", 1) } },
    [names.agent, names.relay],
  ],
  [
    "a service that an earlier process left, beside the agent that waits for it now",
    "service",
    {
      [names.service]: { labels: labels("service", 2), status: "running" },
      [names.agent]: { labels: labels("agent"), status: "running" },
    },
    [names.service],
  ],
])("F2, F50: by %s: it goes, and the name is had", async (_, part, there, gone) => {
  const { docker, removed } = engine(there);
  expect(await createContainer(docker, spec(part), 1)).toEqual({ id: `new ${names[part]}` });
  expect(removed).toEqual(gone);
});

test("by something that the engine is still making or clearing away: it is waited for", async () => {
  const { docker, removed } = engine({}, 5);
  expect(await createContainer(docker, spec(), 1)).toEqual({ id: `new ${names.agent}` });
  expect(removed).toEqual([]);
});

test("by something that the engine never shows: tried again later, not given up", async () => {
  const stuck = createContainer(engine({}, 1_000).docker, spec(), 1);
  await expect(stuck).rejects.toMatchObject({ name: "Fault", kind: "conflict", retry: "later" });
});

test.each<[string, "agent" | "relay", Record<string, There>, "later" | "never"]>([
  ["this very run", "agent", { [names.agent]: { labels: labels("agent"), status: "running" } }, "later"],
  [
    "the relay of a run that goes on",
    "relay",
    {
      [names.relay]: { labels: labels("relay"), status: "running" },
      [names.agent]: { labels: labels("agent"), status: "running" },
    },
    "later",
  ],
  ["another App's", "agent", { [names.agent]: { labels: { ...labels("agent"), "loopgate.instance": "x" } } }, "never"],
  ["nobody's that says whose", "agent", { [names.agent]: {} }, "never"],
  ["a newer epoch's", "agent", { [names.agent]: { labels: labels("agent", 4) } }, "never"],
])("by %s: it is left alone", async (_, part, there, retry) => {
  const { docker, removed } = engine(there);
  await expect(createContainer(docker, spec(part), 1)).rejects.toMatchObject({
    name: "Fault",
    kind: "conflict",
    retry,
  });
  expect(removed).toEqual([]);
});

test("what fails for another reason is no matter of names", async () => {
  const docker = { createContainer: async () => Promise.reject(failing(500, "no space left on device")) };
  const failed = createContainer(docker as unknown as Docker, spec(), 1);
  await expect(failed).rejects.toMatchObject({ kind: "engine", retry: "later" });
});
