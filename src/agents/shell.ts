// Lines for `sh`: quoting, and writing an agent's files before it starts.
import type { AgentFile, Prepared } from "./agent.ts";

/** The text as one word of `sh`, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The whole of what `sh` is given: the files are written below the home folder, then the agent takes the shell's place. */
export function startLine({ command, files }: Pick<Prepared, "command" | "files">): string {
  return [...files.map(writing), command].join("\n");
}

function writing({ path, text }: AgentFile): string {
  const folder = path.includes("/") ? `/${path.slice(0, path.lastIndexOf("/"))}` : "";
  return `mkdir -p "$HOME"${quoted(folder)} && printf '%s' ${quoted(text)} >"$HOME"/${quoted(path)} || exit 70`;
}
