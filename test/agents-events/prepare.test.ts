// How each agent is started: seen through a real shell, with a program in the CLI's place that shows what it was given.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AGENT_KINDS, type AgentKind } from "../../src/agents/agent.ts";
import { agentOf } from "../../src/agents/agents.ts";
import { geminiSettings } from "../../src/agents/gemini.ts";
import { hookLine } from "../../src/agents/hook.ts";
import { quoted, startLine } from "../../src/agents/shell.ts";
import { CLI_VERSIONS } from "../../src/cli/demo-clis.ts";
import { isAllowedEnv } from "../../src/container/run.ts";

const kinds = AGENT_KINDS.filter((kind) => kind !== "command");
const gatewayUrl = "http://127.0.0.1:8417";
const toolsUrl = `${gatewayUrl}/tools`;

/** What has no MCP finds its tools as the command `loop`, which is no part of how it is started. */
const ownCommand = {};

/** Awkward on purpose: nothing of it may reach the shell. */
const model = 'it\'s $HOME; `touch x` "now"';

interface Started {
  readonly code: number | null;
  readonly stderr: string;
  readonly home: string;
  /** What the program in the CLI's place was given; null when it was never started. */
  readonly given: {
    readonly args: readonly string[];
    readonly input: string;
    readonly env: Record<string, string>;
  } | null;
}

function start(
  kind: Exclude<AgentKind, "command">,
  files: Readonly<Record<string, string>> = {},
  role = "executor",
): Started {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-prepare-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [bin, home, workspace] = ["bin", "home", "workspace"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [bin, home, workspace]) mkdirSync(path);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(workspace, path, ".."), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
  const program = join(bin, CLI_VERSIONS[kind].program);
  const shown = join(folder, "shown.json");
  writeFileSync(program, `#!${process.execPath}\n${showing(shown)}`);
  chmodSync(program, 0o755);
  writeFileSync(join(folder, "brief.md"), "Do it.\n");
  const task = {
    promptPath: join(folder, "brief.md"),
    model,
    gatewayUrl,
    lease: "the-lease",
    hasTools: role === "executor",
  };
  const prepared = agentOf(kind, "").prepare(task);
  const tools = role === "executor" ? { LOOP_TOOLS_URL: toolsUrl, LOOP_TOOLS_TOKEN: "the-lease" } : {};
  const env = {
    ...prepared.env,
    ...tools,
    PATH: `${bin}:${process.env.PATH}`,
    HOME: home,
    LOOP_DIR: folder,
    LOOP_ROLE: role,
  };
  const ran = spawnSync("/bin/sh", ["-c", startLine(prepared)], { cwd: workspace, env, encoding: "utf8" });
  const given = ran.status === 0 ? JSON.parse(readFileSync(shown, "utf8")) : null;
  return { code: ran.status, stderr: ran.stderr, home, given };
}

function showing(path: string): string {
  return `const fs = require("node:fs");
const input = fs.readFileSync(0, "utf8");
fs.writeFileSync(${JSON.stringify(path)}, JSON.stringify({ args: process.argv.slice(2), input, env: process.env }));
`;
}

/** What our extension of pi tells it, run as that CLI runs it; `exit` ends it after a last message with this reason to stop. */
function registered(home: string, exit = "stop") {
  const program = `import(process.argv[1]).then(({ default: extend }) => {
    const [providers, servers] = [{}, {}];
    const registerProvider = (name, config) => void (providers[name] = config);
    const registerMcpServer = (name, config) => void (servers[name] = config);
    const on = (_, heard) => heard({ messages: [{ role: "assistant", stopReason: process.argv[2] }, { role: "toolResult" }] });
    extend({ registerProvider, registerMcpServer, on });
    console.log(JSON.stringify({ providers, servers }));
  });`;
  const env = { LOOP_MODEL_URL: `${gatewayUrl}/model/openai/v1`, LOOP_TOOLS_URL: toolsUrl };
  const args = ["-e", program, join(home, ".loopgate/pi.mjs"), exit];
  const { stdout, status } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  return { ...JSON.parse(stdout), status };
}

