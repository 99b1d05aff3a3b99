// How a run is told of the package registries behind its door: by the variables and files that each client reads.
import type { Rules } from "../loop/state.ts";

const npm = "http://127.0.0.1:{port}/npm/";

/**
 * Environment of a run that may fetch packages; `{port}` is filled in later. npm and pnpm read `npm_config_…`, which come before a
 * repository's own `.npmrc`; npm is told to ask the registry wherever a lockfile points, whichever host that is
 * (https://docs.npmjs.com/cli/v11/using-npm/config#replace-registry-host). Yarn 1 reads `YARN_REGISTRY`, later ones the other two
 * (https://yarnpkg.com/configuration/yarnrc), bun its own (https://bun.com/docs/pm/npmrc). Nothing is audited or
 * asked of a fund: those are requests that write.
 */
export const registryVariables: Readonly<Record<string, string>> = {
  npm_config_registry: npm,
  npm_config_replace_registry_host: "always",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
  YARN_REGISTRY: npm,
  YARN_NPM_REGISTRY_SERVER: npm.slice(0, -1),
  YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
  BUN_CONFIG_REGISTRY: npm,
  COREPACK_NPM_REGISTRY: npm.slice(0, -1),
};

/** Whether a run of this kind may fetch packages at all. */
export function mayFetch({ packages }: Pick<Rules, "packages">, who: "agent" | "set_up"): boolean {
  if (packages === undefined || packages.registries.length === 0) return false;
  return who === "set_up" || packages.agents;
}
