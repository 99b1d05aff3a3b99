// The option `tools.servers`: what a policy may say, what its slips are told, and which rules come of it.
import { expect, test } from "vitest";
import { ownTools } from "../../src/brief/tools.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { readRules } from "../../src/policy/rules.ts";

const defaults = { agent: { command: "agent", image: "agent" }, reviewer: { command: "reviewer", image: "" } };

function read(lines: string, images: readonly string[] = []) {
  const text = `tools:\n  servers:\n${lines.replace(/^/gm, "    ")}`;
  return readRules({ text, sha: "b10b" }, { bounds: { ...generousBounds, images }, defaults }, "loop");
}

const GiB = 1024 ** 3;

const messageOf = (lines: string, images?: readonly string[]) => {
  const found = read(lines, images);
  return found.ok ? null : found.message;
};

test("what is denied, and what is not named, is in no rule; patterns go with their tool", () => {
  const found = read(`docs:
  command: serve
  tools:
    search: allow
    drop: deny
    read: { use: allow, arguments: { path: ["guide/*"] } }
    send: ask
    mail: { use: ask, arguments: { to: ["*@example.org"] } }
    write: { use: deny, arguments: { path: ["guide/*"] } }`);
  expect(found.ok && found.rules.toolServers).toEqual([
    {
      name: "docs",
      command: "serve",
      image: "",
      env: {},
      memoryBytes: 2 * GiB,
      tools: [
        { name: "search" },
        { name: "read", arguments: { path: ["guide/*"] } },
        { name: "send", ask: true },
        { name: "mail", ask: true, arguments: { to: ["*@example.org"] } },
      ],
    },
  ]);
  const none = readRules(null, { bounds: generousBounds, defaults }, "loop");
  expect(none.ok && "toolServers" in none.rules).toBe(false);
});

test.each([
  ["Docs: { command: x, tools: {} }", "has a name that no server has"],
  ["run-x: { command: x, tools: {} }", "has a name that no server has"],
  ["read: { command: x, tools: { issue: allow } }", "has a name that no server has"],
  ["docs: { command: x, tools: { a-b: allow, a_b: deny } }", "is another's name where - counts as _"],
  ["docs: { tools: {} }", "line 3: `tools.servers.docs.command` must be"],
  ["docs: { command: x }", "line 3: `tools.servers.docs.tools` must be names of the server's tools"],
  ["docs: { command: x, tools: { search: alow } }", 'must be "allow", "ask" or "deny"'],
  ["docs: { command: x, tools: { search: yes } }", 'must be "allow", "ask" or "deny"'],
  ["docs: { command: x, tools: { search: { use: allow, argument: { q: [a] } } } }", "tools.search"],
  ["docs: { command: x, tools: { search: { use: allow, arguments: { q: [] } } } }", "tools.search"],
  ["docs: { command: x, tools: { 'a b': allow } }", "has a name that no tool has"],
  [`docs: { command: x, tools: { search: { use: allow, arguments: { q: ["${"a*".repeat(9)}"] } } } }`, "8 stars"],
  ["docs: { command: x, tool: {} }", "line 3: `tools.servers.docs.tool` is not an option; did you mean"],
  ["docs: { command: x, tools: {}, env: { API_TOKEN: a } }", "no credential enters a container"],
  ["docs: { command: x, tools: {}, env: { LOOP_TOOLS_TOKEN: a } }", "is set by Loopgate"],
  [Array.from({ length: 9 }, (_, at) => `s${at}: { command: x, tools: {} }`).join("\n"), "at most 8 servers"],
])("a slip never loosens a limit: %s", (lines, words) => {
  expect(messageOf(lines)).toContain(words);
});

test("T26: servers and services together stay within the operator's bounds of what stands beside a run", () => {
  const beside = (own: string, bounds: Partial<typeof generousBounds> = {}) => {
    const text = `environment: { memory: 4 GiB, services: { db: { image: x } } }\ntools:\n  servers:\n${own}`;
    const operator = { bounds: { ...generousBounds, memory_mib: 8192, ...bounds }, defaults };
    const found = readRules({ text, sha: "b10b" }, operator, "loop");
    return found.ok ? found.rules.toolServers?.map(({ memoryBytes }) => memoryBytes) : found.message;
  };
  const two = "    a: { command: x, tools: {} }\n    b: { command: x, tools: {} }\n";
  expect(beside(two, { services: 3 })).toEqual([2 * GiB, 2 * GiB]);
  expect(beside(two, { services: 3, service_memory_mib: 8192 })).toEqual([4 * GiB, 4 * GiB]);
  expect(beside(two, { services: 2 })).toBe(
    "line 5: `environment.services` and `tools.servers` name 3 together, but this App's operator allows at most 2 beside a run",
  );
  const eight = Array.from("abcdefgh", (name) => `${name}: { command: x, tools: {} }`).join("\n");
  expect(messageOf(eight)).toBeNull();
  expect(beside(eight.replace(/^/gm, "    "))).toBe(
    "line 11: `environment.services` and `tools.servers` name 9 together, but this App's operator allows at most 8 beside a run",
  );
});

test("an image is one that the operator allows, or the agent's own", () => {
  expect(messageOf("docs: { command: x, tools: {}, image: other }", ["agent"])).toMatch(
    /^line 3: `tools.servers.docs.image` is not among the images/,
  );
  expect(messageOf("docs: { command: x, tools: {} }", ["agent"])).toBeNull();
});

test("T19: no server can be named so that an agent which writes - as _ takes its tool for one of Loopgate's own", () => {
  for (const { name } of ownTools) {
    const [server = "", ...tool] = name.split("_");
    if (tool.length > 0)
      expect(messageOf(`${server}: { command: x, tools: { ${tool.join("_")}: allow } }`)).not.toBeNull();
  }
});
