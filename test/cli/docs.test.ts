// What is generated from the code is current wherever it is written down. To bring it up to date: UPDATE_DOCS=1 npm test test/cli/docs.test.ts
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bound, promises } from "../../src/cli/bench-promises.ts";
import { exampleEnvironment, settingsTable } from "../../src/cli/settings-docs.ts";
import { serveRelay } from "../../src/cli/start-checks.ts";
import { Environment, neededToServe } from "../../src/environment.ts";
import { manifest } from "../../src/github/start.ts";
import { StopReason } from "../../src/loop/cause.ts";
import { optionTable } from "../../src/policy/docs.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { readSettings } from "../../src/settings.ts";
import { part } from "../docs/part.ts";

const pathOf = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const read = (name: string) => readFileSync(pathOf(name), "utf8");

describe("generated parts are current", () => {
  test("the table of policy options", () => {
    expect(part("docs/policy.md", "policy options", optionTable())).toBe(optionTable());
  });

  test("the table of settings", () => {
    expect(part("docs/operating.md", "settings", settingsTable())).toBe(settingsTable());
  });

  test("the table of permissions, with the reasons that the manifest has", () => {
    const permissions = [...read("app.yml").matchAll(/^ {2}(\w+): (read|write) # (.+)$/gm)];
    expect(permissions).toHaveLength(Object.keys(manifest().default_permissions).length);
    const rows = permissions.map(([, name, level, why]) => `| \`${name}: ${level}\` | ${why} |`);
    const table = ["| permission | for |", "|---|---|", ...rows, ""].join("\n");
    expect(part("docs/install.md", "permissions", table)).toBe(table);
  });

  test(".env.example", () => {
    if (process.env.UPDATE_DOCS) writeFileSync(pathOf(".env.example"), exampleEnvironment());
    expect(read(".env.example")).toBe(exampleEnvironment());
  });
});

test("every policy that the page on what a repository needs has is one", () => {
  const needs = read("docs/environment.md");
  const policies = [...needs.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = ""]) =>
    text.replaceAll("…", "0".repeat(64)),
  );
  expect(policies.length).toBe(7);
  for (const text of policies) expect(parsePolicy(text), text).toMatchObject({ ok: true });
});

