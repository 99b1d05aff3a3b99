// What a policy may say of the services beside its runs, and how the operator's bounds hold it.
import { describe, expect, it } from "vitest";
import { generousBounds } from "../../src/policy/clamp.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { readRules } from "../../src/policy/rules.ts";

const MiB = 1024 ** 2;

function read(services: string, bounds: Partial<typeof generousBounds> = {}) {
  const none = { command: "work", image: "ours" };
  const operator = { bounds: { ...generousBounds, ...bounds }, defaults: { agent: none, reviewer: none } };
  return readRules(
    { text: `environment:\n  services:\n${services.replace(/^/gm, "    ")}\n`, sha: "b10b" },
    operator,
    "loop",
  );
}

function refused(services: string): string {
  const parsed = parsePolicy(`environment:\n  services:\n${services.replace(/^/gm, "    ")}\n`);
  return parsed.ok ? "accepted" : parsed.message;
}

describe("the services of a policy", () => {
  it("are in the rules as the file has them, in its order, with what it leaves out left to the image", () => {
    const given = read(
      "postgres:\n  image: postgres:17\n  env: { POSTGRES_PASSWORD: test }\n  command: [postgres, -c, fsync=off]\n" +
        "  ready: pg_isready\n  tmpfs: [/var/lib/x]\n  memory: 1 GiB\nredis: { image: redis:7 }",
    );
    expect(given.ok && given.rules.environment?.services).toEqual([
      {
        name: "postgres",
        image: "postgres:17",
        env: { POSTGRES_PASSWORD: "test" },
        command: ["postgres", "-c", "fsync=off"],
        ready: "pg_isready",
        tmpfs: ["/var/lib/x"],
        memoryBytes: 1024 * MiB,
      },
      { name: "redis", image: "redis:7", env: {}, tmpfs: [], memoryBytes: 512 * MiB },
    ]);
  });

  it("are held to the operator's bounds: memory is cut, and said; one too many or another image is an error", () => {
    const cut = read("db: { image: x, memory: 3 GiB }");
    expect(cut.ok && [cut.rules.environment?.services?.[0]?.memoryBytes, cut.rules.clamped]).toEqual([
      2048 * MiB,
      ["line 3: `environment.services.db.memory` is 3 GiB, but this App's operator allows at most 2 GiB"],
    ]);
    const small = read("db: { image: x }", { service_memory_mib: 100 });
    expect(small.ok && [small.rules.environment?.services?.[0]?.memoryBytes, small.rules.clamped]).toEqual([
      100 * MiB,
      undefined,
    ]);
    const two = "one: { image: x }\ntwo: { image: x }";
    const message = (services: string, bounds: Partial<typeof generousBounds>) => {
      const found = read(services, bounds);
      return found.ok ? "accepted" : found.message;
    };
    expect(message(two, { services: 2 })).toBe("accepted");
    expect(message(two, { services: 1 })).toBe(
      "line 4: `environment.services` names 2, but this App's operator allows at most 1 beside a run",
    );
    expect(message(two, { services: 0 })).toBe(
      "line 3: `environment.services` names 2, but this App's operator allows none beside a run",
    );
    expect(message("db: { image: other }", { images: ["postgres:17"] })).toBe(
      "line 3: `environment.services.db.image` is not among the images this App's operator allows (postgres:17)",
    );
  });

  it.each([
    ["Db: { image: x }", "line 3: `environment.services.Db` is no service's name"],
    ["a_b: { image: x }", "is no service's name"],
    [Array.from("abcdefghi", (name) => `${name}: { image: x }`).join("\n"), "may name at most 8 services"],
    ["db: { command: [x] }", "`environment.services.db` needs either its `image` or its `compose`"],
    ["db: { image: x, ports: [5432] }", "`environment.services.db.ports` is not an option"],
    ["db: { image: x, volumes: [/data] }", "`environment.services.db.volumes` is not an option"],
    ["db: { image: x, command: run }", "`environment.services.db.command` must be a list"],
    ["db: { image: x, tmpfs: [data] }", "must be the absolute path of a folder"],
    ["db: { image: x, tmpfs: [/a/../b] }", "must be the absolute path of a folder"],
    ["db: { image: x, tmpfs: [/proc/sys] }", "must be the absolute path of a folder"],
    ["db: { image: x, memory: 512 }", "must be a size such as"],
    ["db: { image: x, env: { 'A B': x } }", "is no variable's name"],
    [`db: { image: x, env: { KEY: ghp_${"a1".repeat(18)} } }`, "holds what looks like a credential"],
  ])("are refused where they cannot be: %s", (services, said) => {
    expect(refused(services)).toContain(said);
  });
});
