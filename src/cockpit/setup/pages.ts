// What the operator sees of an App in the making: three steps on one page, each with what to do and what is the case.
import { createHash } from "node:crypto";
import { html } from "hono/html";
import { webhookPath } from "../../github/deliveries/listener.ts";
import type { SeenDelivery } from "../../github/register.ts";
import type { AppManifest } from "../../github/start.ts";
import { type Html, shell } from "../page/shell.ts";
import type { Answers, Said } from "./answers.ts";
import type { Looked, Stage } from "./flow.ts";

export interface Shown {
  readonly stage: Stage;
  readonly manifest: AppManifest;
  readonly envFile: string;
  /** Where the browser posts what GitHub is asked for; null: not now. */
  readonly posting: { readonly url: string; readonly manifest: string } | null;
}

const steps = ["Create the App", "Install it", "Hear from GitHub"];

/** The page as it is now. */
export function setupPage(shown: Shown): Html {
  const { stage } = shown;
  const current = stepOf(stage);
  const list = steps.map(
    (title, index) =>
      html`<li${index === current ? html` aria-current="step"` : ""}>${index < current ? "✓" : `${index + 1}.`} ${title}</li>`,
  );
  const main = html`<h1>Set up Loopgate</h1>
    <ol class="steps">${list}</ol>
    <div data-stage="${stageTag(stage)}">${bodyOf(shown)}</div>`;
  return shell({ title: "Set up", main, narrow: true, script: "/-/follow.js" });
}

/** Another text as soon as the page would say something else. */
export function stageTag(stage: Stage): string {
  const { at } = stage;
  const told = at === "created" ? stage.looked : at === "asking" ? null : stage;
  return createHash("sha256")
    .update(JSON.stringify([at, told]))
    .digest("base64url")
    .slice(0, 16);
}

function stepOf(stage: Stage): number {
  if (stage.at !== "created") return 0;
  if (stage.looked.installations.length === 0) return 1;
  return isHeard(stage) ? 3 : 2;
}

const hasArrived = ({ deliveries }: Looked) => deliveries.some(({ arrived }) => arrived);

/** Where webhooks are read from GitHub's log of them, whatever is in it will be. */
function isHeard({ answers, looked }: Pick<Extract<Stage, { at: "created" }>, "answers" | "looked">): boolean {
  return answers.publicUrl === null ? looked.deliveries.length > 0 : hasArrived(looked);
}

function bodyOf(shown: Shown): Html {
  const { stage } = shown;
  switch (stage.at) {
    case "asking":
      return askingPart(stage);
    case "agreed":
      return agreedPart(shown, stage);
    case "unkept":
      return html`<section class="card"><h2>The App is there, and its key could not be kept</h2>
        <p class="note bad" role="alert">${stage.failed}</p>
        <p>GitHub shows the key once, and it is in this program's memory only. Make room for the file, then try again; do not end the program before.</p>
        ${button("/keep", "Try again")}</section>`;
    case "created":
      return createdPart(shown, stage);
  }
}

const button = (action: string, words: string, kind = "") =>
  html`<form method="post" action="${action}"><button${kind === "" ? "" : html` class="${kind}"`}>${words}</button></form>`;

const alert = (failed: string | null) => (failed === null ? "" : html`<p class="note bad" role="alert">${failed}</p>`);

interface Field {
  readonly id: keyof Said;
  readonly label: string;
  readonly hint: string;
}

const fields: readonly Field[] = [
  {
    id: "publicUrl",
    label: "Public address of this App",
    hint: "Where GitHub reaches it over https, such as https://loopgate.example.com: a TLS proxy in front of the App's port. Empty: there is none, and the App reads GitHub's own log of its webhooks every 15 seconds instead, which is slower.",
  },
  {
    id: "organization",
    label: "Organization that owns the repositories",
    hint: "The App is a private one: it can be installed only on repositories of the account that owns it. Empty: your own account.",
  },
  {
    id: "name",
    label: "Name of the App",
    hint: "Nobody else's App at that GitHub may have it. You can change it there, too.",
  },
  {
    id: "pagesUrl",
    label: "Address of the pages about loops",
    hint: "Where your people will see their loops, once they have signed in with GitHub: over https, a TLS proxy in front of port 3001, under a name of its own such as https://pages.example.com. Empty: on this machine only.",
  },
  { id: "github", label: "GitHub", hint: "https://github.com, or the address of your Enterprise host." },
];

function askingPart({ said, problems, failed }: Extract<Stage, { at: "asking" }>): Html {
  const inputs = fields.map(({ id, label, hint }) => {
    const wrong = problems[id];
    return html`<div><label for="${id}">${label}</label>
      <input type="text" id="${id}" name="${id}" value="${said[id]}" autocomplete="off" spellcheck="false" aria-describedby="${id}-hint"${wrong === undefined ? "" : html` aria-invalid="true"`}>
      ${wrong === undefined ? "" : html`<p class="wrong" role="alert">${label} ${wrong}.</p>`}
      <p class="quiet" id="${id}-hint">${hint}</p></div>`;
  });
  return html`<section class="card">${alert(failed)}
    <form method="post" action="/answers" class="fields">${inputs}<div><button>Continue</button></div></form></section>`;
}

