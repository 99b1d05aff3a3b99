// The environment variables that a repository may set for its runs: names that are not ours, and nothing that is a credential.
import { maskCredentials } from "../base/credentials.ts";

/** Names that the run itself is made of, or that decide what the programs around the agent load. */
const ours =
  /^(?:LOOP_.*|LOOPGATE_.*|GIT_.*|LD_.*|DYLD_.*|(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE|CLAUDE)_.*|HOME|PATH|TMPDIR|PWD|OLDPWD|SHELL|IFS|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|USER|LOGNAME|HOSTNAME|NODE_USE_ENV_PROXY|NPM_CONFIG_(?:.*REGISTRY.*|AUDIT|FUND|UPDATE_NOTIFIER)|YARN_(?:NPM_REGISTRY_SERVER|REGISTRY|UNSAFE_HTTP_WHITELIST)|BUN_CONFIG_REGISTRY|COREPACK_NPM_REGISTRY|JAVA_TOOL_OPTIONS|(?:HTTPS?|ALL|FTP|NO)_PROXY)$/i;

/** Names that carry credentials. */
const credentials =
  /PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|API_?KEY|TOKEN$|(?:^|_)(?:TOKENS?|PWD|PASS|CREDS?|JWT|AUTH|(?:AUTH|PRIVATE|ACCESS|SIGNING|ENCRYPTION|SSH|DEPLOY|ACCOUNT|LICEN[CS]E)_?KEY)(?:_|$)/i;

/** Shapes of real credentials: GitHub, the model providers, private keys. A lease looks like none of them. */
const CREDENTIAL =
  /\b(gh[oprsu]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{20,}|AIza[\w-]{30,})|-----BEGIN [A-Z ]*PRIVATE KEY/;

/** The password of an address in the run itself, where it opens a service of that run and nothing else. */
const ofLoopback = /(:\/\/[^\s/:@]*):[^\s/:@]*(@(?:127\.0\.0\.1|localhost)(?=(?::\d+)?(?:[/?#]|$)))/g;

/** Whether a value has the shape of a real credential; a run is given leases only. */
export function looksLikeCredential(value: string): boolean {
  return CREDENTIAL.test(value);
}

/** Whether every program can have a variable of this name. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name);
}

/** Why a repository may not set a variable of this name, as the end of a sentence; null where it may. */
export function variableProblem(name: string): string | null {
  if (!isVariableName(name))
    return "is no variable's name: letters, digits and underscores, not beginning with a digit";
  if (ours.test(name)) return "is set by Loopgate or decides what its own programs load, so a policy cannot set it";
  if (credentials.test(name)) return "has the name of a credential, and no credential enters a container";
  return null;
}

/** Why a repository may not give a variable this value, as the end of a sentence; null where it may. */
export function valueProblem(value: string): string | null {
  const told = value.replace(ofLoopback, "$1$2");
  if (looksLikeCredential(value) || maskCredentials(told) !== told)
    return "holds what looks like a credential, and no credential enters a container";
  if (/[\p{Cc}\u2028\u2029]/u.test(value)) return "holds a line break or another control character";
  return null;
}

/** Why a service may not be given this variable, as the end of a sentence; null where it may. Made-up passwords are let be: they open nothing but the service. */
export function serviceVariableProblem(name: string, value: string): string | null {
  if (!isVariableName(name)) return variableProblem(name);
  if (looksLikeCredential(value)) return valueProblem(value);
  return null;
}
