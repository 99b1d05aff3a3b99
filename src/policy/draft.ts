// A first policy for a repository: what a look at its files tells, and what a person was asked.
import { commentedPolicy, type Stated } from "./docs.ts";
import type { Policy } from "./schema.ts";

/** A repository's files, as far as a first policy depends on them. */
export interface Repository {
  readonly paths: readonly string[]; // from its root
  /** The text of one of them; null where it cannot be read. */
  readonly text: (path: string) => string | null;
}

/** What only a person can say. Empty or null: the operator's or the policy's own default. */
export interface Wishes {
  readonly kind: Policy["agent"]["kind"] | null;
  readonly model: string;
  readonly image: string;
  readonly usd: number | null;
  readonly approvals: number | null;
  readonly reviewers: readonly string[];
}

/** Nobody was asked. */
export const noWishes: Wishes = { kind: null, model: "", image: "", usd: null, approvals: null, reviewers: [] };

/** The folder of GitHub's workflows. */
export const workflowsFolder = ".github/workflows";

/** What a draft reads the text of, where it is there. */
export const draftFiles: readonly string[] = [
  ...["package.json", "yarn.lock", "pyproject.toml"],
  ...["GNUmakefile", "makefile", "Makefile"],
];

export interface Draft {
  readonly text: string;
  /** What was found and what it led to, a sentence each. */
  readonly found: readonly string[];
}

interface Told<T> {
  readonly value: T;
  readonly because: string;
}

/** The policy as text, with a comment on each option that it states. Deterministic. */
export function draftPolicy(repository: Repository, wishes: Wishes): Draft {
  const stated = new Map<string, { value: unknown; because?: string }>();
  const found: string[] = [];
  const state = (path: string, { value, because }: Told<unknown>) => {
    stated.set(path, { value, because });
    found.push(because);
  };
  for (const [path, value] of wished(wishes)) stated.set(path, { value });
  const setup = setupOf(repository);
  if (setup !== null) state("environment.setup", { ...setup, value: [setup.value] });
  const workflow = repository.paths.find((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  const test = testOf(repository);
  if (workflow !== undefined) {
    found.push(`Found \`${workflow}\`: CI judges, and the policy names no checks of its own.`);
  } else if (test !== null) {
    state("checks.run", {
      value: [{ name: "test", command: test.value }],
      because: `${test.because} No workflow was found, so this alone judges.`,
    });
  } else {
    found.push("Found neither a workflow nor a command that tests: until there is one, no change can be green.");
  }
  const heading =
    "# Loopgate's policy. What is not stated here has its default: `loopgate policy explain` shows them all.";
  return { text: commentedPolicy(heading, stated satisfies Stated), found };
}

function wished({ kind, model, image, usd, approvals, reviewers }: Wishes): [path: string, value: unknown][] {
  const given: [string, unknown][] = [
    ["agent.kind", kind],
    ["agent.model", model],
    ["agent.image", image],
    ["budget.usd", usd],
    ["gate.approvals", approvals],
    ["gate.reviewers", reviewers],
  ];
  return given.filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0));
}

/** By lockfile at the root, in this order; the commands change no lockfile. */
const installs: readonly { readonly file: string; readonly command: (text: string) => string }[] = [
  { file: "pnpm-lock.yaml", command: () => "pnpm install --frozen-lockfile" },
  { file: "bun.lock", command: () => "bun install --frozen-lockfile" },
  { file: "bun.lockb", command: () => "bun install --frozen-lockfile" },
  // Yarn 1 begins its file with its version; later ones have a `__metadata` and another option.
  {
    file: "yarn.lock",
    command: (text) => `yarn install ${text.includes("__metadata:") ? "--immutable" : "--frozen-lockfile"}`,
  },
  { file: "package-lock.json", command: () => "npm ci" },
  { file: "npm-shrinkwrap.json", command: () => "npm ci" },
];

function setupOf({ paths, text }: Repository): Told<string> | null {
  for (const { file, command } of installs) {
    if (!paths.includes(file)) continue;
    return { value: command(text(file) ?? ""), because: `Found \`${file}\`.` };
  }
  return null;
}

function testOf(repository: Repository): Told<string> | null {
  const { paths, text } = repository;
  const has = (path: string) => paths.includes(path);
  const script = has("package.json") ? testScript(text("package.json")) : null;
  if (script !== null) {
    const runner = /^(pnpm|yarn|bun)/.exec(setupOf(repository)?.value ?? "")?.[1] ?? "npm";
    const command = runner === "bun" ? "bun run test" : `${runner} test`;
    return { value: command, because: "Found the script `test` in `package.json`." };
  }
  if (has("go.mod")) return { value: "go test ./...", because: "Found `go.mod`." };
  if (has("Cargo.toml")) return { value: "cargo test", because: "Found `Cargo.toml`." };
  if (has("pytest.ini") || has("conftest.py") || /^\[tool\.pytest/m.test(text("pyproject.toml") ?? "")) {
    return { value: "python3 -m pytest", because: "Found pytest's settings." };
  }
  if (has("pom.xml")) return { value: "mvn --batch-mode test", because: "Found `pom.xml`." };
  if (has("gradlew")) return { value: "./gradlew test", because: "Found `gradlew`." };
  const makefile = ["GNUmakefile", "makefile", "Makefile"].find(has);
  if (makefile !== undefined && /^test:/m.test(text(makefile) ?? "")) {
    return { value: "make test", because: `Found the target \`test\` in \`${makefile}\`.` };
  }
  return null;
}

/** Null where there is none, or only the one that `npm init` writes, which always fails. */
function testScript(text: string | null): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    return null;
  }
  const script = (value as { scripts?: { test?: unknown } } | null)?.scripts?.test;
  return typeof script === "string" && script.trim() !== "" && !script.includes("no test specified") ? script : null;
}