describe.each(kinds)("%s", (kind) => {
  test("is given the brief on its standard input and the model's name as one word", () => {
    const { given, stderr } = start(kind);
    expect(stderr).toBe("");
    expect(given?.input).toBe("Do it.\n");
    expect(given?.args).toContain(kind === "opencode" ? `loopgate/${model}` : model);
  });

  test("finds the gateway under the address and the lease under the key that it looks for", () => {
    const { given, home } = start(kind);
    const said: Record<string, string | undefined> = given?.env ?? {};
    const args = given?.args.join("\n") ?? "";
    const addresses = {
      "claude-code": [said.ANTHROPIC_BASE_URL, said.ANTHROPIC_API_KEY],
      codex: [/model_providers\.loopgate\.base_url="(.*)"/.exec(args)?.[1], said.OPENAI_API_KEY],
      gemini: [said.GOOGLE_GEMINI_BASE_URL, said.GEMINI_API_KEY],
      opencode: [said.LOOP_MODEL_URL, said.OPENAI_API_KEY],
      qwen: [said.OPENAI_BASE_URL, said.OPENAI_API_KEY],
      pi: [said.LOOP_MODEL_URL, said.OPENAI_API_KEY],
    };
    const { route } = agentOf(kind, "");
    const path = route === "openai" ? "openai/v1" : route;
    expect(addresses[kind]).toEqual([`${gatewayUrl}/model/${path}`, "the-lease"]);
    if (kind === "opencode") {
      const config = readFileSync(join(home, ".config/loopgate/opencode.json"), "utf8");
      expect(JSON.parse(config).provider.loopgate.options).toEqual({
        baseURL: "{env:LOOP_MODEL_URL}",
        apiKey: "{env:OPENAI_API_KEY}",
      });
    }
  });

  test("finds its tools at their address alone, without the lease on its command line; a reviewer finds none", () => {
    const { given, home } = start(kind);
    const args = given?.args ?? [];
    const valueAfter = (option: string) => args[args.indexOf(option) + 1] ?? "";
    const opencodes = () => JSON.parse(readFileSync(join(home, ".config/loopgate/opencode.json"), "utf8"));
    const servers = {
      "claude-code": () => JSON.parse(valueAfter("--mcp-config")).mcpServers,
      codex: () => args.filter((arg) => arg.startsWith("mcp_servers.")),
      gemini: () => JSON.parse(geminiSettings).mcpServers,
      opencode: () => opencodes().mcp,
      qwen: () => ownCommand,
      pi: () => registered(home).servers,
    };
    const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
    expect(servers[kind]()).toMatchObject(
      {
        "claude-code": { loop: { url: "$" + "{LOOP_TOOLS_URL}", headers: bearer("$" + "{LOOP_TOOLS_TOKEN}") } },
        codex: [
          `mcp_servers.loop.url="${toolsUrl}"`,
          'mcp_servers.loop.bearer_token_env_var="LOOP_TOOLS_TOKEN"',
          "mcp_servers.loop.startup_timeout_sec=60",
          "mcp_servers.loop.required=true",
        ],
        gemini: { loop: { httpUrl: "$LOOP_TOOLS_URL", headers: bearer("$LOOP_TOOLS_TOKEN") } },
        opencode: { loop: { url: "{env:LOOP_TOOLS_URL}", headers: bearer("{env:LOOP_TOOLS_TOKEN}"), timeout: 60_000 } },
        qwen: ownCommand,
        pi: { loop: { url: toolsUrl, headers: bearer("$" + "{LOOP_TOOLS_TOKEN}"), exposure: "direct" } },
      }[kind],
    );
    if (kind === "gemini") expect(valueAfter("--allowed-mcp-server-names")).toBe("loop");
    expect(args.join("\n")).not.toContain("the-lease");
    const reviewer = start(kind, {}, "reviewer");
    expect(reviewer.given?.args.join("\n")).not.toMatch(/--mcp-config|mcp_servers|server-names\nloop/);
    const config = join(reviewer.home, ".config/loopgate/opencode.json");
    if (kind === "pi") expect(registered(reviewer.home).servers).toEqual({});
    if (kind === "opencode") expect(JSON.parse(readFileSync(config, "utf8")).mcp).toBeUndefined();
  });

  test("names in its environment only what a run may be given, and shows its lease nowhere else", () => {
    const prepared = agentOf(kind, "").prepare({
      promptPath: "/loop/brief.md",
      model,
      gatewayUrl,
      lease: "the-lease",
      hasTools: true,
    });
    expect(Object.keys(prepared.env).filter((name) => !isAllowedEnv(name))).toEqual([]);
    expect(startLine(prepared)).not.toContain("the-lease");
  });

  test("has an image of exactly the version that is tried", () => {
    const dockerfile = readFileSync(new URL(`../../fixtures/images/${kind}.Dockerfile`, import.meta.url), "utf8");
    const { name, version } = CLI_VERSIONS[kind];
    expect(dockerfile).toContain(` ${name}@${version}`);
    expect(dockerfile).toMatch(/^FROM node:24-slim$/m);
    expect(dockerfile).toMatch(/ install .* git .*&& /);
    expect(dockerfile.trimEnd().split("\n").at(-1)).toBe("USER 10001:10001");
    expect(dockerfile.match(/@\d+\.\d+/g)).toHaveLength(1);
  });
});

