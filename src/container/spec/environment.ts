// The environment and command of a run, the same in every runtime.
import { Fault } from "../../base/fault.ts";
import { looksLikeCredential, valueProblem, variableProblem } from "../../policy/variables.ts";
import { isAllowedEnv, type RunRequest } from "../run.ts";

/** Environment that every agent container has; a request may override the author's name and address. */
const BASE_ENV: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: "Loopgate agent",
  GIT_AUTHOR_EMAIL: "agent@loopgate.invalid",
  GIT_COMMITTER_NAME: "Loopgate agent",
  GIT_COMMITTER_EMAIL: "agent@loopgate.invalid",
  GIT_CONFIG_COUNT: "2",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: "*",
  GIT_CONFIG_KEY_1: "gc.auto",
  GIT_CONFIG_VALUE_1: "0",
  GIT_TERMINAL_PROMPT: "0",
  LANG: "C.UTF-8",
  NO_PROXY: "127.0.0.1,localhost",
};

/** The names that only we set, on top of what a request may bring. */
const BASE_ENV_NAMES: readonly string[] = [...Object.keys(BASE_ENV), "HOME", "TMPDIR", "PATH"];

/** The run's environment as any runtime gives it: the policy's variables, what the request brings on top of them, `{port}` filled in, and where things are. */
export function runEnvironment(
  request: RunRequest,
  port: number,
  at: { readonly workspace: string; readonly loop: string },
): Record<string, string> {
  const given = Object.entries(request.env).map(([name, value]) => [name, value.replaceAll("{port}", String(port))]);
  return {
    ...BASE_ENV,
    ...request.variables,
    ...Object.fromEntries(given),
    LOOP_ROLE: request.role,
    LOOP_ATTEMPT: String(request.attempt),
    ...(request.joins === undefined ? {} : { LOOP_SERVES: "1" }),
    LOOP_WORKSPACE: at.workspace,
    LOOP_DIR: at.loop,
  };
}

/** Whether a container may have a variable of this name: it is ours, or one that policy may set. */
export function mayBeInside(name: string): boolean {
  return isAllowedEnv(name) || BASE_ENV_NAMES.includes(name) || variableProblem(name) === null;
}

/** Throws `Fault` of kind `refused` when a request brings a name that is ours or nobody's, or a credential. */
export function refuseEnvironment({ id, env, variables = {} }: RunRequest): void {
  const unfit =
    Object.entries(env).find(([name, value]) => !isAllowedEnv(name) || looksLikeCredential(value)) ??
    Object.entries(variables).find(([name, value]) => (variableProblem(name) ?? valueProblem(value)) !== null);
  if (!unfit) return;
  throw new Fault(
    `The run ${id} must not start: its environment variable ${unfit[0]} is not one that a run may be given.`,
    {
      kind: "refused",
      retry: "never",
    },
  );
}

/** A command as an argument list; a string runs under `sh -c`. */
export function commandOf(command: readonly string[] | string): readonly string[] {
  return typeof command === "string" ? ["/bin/sh", "-c", command] : command;
}

/** An environment as the engine takes it, in a fixed order. */
export function environment(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .sort();
}
