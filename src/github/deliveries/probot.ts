// Makes the Probot instance that our App function is loaded into; it never listens and never calls GitHub.
import type { Logger } from "pino";
import { type ApplicationFunction, Probot, ProbotOctokit } from "probot";

export interface ProbotOptions {
  readonly appId: number;
  readonly privateKey: string;
  /** Handlers get no client of Probot's in use, and signatures are verified before; still, an empty one becomes "development". */
  readonly secret: string;
  readonly log: Logger;
}

/** Resolves once the App's subscriptions are in place. */
export async function startProbot(app: ApplicationFunction, options: ProbotOptions): Promise<Probot> {
  const log = Object.create(options.log, { child: { value: () => log } }) as Logger; // one for all: a new one each time is dear
  const probot = new Probot({
    ...options,
    log,
    // Handlers are given the same client for every delivery, which may do nothing: making one each time costs more than
    // all the rest, and nothing is asked of GitHub before a delivery is answered.
    Octokit: ProbotOctokit.defaults({
      throttle: { enabled: false },
      retry: { enabled: false },
      authStrategy: ({ octokit }: { octokit: unknown }) => Object.assign(async () => octokit, { hook: passOn }),
    }),
  });
  await probot.ready();
  await probot.load(app);
  return probot;
}

type Send = (route: unknown, parameters: unknown) => unknown;

const passOn = (send: Send, route: unknown, parameters: unknown) => send(route, parameters);