describe("a repository's own configuration", () => {
  test.each([".gemini/settings.json", ".gemini/.env"])(
    "in %s is not worked on by a Gemini CLI that cannot overrule it",
    (path) => {
      const { code, stderr, given } = start("gemini", { [path]: "{}" });
      expect({ code, given }).toEqual({ code: 78, given: null });
      expect(stderr).toContain("the agent was not started");
    },
  );

  test.each([".opencode/plugin/a.js", "opencode.json", "opencode.jsonc"])(
    "in %s is not reviewed by opencode, which would run it",
    (path) => {
      expect(start("opencode", { [path]: "{}" }, "reviewer")).toMatchObject({ code: 78, given: null });
      expect(start("opencode", { [path]: "{}" }, "executor").code).toBe(0);
      expect(start("opencode", {}, "reviewer").code).toBe(0);
    },
  );

  test("is none of Qwen Code's: its own settings stand at the system's place too, and trust no folder", () => {
    const { given, home } = start("qwen", { ".qwen/settings.json": "{}", "AGENTS.md": "Mind the walrus.\n" });
    const own = join(home, ".qwen/settings.json");
    expect(given?.env.QWEN_CODE_SYSTEM_SETTINGS_PATH).toBe(own);
    expect(JSON.parse(readFileSync(own, "utf8"))).toMatchObject({
      security: { folderTrust: { enabled: true } },
      hooks: {
        PreToolUse: [{ hooks: [{ command: hookLine }] }],
        PostToolUse: [{ hooks: [{ command: hookLine }] }],
        Stop: [{ hooks: [{ command: hookLine }] }],
      },
      privacy: { usageStatisticsEnabled: false },
    });
    expect(given?.args).toEqual(expect.arrayContaining(["--extensions", "none"]));
    expect(given?.args.join(" ")).not.toMatch(/yolo|mcp/);
    expect(readFileSync(join(home, ".qwen/AGENTS.md"), "utf8")).toBe("Mind the walrus.\n");
  });

  test("is none of pi's: the repository is never trusted, and its own extension says where the model is and how a run ended", () => {
    const { given, home } = start("pi", { ".pi/mcp.json": "{}" });
    expect(given?.args).toEqual(expect.arrayContaining(["--no-approve", "--no-extensions", "--offline"]));
    expect(registered(home).providers.loopgate).toMatchObject({
      baseUrl: `${gatewayUrl}/model/openai/v1`,
      apiKey: "$OPENAI_API_KEY",
      models: [{ id: model }],
    });
    expect(["stop", "error", "aborted"].map((reason) => registered(home, reason).status)).toEqual([0, 1, 1]);
  });

  test("T12: takes no tool server's place where the settings of Gemini CLI's image are of an earlier version", () => {
    const { command } = agentOf("gemini", "").prepare({
      promptPath: "/b",
      model,
      gatewayUrl,
      lease: "L",
      hasTools: true,
    });
    const folder = mkdtempSync(join(tmpdir(), "loopgate-prepare-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, ".gemini"));
    writeFileSync(join(folder, ".gemini/settings.json"), "{}");
    const chosen = (settings: string) => {
      writeFileSync(join(folder, "system.json"), settings);
      const line = `system=system.json${command.slice(command.indexOf("\ntools="), command.indexOf("\n# What is set"))}`;
      return execFileSync("/bin/sh", ["-c", `${line.split("\nexport")[0]}\necho "$tools"`], {
        cwd: folder,
        encoding: "utf8",
      });
    };
    expect(chosen(geminiSettings)).toBe("loop\n");
    expect(chosen("{}")).toBe("none\n");
    writeFileSync(join(folder, "system.json"), "{}");
    rmSync(join(folder, ".gemini"), { recursive: true });
    expect(chosen("{}")).toBe("loop\n");
  });

  test("is overruled by the settings that Gemini CLI's image carries", () => {
    const carried = readFileSync(new URL("../../fixtures/images/gemini-settings.json", import.meta.url), "utf8");
    expect(carried).toBe(geminiSettings);
    const dockerfile = readFileSync(new URL("../../fixtures/images/gemini.Dockerfile", import.meta.url), "utf8");
    const [, place] = /^COPY --chown=0:0 --chmod=0644 gemini-settings\.json (\S+)$/m.exec(dockerfile) ?? [];
    const { command } = agentOf("gemini", "").prepare({
      promptPath: "/b",
      model,
      gatewayUrl,
      lease: "L",
      hasTools: true,
    });
    expect(command).toContain(`for file in ${place} `);
    expect(dockerfile.indexOf("COPY")).toBeLessThan(dockerfile.indexOf("USER"));
  });
});

describe("a command", () => {
  test("is run as it is, with the gateway under the providers' usual names", () => {
    const prepared = agentOf("command", "my-agent --go").prepare({
      promptPath: "/b",
      model: "",
      gatewayUrl,
      lease: "L",
      hasTools: true,
    });
    expect(startLine(prepared)).toBe("my-agent --go");
    expect(prepared.env).toEqual({
      ANTHROPIC_API_KEY: "L",
      ANTHROPIC_BASE_URL: `${gatewayUrl}/model/anthropic`,
      OPENAI_API_KEY: "L",
      OPENAI_BASE_URL: `${gatewayUrl}/model/openai/v1`,
      GEMINI_API_KEY: "L",
      GOOGLE_GEMINI_BASE_URL: `${gatewayUrl}/model/gemini`,
    });
  });

  test("that is quoted is one word to the shell, whatever is in it", () => {
    const odd = "a'b\"c $d `e` \\ \n!";
    expect(execFileSync("/bin/sh", ["-c", `printf %s ${quoted(odd)}`], { encoding: "utf8" })).toBe(odd);
  });

  test("does not start when its files cannot be written", () => {
    const line = startLine({ command: "echo started", files: [{ path: "a/b", text: "x" }] });
    const ran = spawnSync("/bin/sh", ["-c", line], {
      env: { HOME: "/dev/null", PATH: process.env.PATH },
      encoding: "utf8",
    });
    expect([ran.status, ran.stdout]).toEqual([70, ""]);
  });
});
