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
  ["docs: { tools: {} }", "line 3: `tools.servers.docs.command` is missing"],
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

const elsewhere = (lines: string, tool_hosts: readonly string[] = ["mcp.example.com"]) => {
  const text = `tools:\n  servers:\n    docs:\n${lines.replace(/^/gm, "      ")}\n      tools: { search: allow }\n`;
  const bounds = { ...generousBounds, services: 0, tool_hosts, tool_credentials: { tracker: "mcp.example.com" } };
  const found = readRules({ text, sha: "b10b" }, { bounds, defaults }, "loop");
  return found.ok ? found.rules.toolServers : found.message;
};

test("a server elsewhere takes no container, and goes by its address and the name of a credential", () => {
  const url = "https://mcp.example.com/mcp";
  const server = { name: "docs", command: "", image: "", env: {}, url, tools: [{ name: "search" }] };
  expect(elsewhere(`url: ${url}`)).toEqual([server]);
  expect(elsewhere(`url: ${url}\ncredential: tracker`)).toEqual([{ ...server, credential: "tracker" }]);
});

test.each([
  ["url: http://mcp.example.com/mcp", "line 4: `tools.servers.docs.url` must be an address that begins with https://"],
  ["url: https://u:p@mcp.example.com/", "must be a host and a path alone"],
  ["url: https://mcp.example.com/?key=1", "must be a host and a path alone"],
  ["url: https://127.0.0.1/mcp", "must name its host, and no address of a machine"],
  ["url: https://[::1]/mcp", "must name its host, and no address of a machine"],
  ["url: https://0x7f.1/mcp", "must name its host, and no address of a machine"],
  ["url: https://localhost/mcp", "must name its host, and no address of a machine"],
  ["url: https://mcp.example.com/\ncommand: serve", "`tools.servers.docs.command` and `url` are both set"],
  ["url: https://mcp.example.com/\nimage: x", "is of servers that are started, and this one is elsewhere"],
  ["image: x", "`tools.servers.docs.command` is missing: a server has a `command`, or a `url` where it is elsewhere"],
  ["command: serve\ncredential: tracker", "is of servers that have a `url` only"],
  [
    "url: https://other.example.com/mcp",
    "line 4: `tools.servers.docs.url` is at other.example.com, which is not among the hosts of tool servers that this App's operator allows",
  ],
  ["url: https://mcp.example.com:8443/mcp", "is at mcp.example.com:8443, which is not among"],
  [
    "url: https://mcp.example.com/mcp\ncredential: mail",
    "line 5: `tools.servers.docs.credential` is mail, and this App's operator has set no such credential for mcp.example.com",
  ],
])("a server elsewhere with %j is refused: %s", (lines, message) => {
  expect(elsewhere(lines)).toContain(message);
});

test("a credential is for its own host, whatever else is allowed", () => {
  const lines = "url: https://other.example.com/mcp\ncredential: tracker";
  expect(elsewhere(lines, ["other.example.com", "mcp.example.com"])).toContain(
    "no such credential for other.example.com",
  );
});
