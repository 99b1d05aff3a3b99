// What the rest of this room needs of Octokit: a client per installation, and one for a single token.
import type { ProbotOctokit } from "probot";

export type Client = ProbotOctokit;

export interface Clients {
  /** Acts as the App's installation; the token behind it is renewed as needed. */
  forInstallation(installationId: number): Client;
  /** Acts with exactly this token. */
  withToken(token: string): Client;
}
