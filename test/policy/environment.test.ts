// What a policy may say about the environment of its runs, and how the operator's bounds hold it.
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../src/container/run.ts";
import { Rules } from "../../src/loop/state.ts";
import { bytesIn, inSize } from "../../src/policy/bytes.ts";
import { generousBounds } from "../../src/policy/clamp.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { readRules } from "../../src/policy/rules.ts";

const GiB = 1024 ** 3;

function rulesFrom(
  environment: string,
  {
    bounds = {},
    rest = "",
    images = {},
  }: {
    bounds?: Partial<typeof generousBounds>;
    rest?: string;
    images?: { agent?: string; reviewer?: string };
  } = {},
) {
  const text = `environment: ${environment}\n${rest}`;
  return readRules(
    { text, sha: "b10b" },
    {
      bounds: { ...generousBounds, ...bounds },
      defaults: {
        agent: { command: "agent", image: images.agent ?? "operators" },
        reviewer: { command: "review", image: images.reviewer ?? "" },
      },
    },
    "loop",
  );
}

function rulesIn(...given: Parameters<typeof rulesFrom>) {
  const read = rulesFrom(...given);
  if (!read.ok) throw new Error(read.message);
  return read.rules;
}

function refused(environment: string): string {
  const parsed = parsePolicy(`environment:\n${environment.replace(/^/gm, "  ")}\n`);
  return parsed.ok ? "accepted" : parsed.message;
}

