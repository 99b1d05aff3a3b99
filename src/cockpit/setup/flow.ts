// How far the making of an App has come: asked, sent to GitHub, created and kept, installed, heard of.
import { randomBytes } from "node:crypto";
import { Fault } from "../../base/fault.ts";
import type { NewApp, Registered, SeenDelivery } from "../../github/register.ts";
import type { AppManifest } from "../../github/start.ts";
import { type Answers, noAnswers, type Problems, readAnswers, type Said } from "./answers.ts";
import { addSettings, type Lines, settingsOf } from "./env-file.ts";
import { apiOf, manifestFor, registerUrl } from "./manifest.ts";

export interface FlowParts {
  readonly manifest: AppManifest;
  /** What was said on the command line. */
  readonly said: Partial<Said>;
  readonly envFile: string;
  readonly relayImage: string;
  readonly exchange: (apiUrl: string, code: string) => Promise<Registered>;
  readonly newApp: (app: Registered, apiUrl: string) => NewApp;
  /** Told of the webhook's secret once it is known. */
  readonly onSecret: (secret: string) => void;
  readonly now: () => number; // epoch milliseconds
}

/** What GitHub said at the last look. */
export interface Looked {
  readonly installations: readonly string[];
  readonly deliveries: readonly SeenDelivery[];
  /** Why it could not be asked; null: it could. */
  readonly problem: string | null;
}

export type Stage =
  | { readonly at: "asking"; readonly said: Said; readonly problems: Problems; readonly failed: string | null }
  /** `canRetry`: GitHub could not be reached with the code, which may still be good. */
  | { readonly at: "agreed"; readonly answers: Answers; readonly failed: string | null; readonly canRetry: boolean }
  /** The App is there, and its key is in memory only: the file could not be written. */
  | { readonly at: "unkept"; readonly answers: Answers; readonly app: Registered; readonly failed: string }
  | { readonly at: "created"; readonly answers: Answers; readonly app: Registered; readonly looked: Looked };

export interface Flow {
  stage(): Stage;
  /** Takes the answers; what is wrong with them stands in the stage. */
  answer(said: Said): void;
  /** Back to the questions, with what was said. */
  askAgain(): void;
  /** What the browser is to post, and to where: null unless the answers are agreed. Each call begins a try of its own. */
  posting(redirectUrl: string): { readonly url: string; readonly manifest: string } | null;
  /** GitHub sent the browser back. Never rejects: what went wrong stands in the stage. */
  returned(state: string, code: string): Promise<void>;
  /** Tries the code again with which GitHub could not be reached. */
  retry(): Promise<void>;
  /** Tries the file again. */
  keep(): Promise<void>;
  /** Asks GitHub, at most every two seconds. */
  look(): Promise<void>;
  /** Has the newest webhook sent again that did not arrive. */
  sendAgain(): Promise<void>;
}

/** GitHub's code is good for an hour, and so is what it is asked with. */
const tryLastsMs = 3_600_000;
const mostTries = 50;
const lookEveryMs = 2_000;
const nothingSeen: Looked = { installations: [], deliveries: [], problem: null };

