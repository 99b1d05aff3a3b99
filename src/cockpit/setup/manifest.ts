// The App's manifest as GitHub gets it, and the addresses of the GitHub that it is for.
import { webhookPath } from "../../github/deliveries/listener.ts";
import type { AppManifest } from "../../github/start.ts";
import { signedInPath } from "../people/routes.ts";
import type { Answers } from "./answers.ts";

/** As https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest describes it. */
export interface PostedManifest {
  readonly name: string;
  readonly url: string;
  readonly description: string;
  readonly public: boolean;
  readonly redirect_url: string;
  /** Where GitHub sends people back to who sign in to the pages about loops. */
  readonly callback_urls: readonly string[];
  readonly default_permissions: Readonly<Record<string, string>>;
  readonly default_events: readonly string[];
  readonly hook_attributes: { readonly url: string; readonly active: boolean };
}

/** No name below `invalid` is anybody's, now or ever (RFC 2606): what is sent there reaches nobody. */
const nowhere = "https://loopgate.invalid/";

/**
 * Without a public address the webhook is active all the same, since GitHub keeps the log that is read then of active ones
 * only, and takes none without an address. No `setup_url`: it would lead everybody who installs the App later to a page that is closed by then.
 */
export function manifestFor(
  app: AppManifest,
  { name, publicUrl, pagesUrl }: Answers,
  redirectUrl: string,
): PostedManifest {
  return {
    name,
    url: app.url,
    description: app.description,
    public: false,
    redirect_url: redirectUrl,
    callback_urls: [...(pagesUrl === null ? [] : [pagesUrl]), usualPages].map((origin) => `${origin}${signedInPath}`),
    default_permissions: app.default_permissions,
    default_events: app.default_events,
    hook_attributes: { url: publicUrl === null ? nowhere : `${publicUrl}${webhookPath}`, active: true },
  };
}

/** Where the pages about loops are on the App's own machine, as the settings that are written have it. */
export const usualPagesPort = 3001;
const usualPages = `http://127.0.0.1:${usualPagesPort}`;

/** Where the browser posts the manifest; `state` comes back with the code. */
export function registerUrl({ github, organization }: Answers, state: string): string {
  const owner = organization === null ? "" : `/organizations/${organization}`;
  return `${github}${owner}/settings/apps/new?state=${state}`;
}

/** The API and, where it does not follow from it, the address of repositories: github.com, `<name>.ghe.com`, or a server. */
export function apiOf(github: string): { readonly apiUrl: string; readonly gitUrl: string | null } {
  const { host, protocol } = new URL(github);
  if (host === "github.com") return { apiUrl: "https://api.github.com", gitUrl: null };
  if (host.endsWith(".ghe.com")) return { apiUrl: `${protocol}//api.${host}`, gitUrl: github };
  return { apiUrl: `${github}/api/v3`, gitUrl: null };
}
