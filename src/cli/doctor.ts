// `loopgate doctor`: looks at all that the App depends on, changes nothing, and says what to do about what it finds.

import { Fault } from "../base/fault.ts";
import { allParts, type Finding, type FindingName, findingOf, type Part } from "../base/finding.ts";
import { proxyProblem } from "../base/proxy.ts";
import { type Engine, openEngine } from "../container/docker/engine.ts";
import { neededToServe } from "../environment.ts";
import type { RepositoryName } from "../github/repository-check.ts";
import { readSettings } from "../settings.ts";
import { askAboutRepositories } from "../wire.ts";
import { withEnvFile } from "./env-file.ts";
import { noEngine, startFindings } from "./start-checks.ts";
import type { Terminal } from "./terminal.ts";

interface Asked {
  readonly json: boolean;
  /** Those to look at, too. */
  readonly repositories: readonly RepositoryName[];
}

interface Examination {
  /** What there is to be looked at with these settings. */
  readonly parts: readonly Part[];
  readonly findings: readonly Finding[];
  /** What could be looked at; the rest depends on it. */
  readonly looked: readonly Part[];
  readonly engine: string | null; // as it calls itself
}

/** 0 where nothing keeps the App from working, 1 otherwise. The App may be running meanwhile. */
export async function doctor({ json, repositories }: Asked, { env, out }: Terminal): Promise<number> {
  const examined = await examine(env, repositories);
  const { parts, findings, looked, engine } = examined;
  const ok = findings.every(({ level }) => level !== "problem");
  if (json) {
    const notLooked = parts.filter((part) => !looked.includes(part));
    out(`${JSON.stringify({ ok, engine, looked, notLooked, findings }, null, 2)}\n`);
  } else {
    out(told(examined));
  }
  return ok ? 0 : 1;
}

async function examine(given: Terminal["env"], repositories: readonly RepositoryName[]): Promise<Examination> {
  const found = (name: FindingName, text: string) => findingOf({ name, text });
  const file = withEnvFile(given);
  if (!file.ok) {
    return {
      parts: partsOf({}, repositories),
      findings: [found("env-file", file.message)],
      looked: ["settings"],
      engine: null,
    };
  }
  const { env } = file;
  const parts = partsOf(env, repositories);
  const read = readSettings(env, neededToServe);
  const unfit = proxyProblem(env);
  const asked = await engineAt(env);
  const engine = typeof asked === "string" ? null : asked;
  const version = engine?.version ?? null;
  const findings = [
    ...(read.ok ? [] : [found("settings", read.message)]),
    ...(unfit === null ? [] : [found("proxy", unfit)]),
    ...(typeof asked === "string" ? [found("engine-missing", asked)] : []),
  ];
  try {
    if (!read.ok || unfit !== null)
      return { parts, findings, looked: ["settings", "container engine"], engine: version };
    const looked = parts.filter((part) => engine !== null || part !== "images and data folder");
    const [app, named] = await Promise.all([
      startFindings(engine, read.settings),
      askAboutRepositories(read.settings, repositories),
    ]);
    return { parts, findings: [...findings, ...app, ...named.map(findingOf)], looked, engine: version };
  } finally {
    await engine?.close();
  }
}

/** An engine that answers, or why there is none. */
async function engineAt(env: Terminal["env"]): Promise<Engine | string> {
  try {
    return (await openEngine({ env, mayStart: false })) ?? noEngine;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** A store in the data folder has no place of its own to be looked at, and no repository is looked at that is not named. */
function partsOf(env: Terminal["env"], repositories: readonly RepositoryName[]): readonly Part[] {
  const without = [...(env.LOOPGATE_STORE ? [] : ["store"]), ...(repositories.length > 0 ? [] : ["repositories"])];
  return allParts.filter((part) => !without.includes(part));
}

function told({ parts, findings, looked, engine }: Examination): string {
  const lines = parts.flatMap((part) => {
    const found = findings.filter((finding) => finding.part === part);
    const title = part === "container engine" && engine !== null ? `${part} (${engine})` : part;
    if (!looked.includes(part)) return [`- ${title}: not looked at, since it depends on the above`];
    const mark = found.length === 0 ? "✓" : found.some(({ level }) => level === "problem") ? "✗" : "!";
    return [`${mark} ${title}`, ...found.flatMap(({ text }) => indented(text))];
  });
  const count = (level: Finding["level"]) => {
    const { length } = findings.filter((finding) => finding.level === level);
    return `${length} ${level}${length === 1 ? "" : "s"}`;
  };
  return `${[...lines, "", `${count("problem")}, ${count("warning")}.`].join("\n")}\n`;
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`);
}