test("the table of speed has what each bench measures, beside what, and what is wanted", () => {
  const rows = [...read("docs/speed.md").matchAll(/^\| `bench -- (\w+)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$/gm)];
  const told = rows.map(([, bench, what, beside, wanted]) => [bench, what, beside, wanted]);
  expect(told).toEqual(Object.values(promises).map((one) => [one.bench, one.what, one.beside, bound(one)]));
  for (const [row, , , , , measured] of rows) expect(measured, row).toMatch(/^(\d+\.\d+ ×|\d+ MB$|\d+\.\d ms$)/);
});

const markdownIn = (folder: string) =>
  readdirSync(pathOf(folder)).flatMap((name) => (name.endsWith(".md") ? [`${folder}/${name}`] : []));

/** What people read who use the App: the README, and the pages that it leads to. */
const pages = ["README.md", ...markdownIn("docs")];
/** What they read who work on it, besides. */
const contributing = [...markdownIn(".github"), "src/README.md", "test/sim/README.md"];

test("every npm script that a page names is there", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const named = [...pages, ...contributing].flatMap((file) =>
    [...read(file).matchAll(/npm (?:run ([\w:]+)|(test))\b/g)].map(([, run, plain]) => run ?? plain ?? ""),
  );
  expect(named).toContain("bench");
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

describe(".env.example", () => {
  const lines = exampleEnvironment().split("\n");

  test("names every setting once", () => {
    const named = lines.flatMap((line) => /^#?(LOOPGATE_\w+)=/.exec(line)?.[1] ?? []);
    expect(named).toEqual(Object.keys(Environment.shape));
  });

  test("is refused as it is, and stands with its defaults once the needed ones are filled in", () => {
    const entries = lines.flatMap((line) => {
      const match = /^#?(LOOPGATE_\w+)=(.*)$/.exec(line);
      return match === null ? [] : [[match[1] ?? "", match[2] ?? ""] as const];
    });
    const env = Object.fromEntries(entries);
    expect(readSettings(env, neededToServe)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^6 settings/),
    });
    const filled = {
      ...env,
      LOOPGATE_APP_ID: "1",
      LOOPGATE_APP_SLUG: "loopgate",
      LOOPGATE_PRIVATE_KEY: generateKeyPairSync("rsa", { modulusLength: 2048 })
        .privateKey.export({ type: "pkcs1", format: "pem" })
        .toString(),
      LOOPGATE_WEBHOOK_SECRET: "a-webhook-secret-of-ours",
      LOOPGATE_SEAL_SECRET: "a-seal-secret-that-nobody-else-knows",
      LOOPGATE_RELAY_IMAGE: "loopgate",
    };
    expect(readSettings(filled, neededToServe)).toMatchObject({ ok: true });
  });
});

/** Where the relative links and pictures of a page lead, as paths from the root. */
const linksOf = (page: string) =>
  [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target]) => join(dirname(page), target ?? ""));

test("every path that the guide for contributors names is there", () => {
  const named = [
    ...read(".github/CONTRIBUTING.md").matchAll(/(?<![\w/.-])(?:src|test|fixtures|findings|docs)\/[\w./-]*/g),
  ];
  expect(named.length).toBeGreaterThan(20);
  expect(named.map(([path]) => path).filter((path) => !existsSync(pathOf(path)))).toEqual([]);
});

test.each([...pages, ...markdownIn(".github")])("%s links and shows only what is there", (page) => {
  expect(linksOf(page).filter((target) => !existsSync(pathOf(target)))).toEqual([]);
});

describe("the README", () => {
  const readme = read("README.md");

  test("leads to every page in docs/", () => {
    expect(pages.slice(1).filter((page) => !linksOf("README.md").includes(page))).toEqual([]);
  });

  test("says on its first screen what it is, shows a thread, and gives the two commands", () => {
    const first = readme.split("\n").slice(0, 45).join("\n");
    for (const word of ["GitHub App", "fixtures/readme/thread.png", "npm run demo", "npm test"]) {
      expect(first).toContain(word);
    }
  });

  test("is about two screens: what is longer has a page of its own", () => {
    expect(readme.split("\n").length).toBeLessThanOrEqual(125);
  });

  test("has the way to a running App in six steps", () => {
    const [, install = ""] = /^## Install it on GitHub$(.*?)^## /ms.exec(readme) ?? [];
    expect([...install.matchAll(/^(\d)\. /gm)].map(([, step]) => Number(step))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("leads to where every way is named in which a loop can end", () => {
    const named = [...read("docs/loops.md").matchAll(/^\| `(\w+)` \| /gm)].map((match) => match[1] ?? "");
    expect(named).toEqual(expect.arrayContaining([...StopReason.options]));
  });
});

describe("the image", () => {
  const dockerfile = read("Dockerfile");

  test("copies only what is there and what .dockerignore lets through", () => {
    const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap((match) => (match[1] ?? "").split(" "));
    expect(copied).toContain("src");
    expect(copied.filter((path) => !existsSync(pathOf(path)))).toEqual([]);
    const through = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"));
    expect(through.map((line) => line.slice(1)).sort()).toEqual(copied.sort());
  });

  test("runs as nobody special, and starts what is there", () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile.indexOf("USER node")).toBeLessThan(dockerfile.indexOf("\nCMD "));
    expect(dockerfile).toMatch(/^CMD \["node", .*"src\/main.ts", "serve"\]$/m);
  });

  test("holds the relay where serve looks for it", () => {
    const workdir = /^WORKDIR (\S+)$/m.exec(dockerfile)?.[1] ?? "";
    const relay = serveRelay[1] ?? "";
    expect(relay.startsWith(`${workdir}/`)).toBe(true);
    expect(existsSync(pathOf(relay.slice(workdir.length + 1)))).toBe(true);
  });
});