function agreedPart(
  { manifest, posting, envFile }: Shown,
  { answers, failed, canRetry }: Extract<Stage, { at: "agreed" }>,
): Html {
  const permissions = Object.entries(manifest.default_permissions).map(([name, level]) => `${name}: ${level}`);
  return html`<section class="card">${alert(failed)}${canRetry ? button("/retry", "Try this again") : ""}
    <h2>GitHub is asked for this App</h2>
    <table>
      <tr><th scope="row">Name</th><td>${answers.name}</td></tr>
      <tr><th scope="row">Owner</th><td>${answers.organization ?? "your own account"}, at ${answers.github}</td></tr>
      <tr><th scope="row">Webhooks to</th><td>${whereTo(answers)}</td></tr>
      <tr><th scope="row">Pages about loops</th><td>${answers.pagesUrl ?? "on this machine only"}</td></tr>
      <tr><th scope="row">Permissions</th><td>${permissions.join(", ")}</td></tr>
      <tr><th scope="row">Events</th><td>${manifest.default_events.join(", ")}</td></tr>
      <tr><th scope="row">Key and secrets</th><td>into <code>${envFile}</code>, for its owner's eyes only</td></tr>
    </table>
    <p class="quiet">Sign in to GitHub in this browser before you go on: GitHub forgets what it was asked while you sign in.</p>
    <div class="row">
      ${posting === null ? "" : html`<form method="post" action="${posting.url}"><input type="hidden" name="manifest" value="${posting.manifest}"><button>Create it on GitHub</button></form>`}
      ${button("/change", "Change something", "plain")}
    </div></section>`;
}

const whereTo = ({ publicUrl }: Answers) =>
  publicUrl === null
    ? "nowhere: the App reads GitHub's log of them every 15 seconds, which is slower"
    : `${publicUrl}${webhookPath}`;

function createdPart({ envFile }: Shown, { answers, app, looked }: Extract<Stage, { at: "created" }>): Html {
  const { installations, problem } = looked;
  const isInstalled = installations.length > 0;
  const isDone = isInstalled && isHeard({ answers, looked });
  return html`<section class="card">
      <p class="note good">${app.name} is there, and its key is in <code>${envFile}</code>.</p>
      ${alert(problem)}
      <h2>${isInstalled ? `Installed for ${installations.join(", ")}` : "Install it on repositories"}</h2>
      ${isInstalled ? "" : html`<p><a class="button" href="${installUrl(app.html_url)}" target="_blank" rel="noopener noreferrer">Choose repositories on GitHub</a></p><p class="quiet">This page notices by itself when that is done. <a href="/">Look now</a></p>`}
    </section>
    ${hookPart(answers, looked, app)}
    <section class="card">
      <h2>${isDone ? "All is ready" : "Finish"}</h2>
      <p>${isDone ? "This page can be closed for good. Start the App with:" : "You can close this page for good now and do the rest at GitHub. The App is then started with:"}</p>
      <pre>npm start</pre>
      <p class="quiet">It reads <code>${envFile}</code> where that is the file .env beside it; Docker takes it with --env-file.</p>
      ${button("/finish", isDone ? "Finish" : "Finish without the rest", isDone ? "" : "plain")}
    </section>`;
}

const installUrl = (appPage: string) => `${appPage}/installations/new`;

function hookPart(answers: Answers, looked: Looked, app: { readonly html_url: string; readonly slug: string }): Html {
  if (answers.publicUrl === null) {
    const settings = settingsPage(answers, app.slug);
    return isHeard({ answers, looked })
      ? html`<section class="card"><h2>GitHub keeps a log that this App can read</h2>
      <p>Webhooks go to an address that nobody has, and the App reads GitHub's log of them every 15 seconds. Once you have a public address, enter it at <a href="${settings}" rel="noopener noreferrer">the App's settings</a> as <code>https://…${webhookPath}</code> and take LOOPGATE_INTAKE out of the file.</p></section>`
      : html`<section class="card"><h2>Waiting for GitHub's log of webhooks</h2><p>It has none so far. See that the webhook is active at <a href="${settings}" rel="noopener noreferrer">the App's settings</a>.</p></section>`;
  }
  const { deliveries } = looked;
  if (hasArrived(looked)) {
    const first = deliveries.findLast(({ arrived }) => arrived);
    return html`<section class="card"><h2>GitHub reaches this App</h2><p>${first === undefined ? "" : named(first)} arrived.</p></section>`;
  }
  const [newest] = deliveries;
  return html`<section class="card"><h2>Waiting for a first webhook at ${answers.publicUrl}</h2>
    ${newest === undefined ? html`<p>GitHub has sent none so far.</p>` : html`<p class="note bad">GitHub could not bring ${named(newest)}: ${newest.status}. Whatever stands in front of this App has to lead ${answers.publicUrl} to its port.</p>${button("/again", "Have it sent again")}`}</section>`;
}

const named = ({ event, action }: SeenDelivery) => html`<code>${action === null ? event : `${event} ${action}`}</code>`;

function settingsPage({ github, organization }: Answers, slug: string): string {
  return `${github}${organization === null ? "" : `/organizations/${organization}`}/settings/apps/${slug}`;
}

/** The last page: after it there is nothing behind this address any more. */
export function finishedPage(envFile: string): Html {
  return shell({
    title: "Finished",
    narrow: true,
    main: html`<section class="card"><h1>Finished</h1><p>This page is closed for good. Start the App:</p><pre>npm start</pre><p class="quiet">The settings are in <code>${envFile}</code>.</p></section>`,
  });
}