describe("the environment of a policy", () => {
  it("is what every run had before there was one, where the file says nothing", () => {
    const { environment } = rulesIn("{}");
    expect(environment).toEqual({
      memoryBytes: DEFAULT_LIMITS.memoryBytes,
      cpus: DEFAULT_LIMITS.cpus,
      processes: DEFAULT_LIMITS.pids,
      tmpBytes: DEFAULT_LIMITS.tmpBytes,
      diskBytes: DEFAULT_LIMITS.workspaceBytes,
      env: {},
      setup: [],
      cache: [],
    });
  });

  it("of a loop that an earlier version claimed has no set-up, or is not known at all", () => {
    const { setup: _, cache: __, ...earlier } = rulesIn("{}").environment ?? { setup: [], cache: [] };
    expect(Rules.parse({ ...rulesIn("{}"), environment: earlier })).toEqual(rulesIn("{}"));
    const { environment: ___, ...first } = rulesIn("{}");
    expect(Rules.parse(first).environment).toBeUndefined();
  });

  it("reads sizes with their unit, and no others", () => {
    expect(["512 MiB", "512MiB", "4 GiB", "1.5 GiB"].map(bytesIn)).toEqual([GiB / 2, GiB / 2, 4 * GiB, 1.5 * GiB]);
    expect([4 * GiB, 1.5 * GiB, GiB / 2].map(inSize)).toEqual(["4 GiB", "1536 MiB", "512 MiB"]);
    for (const wrong of ["4", "4g", "4 GB", "-1 GiB", "1e9 MiB", "4 gib", "4 GiB "])
      expect(refused(`memory: "${wrong}"`), wrong).toBe(
        "line 2: `environment.memory` must be a size such as `512 MiB` or `4 GiB`",
      );
    expect(refused("memory: 4")).toContain("must be a size such as");
  });

  it("is held to the operator's bounds, and said where the file states it", () => {
    const at = (environment: string, bounds: Partial<typeof generousBounds>) => rulesFrom(environment, { bounds });
    const message = (line: string) =>
      expect.objectContaining({ rules: expect.objectContaining({ clamped: [`line 1: ${line}`] }) });
    expect(at("{ memory: 4 GiB }", { memory_mib: 3072 })).toEqual(
      message("`environment.memory` is 4 GiB, but this App's operator allows at most 3 GiB"),
    );
    expect(at("{ tmp: 600 MiB }", { tmp_mib: 512 })).toEqual(
      message("`environment.tmp` is 600 MiB, but this App's operator allows at most 512 MiB"),
    );
    expect(at("{ disk: 5 GiB }", { disk_mib: 4096 })).toEqual(
      message("`environment.disk` is 5 GiB, but this App's operator allows at most 4 GiB"),
    );
    expect(at("{ cpus: 3 }", { cpus: 2 })).toEqual(
      message("`environment.cpus` is 3, but this App's operator allows at most 2"),
    );
    expect(at("{ processes: 300 }", { processes: 299 })).toEqual(
      message("`environment.processes` is 300, but this App's operator allows at most 299"),
    );
    expect(at("{ image: other }", { images: ["node:24"] })).toEqual({
      ok: false,
      message: "line 1: `environment.image` is not among the images this App's operator allows (node:24)",
    });
    const small = { memory_mib: 1024, cpus: 1, processes: 64, tmp_mib: 100, disk_mib: 200 };
    expect(rulesIn("{}", { bounds: small }).environment).toMatchObject({
      memoryBytes: GiB,
      cpus: 1,
      processes: 64,
      tmpBytes: 100 * 1024 ** 2,
      diskBytes: 200 * 1024 ** 2,
    });
  });

  it("names one image for both roles, which a role's own comes before and the operator's after", () => {
    const images = (rest: string, operators: { agent?: string; reviewer?: string } = {}) => {
      const { executor, reviewer } = rulesIn("{ image: ours }", { rest, images: operators });
      return [executor.image, reviewer?.image];
    };
    expect(images("")).toEqual(["ours", "ours"]);
    expect(images("", { agent: "a", reviewer: "r" })).toEqual(["ours", "ours"]);
    expect(images("agent: { image: mine }")).toEqual(["mine", "ours"]);
    expect(images("reviewer: { image: theirs }")).toEqual(["ours", "theirs"]);
  });

  it("sets variables of the repository's own", () => {
    const names = [
      "NODE_ENV",
      "PORT",
      "CI",
      "TZ",
      "TOKENIZERS_PARALLELISM",
      "CACHE_KEY_PREFIX",
      "SESSION_TIMEOUT",
      "JAVA_OPTS",
    ];
    const given = Object.fromEntries(names.map((name) => [name, "x"]));
    expect(rulesIn(`{ env: ${JSON.stringify(given)} }`).environment?.env).toEqual(given);
  });

  it.each([
    "GITHUB_TOKEN",
    "NPM_TOKEN",
    "npm_token",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "DATABASE_PASSWORD",
    "PGPASSWORD",
    "MYSQL_PWD",
    "STRIPE_API_KEY",
    "STRIPE_APIKEY",
    "SSH_PRIVATE_KEY",
    "DEPLOY_KEY",
    "SENTRY_AUTH",
    "GITHUBTOKEN",
    "JWT",
  ])("never sets %s, the name of a credential", (name) => {
    expect(refused(`env:\n  ${name}: x`)).toBe(
      `line 3: \`environment.env.${name}\` has the name of a credential, and no credential enters a container`,
    );
  });

  it.each([
    "LOOP_ROLE",
    "LOOP_GIT_URL",
    "LOOPGATE_X",
    "GIT_SSH_COMMAND",
    "HOME",
    "PATH",
    "TMPDIR",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "LD_PRELOAD",
    "BASH_ENV",
    "ENV",
    "IFS",
    "ANTHROPIC_BASE_URL",
    "OPENAI_BASE_URL",
    "NODE_USE_ENV_PROXY",
    "JAVA_TOOL_OPTIONS",
    "npm_config_registry",
    "NPM_CONFIG_REPLACE_REGISTRY_HOST",
    "YARN_NPM_REGISTRY_SERVER",
    "YARN_REGISTRY",
    "BUN_CONFIG_REGISTRY",
  ])("never sets %s, which is ours", (name) => {
    expect(refused(`env:\n  ${name}: x`)).toContain("is set by Loopgate or decides what its own programs load");
  });

  it("refuses values that are credentials, hold a line break, or are no text, and far too many", () => {
    expect(refused(`env:\n  A: ghp_${"a1".repeat(18)}`)).toContain("holds what looks like a credential");
    const address = (host: string) => refused(`env:\n  DATABASE_URL: postgres://me:hunter22@${host}/x`);
    for (const host of ["127.0.0.1", "127.0.0.1:5432", "localhost"]) expect(address(host)).toBe("accepted");
    for (const host of ["localhost:5432", "localhost?sslmode=disable&x="]) expect(address(host)).toBe("accepted");
    for (const host of ["db.example.com", "127.0.0.1.example.com", "localhost.example.com", "127.0.0.1@db.example.com"])
      expect(address(host)).toContain("looks like a credential");
    for (const host of ["localhost:@db.example.com", "localhost:5432@db.example.com", "127.0.0.1:pass@db.example.com"])
      expect(address(host)).toContain("looks like a credential");
    expect(refused('env:\n  A: "one\\ntwo"')).toContain("holds a line break");
    expect(refused("env:\n  PORT: 3000")).toBe(
      "line 3: `environment.env.PORT` must be a text of at most 1000 characters, in quotes where it is a number or true or false",
    );
    expect(refused("env: [A]")).toContain("must be names of variables");
    expect(refused('env:\n  "A B": x')).toContain("is no variable's name");
    const many = Array.from({ length: 41 }, (_, index) => `  A${index}: x`).join("\n");
    expect(refused(`env:\n${many}`)).toContain("may name at most 40 variables");
  });
});
