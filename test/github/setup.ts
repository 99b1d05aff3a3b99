// A forge with one repository, and the real port on the real clients in front of it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitHubPort } from "../../src/engine/ports.ts";
import { type Forge, startForge } from "../../src/forge/forge.ts";
import type { Issue, Repository } from "../../src/forge/model.ts";
import { githubClients } from "../../src/github/client/octokit.ts";
import { githubPort } from "../../src/github/port.ts";
import type { IssueRef, Person } from "../../src/loop/state.ts";

export interface Setup {
  readonly forge: Forge;
  readonly port: GitHubPort;
  readonly repository: Repository;
  readonly where: { installationId: number; repositoryId: number; owner: string; name: string };
  /** Requests since the last call, token requests aside, as `kind route`. */
  sent(): string[];
  newIssue(text?: { title?: string; body?: string }): { issue: Issue; ref: IssueRef };
  close(): Promise<void>;
}

export const policyText = "executor:\n  command: ./agent.sh\n";

/** acme/shop with alice (admin), carol (write), tess (triage), rita (read) and no CI of its own. */
export async function setUp(options: { files?: Record<string, string> } = {}): Promise<Setup> {
  const dataDir = await mkdtemp(join(tmpdir(), "loopgate-port-"));
  const forge = await startForge({ dataDir });
  for (const login of ["alice", "carol", "tess", "rita", "mike", "nobody"]) forge.createUser(login);
  const repository = await forge.createRepository({
    owner: "acme",
    name: "shop",
    private: true,
    files: options.files ?? { "README.md": "# shop\n", ".github/loop.yml": policyText },
    collaborators: { alice: "admin", mike: "maintain", carol: "write", tess: "triage", rita: "read" },
    ci: { mode: "off" },
  });
  const requests: string[] = [];
  const clients = githubClients({
    appId: forge.app.id,
    privateKey: forge.app.privateKey,
    baseUrl: forge.url,
    throttle: false,
    onRequest: (kind, route) => void (kind === "token" ? undefined : requests.push(`${kind} ${route}`)),
  });
  const self = { appId: forge.app.id, slug: forge.app.slug };
  const port: GitHubPort = githubPort({ clients, self, now: Date.now, gitBaseUrl: forge.url });
  const where = { installationId: forge.installationId, repositoryId: repository.id, owner: "acme", name: "shop" };
  return {
    forge,
    port,
    repository,
    where,
    sent: () => requests.splice(0),
    newIssue: ({ title = "Total is wrong", body = "By a cent." } = {}) => {
      const issue = forge.as("alice").openIssue(repository, { title, body });
      return { issue, ref: { ...where, number: issue.number } };
    },
    close: async () => {
      await forge.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The account of that login; one that does not exist has an id that nobody has. */
export function accountOf(up: Setup, login: string): Person {
  const user = up.forge.world.users.get(login.toLowerCase());
  return { id: user?.id ?? 999_999, login, bot: false };
}
