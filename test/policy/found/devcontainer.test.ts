// What a run takes of a devcontainer.json, what it leaves out, and what is refused by name.
import { describe, expect, it } from "vitest";
import { readDevcontainer } from "../../../src/policy/found/devcontainer.ts";

const read = (value: unknown) => readDevcontainer(typeof value === "string" ? value : JSON.stringify(value));
const why = (value: unknown) => {
  const result = read(value);
  return result.ok ? "used" : result.why.join("; ");
};

describe("a devcontainer.json", () => {
  it("is read with its comments: image, variables, and commands in all their forms, in their order", () => {
    const text = `// For format details, see the documentation.
{
  "name": "Shop", /* shown by editors */
  "image": "mcr.microsoft.com/devcontainers/typescript-node:22",
  "containerEnv": { "NODE_ENV": "test", "DB": "postgres://u:p@127.0.0.1:5432/x", "COUNT": 3 },
  "remoteEnv": { "ROOT": "\${containerWorkspaceFolder}/src", "UNSET": null },
  "postCreateCommand": { "deps": "npm ci", "hooks": ["git", "config", "core.hooksPath", "it's here"] },
  "updateContentCommand": ["pip", "install", "-r", "requirements.txt"],
  "onCreateCommand": "echo one && echo two",
  "forwardPorts": [3000],
  "customizations": { "vscode": { "extensions": ["a.b"] } },
}`;
    expect(read(text)).toEqual({
      ok: true,
      found: {
        image: "mcr.microsoft.com/devcontainers/typescript-node:22",
        env: { NODE_ENV: "test", DB: "postgres://u:p@127.0.0.1:5432/x", COUNT: "3", ROOT: "/workspace/src" },
        setup: [
          "echo one && echo two",
          "pip install -r requirements.txt",
          "npm ci",
          `git config core.hooksPath 'it'\\''s here'`,
        ],
        services: {},
        left: [],
      },
    });
  });

  it("is built from the Dockerfile that it names by a path from its own folder, with the folder that it says as the context", () => {
    const build = { dockerfile: "Dockerfile", context: "..", args: { NODE: "24" }, target: "dev", cacheFrom: "x" };
    const of = (given: object, folder?: string) => {
      const result = readDevcontainer(JSON.stringify({ build: given }), folder);
      return result.ok ? result.found : result.why;
    };
    expect(of(build)).toMatchObject({
      image: "",
      build: { context: "", dockerfile: ".devcontainer/Dockerfile", args: { NODE: "24" }, target: "dev" },
    });
    expect(of({ dockerfile: "./tools/Dockerfile" })).toMatchObject({
      build: { context: ".devcontainer", dockerfile: "tools/Dockerfile", args: {} },
    });
    expect(of({ dockerfile: "Dockerfile" }, "")).toMatchObject({ build: { context: "", dockerfile: "Dockerfile" } });
  });

  it("leaves out what a run does without, and says so by name", () => {
    const result = read({
      image: "node:24",
      remoteUser: "vscode",
      postStartCommand: "npm start",
      postAttachCommand: "",
      workspaceFolder: "/workspaces/shop",
      hostRequirements: { cpus: 4 },
      containerEnv: { NPM_TOKEN: "x", PATH: "/a", HOST: `\${localEnv:HOST}`, FINE: "1" },
    });
    expect(result.ok && result.found.env).toEqual({ FINE: "1" });
    expect(result.ok && result.found.left).toEqual([
      "`postStartCommand` (is of each start)",
      "`remoteUser` (every run has a user of its own)",
      "`workspaceFolder` (the repository is in /workspace)",
      "`hostRequirements` (memory and processors are as policy says)",
      "the variable `NPM_TOKEN`, which has the name of a credential, and no credential enters a container",
      "the variable `PATH`, which is set by Loopgate or decides what its own programs load, so a policy cannot set it",
      `the variable \`HOST\`, which stands for \`\${localEnv:HOST}\``,
    ]);
  });

  it("is read with a byte order mark, its old names for a Dockerfile, and a developer's variables at their defaults", () => {
    const given = {
      dockerFile: "Dockerfile",
      context: "..",
      build: { args: { VARIANT: `\${localEnv:NODE_VARIANT:24}`, ROOT: `\${localWorkspaceFolder}` } },
      containerEnv: { MODE: `\${localEnv:MODE:test}`, NONE: `\${localEnv:NONE:}`, URL: `\${localEnv:URL:http://x}` },
      postCreateCommand: `make \${localEnv:GOAL:all}`,
    };
    const result = read(`\uFEFF${JSON.stringify(given)}`);
    expect(result.ok ? result.found : result.why).toMatchObject({
      build: {
        context: "",
        dockerfile: ".devcontainer/Dockerfile",
        args: { VARIANT: "24", ROOT: "/workspace" },
      },
      env: { MODE: "test", NONE: "" },
      setup: ["make all"],
      left: [`the variable \`URL\`, which stands for \`\${localEnv:URL:http://x}\``],
    });
    const image = read({ image: `node:\${localEnv:VARIANT:24}` });
    expect(image.ok ? image.found.image : image.why).toBe("node:24");
  });

  it.each([
    [{ privileged: true }, "`privileged`"],
    [{ capAdd: ["SYS_PTRACE"], securityOpt: ["seccomp=unconfined"] }, "`capAdd`; `securityOpt`"],
    [{ mounts: ["source=/var/run/docker.sock,target=/var/run/docker.sock,type=bind"] }, "`mounts`"],
    [{ runArgs: ["--network=host"] }, "`runArgs`"],
    [{ initializeCommand: "make host" }, "`initializeCommand`"],
    [{ dockerComposeFile: "compose.yaml", service: "app" }, "`dockerComposeFile`; `service`"],
    [{ build: "Dockerfile" }, "`build`"],
    [{ build: { dockerfile: "Dockerfile", options: ["--network=host"] } }, "`build.options`"],
    [{ build: { dockerfile: "../../Dockerfile" } }, "`build.dockerfile`, which is no file in its context"],
    [{ build: { dockerfile: "../Dockerfile" } }, "`build.dockerfile`, which is no file in its context"],
    [
      { build: { dockerfile: "/etc/Dockerfile", context: ".." } },
      "`build.dockerfile`, which is no file in its context",
    ],
    [
      { build: { dockerfile: "Dockerfile", context: "../.." } },
      "`build.context`, which is no folder of the repository",
    ],
    [{ build: { dockerfile: "Dockerfile", args: { A: `$\{localEnv:HOME}` } } }, "`build.args`"],
    [{ build: { dockerfile: "Dockerfile", target: "--x y" } }, "`build.target`"],
    [
      { features: { "ghcr.io/devcontainers/features/docker-in-docker:2": {}, "./local": {} } },
      "the feature `ghcr.io/devcontainers/features/docker-in-docker:2`; the feature `./local`",
    ],
    [{ postCreateComand: "npm ci" }, "`postCreateComand`, which is not known"],
    [{ postCreateCommand: 7 }, "`postCreateCommand`"],
    [{ postCreateCommand: `echo \${localEnv:USER}` }, `\`postCreateCommand\` with \`\${localEnv:USER}\``],
    [{ image: `node:\${VARIANT}` }, "`image`"],
    [
      { image: "x", postCreateCommand: "sudo chown node node_modules && npm ci" },
      "`postCreateCommand` with `sudo`, which needs root, and no run has it",
    ],
    [
      { image: "x", onCreateCommand: { deps: "npm ci", more: ["sudo", "apt-get", "update"] } },
      "`onCreateCommand` with `sudo`, which needs root, and no run has it",
    ],
    [{ dockerFile: "../../Dockerfile" }, "`dockerFile`, which is no file in its context"],
    [{ dockerFile: "Dockerfile", context: "../.." }, "`context`, which is no folder of the repository"],
    [{ build: { dockerfile: "Dockerfile", args: { A: `$\{containerWorkspaceFolderX}` } } }, "`build.args`"],
    [
      { postCreateCommand: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [n, "true"])) },
      "more than 20 commands",
    ],
    [{ postCreateCommand: "x".repeat(12_001) }, "more than 12000 characters of commands and variables"],
    [{ image: "x", __defineGetter__: 1 }, "`__defineGetter__`, which is not known"],
    [{ image: "x", hasOwnProperty: 1 }, "`hasOwnProperty`, which is not known"],
    ['{ "image": ', "no JSON with comments"],
    ['["image"]', "no JSON with comments"],
  ])("%j is not used at all, and each reason has a name", (value, expected) => {
    expect(why(value)).toBe(expected);
  });

  it("asks for nothing where what could be refused is there and empty", () => {
    const value = { image: "x", privileged: false, capAdd: [], mounts: [], runArgs: [], features: {}, build: {} };
    expect(why(value)).toBe("used");
  });
});
