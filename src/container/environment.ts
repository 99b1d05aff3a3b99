// The environment and command of a run, the same in every runtime.
import type { RunRequest } from "./run.ts";

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
export const BASE_ENV_NAMES: readonly string[] = [...Object.keys(BASE_ENV), "HOME", "TMPDIR", "PATH"];

/** The run's environment as any runtime gives it: the request's own, `{port}` filled in, and where things are. */
export function runEnvironment(
  request: RunRequest,
  port: number,
  at: { readonly workspace: string; readonly loop: string },
): Record<string, string> {
  const given = Object.entries(request.env).map(([name, value]) => [name, value.replaceAll("{port}", String(port))]);
  return {
    ...BASE_ENV,
    ...Object.fromEntries(given),
    LOOP_ROLE: request.role,
    LOOP_ATTEMPT: String(request.attempt),
    LOOP_WORKSPACE: at.workspace,
    LOOP_DIR: at.loop,
  };
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