export function createFlow(parts: FlowParts): Flow {
  const begun: Said = { ...noAnswers, ...parts.said };
  let stage: Stage = { at: "asking", said: begun, problems: {}, failed: null };
  const tries = new Map<string, { readonly at: number; readonly answers: Answers }>();
  let credentials: { readonly lines: Lines; readonly app: NewApp } | null = null;
  let lastLook = Number.NEGATIVE_INFINITY;
  let isPinged = false;
  let unanswered: { readonly state: string; readonly code: string } | null = null;

  const read = readAnswers(begun);
  if (parts.said.publicUrl !== undefined && read.ok) stage = agreed(read.answers);

  async function keep(): Promise<void> {
    if (stage.at !== "unkept" || credentials === null) return;
    const { answers, app } = stage;
    try {
      const about = `The App ${app.slug} of ${app.owner.login} (${app.html_url}). Whoever has these lines is the App.`;
      await addSettings(parts.envFile, credentials.lines, about);
      stage = { at: "created", answers, app, looked: nothingSeen };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      stage = { at: "unkept", answers, app, failed: error.message };
    }
  }

  async function lookNow({ answers, app }: Extract<Stage, { at: "created" }>, at: NewApp): Promise<Looked> {
    try {
      const [installations, deliveries] = await Promise.all([at.installations(), at.deliveries()]);
      const mayArrive = answers.publicUrl !== null;
      // GitHub tries a webhook before anybody has its secret: that first try is asked for again, once.
      const [newest] = deliveries;
      if (mayArrive && !isPinged && newest !== undefined && !deliveries.some(({ arrived }) => arrived)) {
        isPinged = true;
        await at.sendAgain(newest.id);
      }
      return { installations, deliveries, problem: null };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const known = stage.at === "created" && stage.app === app ? stage.looked : nothingSeen;
      return { ...known, problem: error.message };
    }
  }

  async function returned(state: string, code: string): Promise<void> {
    if (isThere()) return;
    const known = tries.get(state);
    if (code === "" || known === undefined || parts.now() - known.at >= tryLastsMs)
      return fail("GitHub's answer belongs to no try of this page, so nothing was done with it. Begin again.");
    const { answers } = known;
    const { apiUrl } = apiOf(answers.github);
    try {
      const app = await parts.exchange(apiUrl, code);
      tries.delete(state);
      if (isThere()) return;
      const lines = settingsOf(app, answers, parts.relayImage);
      credentials = { lines, app: parts.newApp(app, apiUrl) };
      parts.onSecret(lines.find(([name]) => name === "LOOPGATE_WEBHOOK_SECRET")?.[1] ?? "");
      stage = { at: "unkept", answers, app, failed: "" };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      unanswered = error.retry === "later" ? { state, code } : null;
      return fail(`${error.message} ${afterFault(error)}`);
    }
    await keep();
  }

  const isThere = () => stage.at === "unkept" || stage.at === "created";

  function fail(failed: string): void {
    if (stage.at === "asking") stage = { ...stage, failed };
    else if (stage.at === "agreed") stage = { ...stage, failed, canRetry: unanswered !== null };
  }

  return {
    stage: () => stage,
    answer(said) {
      if (stage.at !== "asking" && stage.at !== "agreed") return;
      const answers = readAnswers(said);
      stage = answers.ok ? agreed(answers.answers) : { at: "asking", said, problems: answers.problems, failed: null };
    },
    askAgain() {
      if (stage.at !== "agreed") return;
      const { github, organization, publicUrl, name, pagesUrl } = stage.answers;
      const kept = { organization: organization ?? "", publicUrl: publicUrl ?? "", pagesUrl: pagesUrl ?? "" };
      const said = { github, name, ...kept };
      stage = { at: "asking", said, problems: {}, failed: stage.failed };
    },
    posting(redirectUrl) {
      if (stage.at !== "agreed") return null;
      const state = randomBytes(24).toString("base64url");
      const [oldest] = tries.keys();
      if (oldest !== undefined && tries.size >= mostTries) tries.delete(oldest);
      tries.set(state, { at: parts.now(), answers: stage.answers });
      const manifest = JSON.stringify(manifestFor(parts.manifest, stage.answers, redirectUrl));
      return { url: registerUrl(stage.answers, state), manifest };
    },
    returned,
    async retry() {
      if (unanswered !== null) await returned(unanswered.state, unanswered.code);
    },
    keep,
    async look() {
      if (stage.at !== "created" || credentials === null || parts.now() - lastLook < lookEveryMs) return;
      lastLook = parts.now();
      const looked = await lookNow(stage, credentials.app);
      stage = { ...stage, looked };
    },
    async sendAgain() {
      if (stage.at !== "created" || credentials === null) return;
      const lost = stage.looked.deliveries.find(({ arrived }) => !arrived);
      if (lost === undefined) return;
      try {
        await credentials.app.sendAgain(lost.id);
        lastLook = Number.NEGATIVE_INFINITY;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        stage = { ...stage, looked: { ...stage.looked, problem: error.message } };
      }
    },
  };
}

function agreed(answers: Answers): Stage {
  return { at: "agreed", answers, failed: null, canRetry: false };
}

function afterFault({ kind }: Fault): string {
  const twice = "The App may be there at GitHub without its key being here: delete it there, then begin again.";
  return kind === "not_found" ? `The code is good for an hour, and once. ${twice}` : twice;
}
