// `loopgate policy init`: looks at a repository, asks what only a person can say, and writes a first .github/loop.yml.
import { execFile } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { promisify } from "node:util";
import { Fault } from "../base/fault.ts";
import { type Draft, draftPolicy, noWishes, type Repository, type Wishes } from "../policy/draft.ts";
import { parsePolicy } from "../policy/parse.ts";
import type { Terminal } from "./terminal.ts";

export interface InitOptions {
  readonly repo: string;
  /** By their options; what is not there is asked, or left to its default. */
  readonly given: Partial<Wishes>;
  readonly print: boolean;
  readonly force: boolean;
  /** How to ask a person, with the answer that an empty line gives; null: nobody is asked. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

/** 0 once the file is written, or printed; 1 when it is there already or what was given makes no policy. Throws Fault when the folder is no repository. */
export async function initPolicy(options: InitOptions, terminal: Terminal): Promise<number> {
  const { repo, print, force } = options;
  const repository = await look(repo);
  const file = join(repo, ".github", "loop.yml");
  if (!print && !force && existsSync(file)) {
    terminal.err(`loopgate: ${file} is there already. --force writes over it, --print only shows what it would be.\n`);
    return 1;
  }
  const draft = await drafted(options, repository, terminal);
  if (draft === null) return 1;
  if (print) {
    terminal.out(draft.text);
    return 0;
  }
  mkdirSync(join(repo, ".github"), { recursive: true });
  writeFileSync(file, draft.text);
  const next = "Read it, commit it to the default branch, and set the label `loop` on an issue.";
  terminal.out(`${[...draft.found, `${file} is written. ${next}`].join("\n")}\n`);
  return 0;
}

/** The files that git knows, and those that it would take up: a look at what will be there, not at what is ignored. */
async function look(repo: string): Promise<Repository> {
  const args = ["-C", repo, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name"];
  const listed = await promisify(execFile)("git", args, { maxBuffer: 1 << 28 }).catch((cause) => {
    throw new Fault(`${repo} is not a git repository: a policy belongs to one.`, {
      kind: "invalid",
      retry: "never",
      cause,
    });
  });
  const paths = listed.stdout.split("\0").filter((path) => path !== "");
  return { paths, text: (path) => textOf(join(repo, path)) };
}

/** Only of a file as it is, of a size that somebody wrote; a link may lead anywhere. */
function textOf(path: string): string | null {
  try {
    const file = lstatSync(path);
    return file.isFile() && file.size < 8 << 20 ? readFileSync(path, "utf8") : null;
  } catch {
    return null;
  }
}

interface Question {
  readonly of: keyof Wishes;
  readonly text: string;
  readonly read: (answer: string) => Partial<Wishes>;
  /** Whether it is worth asking, with what is known so far. */
  readonly when?: (wishes: Wishes) => boolean;
}

const questions: readonly Question[] = [
  {
    of: "kind",
    text: "Which agent works? claude-code, codex, gemini, opencode, qwen, pi, or command for one of your own [the operator's command]: ",
    read: (answer) => ({ kind: answer as Wishes["kind"] }),
  },
  {
    of: "model",
    text: "Which model does it call, as its provider names it? ",
    read: (answer) => ({ model: answer }),
    when: namesItsModel,
  },
  {
    of: "image",
    text: "Which container image does it run in, best by digest? [the operator's]: ",
    read: (answer) => ({ image: answer }),
  },
  {
    of: "usd",
    text: "How many US dollars may a loop spend on its models? [5]: ",
    read: (answer) => ({ usd: Number(answer) }),
    when: namesItsModel,
  },
  {
    of: "approvals",
    text: "How many people must approve a change? [1]: ",
    read: (answer) => ({ approvals: Number(answer) }),
  },
  {
    of: "reviewers",
    text: "Who is asked to review, by login and separated by blanks? [nobody]: ",
    read: (answer) => ({ reviewers: answer.split(/[\s,]+/).map((login) => login.replace(/^@/, "")) }),
  },
];

/** Asks what was not given, each question until its answer makes a policy. Null: what was given makes none, which was said. */
async function drafted({ given, ask }: InitOptions, repository: Repository, { err }: Terminal): Promise<Draft | null> {
  let wishes: Wishes = { ...noWishes, ...given };
  for (const question of ask === null ? [] : questions) {
    if (given[question.of] !== undefined || question.when?.(wishes) === false) continue;
    for (;;) {
      const answer = (await ask!(question.text)).trim();
      const next = answer === "" ? wishes : { ...wishes, ...question.read(answer) };
      const problem = problemWith(draftPolicy(repository, next)) ?? lacksModel(question, next);
      if (problem === null) {
        wishes = next;
        break;
      }
      err(`That cannot be: ${problem}\n`);
    }
  }
  const draft = draftPolicy(repository, wishes);
  const problem = problemWith(draft) ?? lacksModel({ of: "model" }, wishes);
  if (problem === null) return draft;
  err(`loopgate: what was given makes no policy: ${problem}\n`);
  return null;
}

/** What a claim would ask for besides. */
function lacksModel({ of }: Pick<Question, "of">, wishes: Wishes): string | null {
  const lacks = of === "model" && namesItsModel(wishes) && wishes.model === "";
  return lacks ? `${wishes.kind} needs to know which model it calls` : null;
}

/** A command of one's own calls what it likes. */
function namesItsModel({ kind }: Wishes): boolean {
  return kind !== null && kind !== "command";
}

function problemWith({ text }: Draft): string | null {
  const parsed = parsePolicy(text);
  return parsed.ok ? null : parsed.message.replace(/^line \d+: /, "");
}

/** Asks on this process's terminal; null where there is none. Ctrl-C and the end of the input end the question, and nothing is written. */
export function askHere(signal: AbortSignal): InitOptions["ask"] {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    // A terminal that readline reads gives Ctrl-C to it, and not to the process.
    lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
    const over = new Promise<never>((_, reject) => {
      lines.once("close", () =>
        reject(new Fault("No answer, so nothing was written.", { kind: "invalid", retry: "never" })),
      );
    });
    try {
      return await Promise.race([lines.question(question, { signal }), over]);
    } finally {
      lines.close();
    }
  };
}
