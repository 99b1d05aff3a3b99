// What `loopgate doctor` can find: each thing by its name, with the part it is of, how much it matters, and when it is said.

/** What can be looked at, in the order in which it is told. */
export const allParts = [
  "settings",
  "container engine",
  "images and data folder",
  "disk space",
  "store",
  "GitHub",
  "repositories",
] as const;
export type Part = (typeof allParts)[number];

interface Kind {
  readonly part: Part;
  /** A problem keeps the App from working; with a warning it works less well. */
  readonly level: "problem" | "warning";
  /** Ends "It is said where …". */
  readonly when: string;
}

/** All of them. A finding that is not here cannot be said, and a test provokes each. */
export const findingKinds = {
  "env-file": { part: "settings", level: "problem", when: "`.env` cannot be read, or a line of it sets nothing" },
  settings: { part: "settings", level: "problem", when: "settings are missing, or their values are none" },
  proxy: { part: "settings", level: "problem", when: "`HTTP_PROXY` or `HTTPS_PROXY` is no address of a proxy" },
  "engine-missing": { part: "container engine", level: "problem", when: "no container engine answers" },
  "engine-unfit": { part: "container engine", level: "problem", when: "the engine cannot enforce what isolates a run" },
  "runtime-missing": {
    part: "container engine",
    level: "problem",
    when: "the engine has no runtime of the name in `LOOPGATE_CONTAINER_RUNTIME`",
  },
  "image-missing": {
    part: "images and data folder",
    level: "problem",
    when: "a setting names an image that is not there and that is not pulled when it is needed",
  },
  "relay-image": {
    part: "images and data folder",
    level: "problem",
    when: "`LOOPGATE_RELAY_IMAGE` is not an image of this App",
  },
  "data-elsewhere": {
    part: "images and data folder",
    level: "problem",
    when: "the engine finds another folder at the path of `LOOPGATE_DATA`, or none",
  },
  "data-folder": {
    part: "images and data folder",
    level: "problem",
    when: "the folder in `LOOPGATE_DATA` cannot be made or written",
  },
  "disk-full": { part: "disk space", level: "warning", when: "the disk of `LOOPGATE_DATA` is nearly full" },
  "store-unreachable": { part: "store", level: "problem", when: "the database of `LOOPGATE_STORE` does not answer" },
  "store-old": { part: "store", level: "problem", when: "it is an older PostgreSQL than the store needs" },
  "store-standby": { part: "store", level: "problem", when: "it is a standby, which takes no writes" },
  "store-closed": { part: "store", level: "problem", when: "its user may not make the schema that the store is in" },
  "store-unsafe": { part: "store", level: "warning", when: "`fsync` or `full_page_writes` is off there" },
  "github-silent": { part: "GitHub", level: "warning", when: "GitHub does not answer, so that nothing below is known" },
  "app-unknown": { part: "GitHub", level: "problem", when: "GitHub does not take the App's key" },
  "app-slug": {
    part: "GitHub",
    level: "problem",
    when: "GitHub calls the App something else than `LOOPGATE_APP_SLUG`",
  },
  "webhook-none": { part: "GitHub", level: "problem", when: "the App has no webhook" },
  "webhook-open": { part: "GitHub", level: "problem", when: "the App's webhook has no secret" },
  "webhook-form": { part: "GitHub", level: "problem", when: "the App's webhook sends forms in place of JSON" },
  clock: { part: "GitHub", level: "warning", when: "this machine's clock is more than a minute off GitHub's" },
  "app-permissions": {
    part: "GitHub",
    level: "warning",
    when: "the App does not ask for all permissions of `app.yml`",
  },
  "app-events": { part: "GitHub", level: "warning", when: "the App is not subscribed to all events of `app.yml`" },
  "webhook-unreached": { part: "GitHub", level: "warning", when: "GitHub could not bring its newest webhooks" },
  "webhook-log-empty": {
    part: "GitHub",
    level: "warning",
    when: "webhooks are read from GitHub's log, and there is nothing in it",
  },
  "webhook-secret": {
    part: "GitHub",
    level: "warning",
    when: "GitHub signs webhooks with another secret than `LOOPGATE_WEBHOOK_SECRET`",
  },
  "installation-permissions": {
    part: "GitHub",
    level: "warning",
    when: "an installation has not accepted all permissions of `app.yml`",
  },
  "repository-unknown": {
    part: "repositories",
    level: "problem",
    when: "the App is not installed on a repository that was named, or there is none",
  },
  "repository-silent": { part: "repositories", level: "warning", when: "it cannot be looked at, or is empty" },
  "verdict-optional": {
    part: "repositories",
    level: "warning",
    when: "no rule of its default branch requires the check `loop / verdict`",
  },
  "verdict-anyones": {
    part: "repositories",
    level: "warning",
    when: "the rule takes that check from anybody, not from the App alone",
  },
  "verdict-others": { part: "repositories", level: "problem", when: "the rule takes that check from another App" },
  "approval-alone": {
    part: "repositories",
    level: "warning",
    when: "whoever set the label may approve and merge at GitHub without anybody else",
  },
  "branch-barred": {
    part: "repositories",
    level: "warning",
    when: "rules cover `loop/**` that turn a loop's pushes down, signatures included where the default branch asks for none",
  },
  "workflow-secrets": {
    part: "repositories",
    level: "warning",
    when: "a workflow gives secrets to what is pushed to a loop's branch, in a job that no environment holds",
  },
  "workflow-token": {
    part: "repositories",
    level: "warning",
    when: "a workflow asks for a token that writes, in a job that runs what is pushed to a loop's branch and that no environment holds",
  },
  "workflow-target": {
    part: "repositories",
    level: "warning",
    when: "a workflow on `pull_request_target` takes out the pull request's own commit",
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type FindingName = keyof typeof findingKinds;

export interface Found {
  readonly name: FindingName;
  /** A sentence that says what to do about it. */
  readonly text: string;
}

/** What is found, with what there is to say of each of its kind. */
export interface Finding extends Found {
  readonly part: Part;
  readonly level: Kind["level"];
}

export function findingOf({ name, text }: Found): Finding {
  const { part, level } = findingKinds[name];
  return { name, part, level, text };
}
