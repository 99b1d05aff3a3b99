// What a command line that an agent told of does: whether it judges, and whether it goes beyond a change of files.
import { commandsIn } from "../../policy/command-lines.ts";
import { judgingOf } from "../gaming/commands.ts";

export interface CommandRead {
  readonly tests: boolean;
  readonly outside: boolean;
}

const LONGEST = 4_000;

/** Reads a line as a shell would. It is the agent's own word, and what a script does inside is not seen. */
export function readCommand(line: string): CommandRead {
  const read = line.slice(0, LONGEST);
  const commands = (commandsIn(read) ?? roughly(read)).map(plain);
  return {
    tests: commands.some((command) => ["tests", "all"].includes(judgingOf(command) ?? "")),
    outside: commands.some((command) => beyond.some((pattern) => pattern.test(command))) || isPrivate(read),
  };
}

/** Of a line that does not show what it runs, what stands between the shell's own marks. */
function roughly(line: string): string[][] {
  return line.split(/[;|&\n()]+/).map((part) => part.trim().split(/\s+/));
}

/** Without what runs it in another way. */
function plain(words: readonly string[]): string {
  const runs = words.findIndex((word) => !/^(?:\w+=.*|time|exec|command|env|nohup)$/.test(word));
  return (runs < 0 ? words : words.slice(runs)).join(" ");
}

const own = String.raw`(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|\$\{?LOOP_\w+\}?)`;

/** No option reads in two ways: else a line of `-c -c -c …` is tried in more ways than there is time for. */
const gitOptions = String.raw`(?:-[cC]\s+\S+\s+|-(?![cC]\s)\S+\s+)*`;

/** Each with what it is about: what a change of a repository's files needs none of. */
const beyond: readonly RegExp[] = [
  // the network, by tools that a build does not call by hand
  new RegExp(String.raw`^(?:curl|wget|http|https|xh)\s(?!.*\b${own})`),
  /^(?:ssh|scp|sftp|ftp|telnet|nc|ncat|netcat|socat|nmap|dig|nslookup|ping|traceroute)\s/,
  // more rights, or the machine
  /^(?:sudo|su|doas|chroot|nsenter|unshare|mount|umount|insmod|modprobe|sysctl|iptables|setcap|passwd|crontab|systemctl|service)\b/,
  /^(?:docker|podman|nerdctl|kubectl|helm)\s/,
  // what others see
  /^(?:npm|pnpm|yarn|cargo|poetry|gem|dotnet nuget|bun)\s+(?:publish|push|login|adduser|owner|token|dist-tag|unpublish)\b|^twine\s+upload\b/,
  /^(?:gh|hub|glab)\s+(?:pr|issue|release|repo|api|workflow|secret|auth|run)\b/,
  /^(?:terraform|pulumi|cdk|serverless|aws|gcloud|az|heroku|fly|flyctl|vercel|netlify|wrangler|ansible-playbook)\s/,
  // git beside the work: other remotes, other branches' history, its own programs
  new RegExp(
    String.raw`^git\s+${gitOptions}(?:remote\s+(?:add|set-url|rename|remove|rm)|filter-branch|filter-repo|update-ref|replace|reflog\s+(?:delete|expire)|push\s+(?:\S+\s+)*(?:-f|--force\S*|--mirror|--delete|--all|--tags|-d)\b)`,
  ),
  new RegExp(
    String.raw`^git\s+${gitOptions}config\s+(?:\S+\s+)*(?:core\.(?:hookspath|sshcommand|fsmonitor|pager|editor)|credential\.\S+|url\.\S+|alias\.\S+|http\.\S*proxy|http\.\S*extraheader|include\S*)\b`,
    "i",
  ),
  /^(?:printenv|env|export -p|set)\s*$/,
];

/** Secrets, and what only the machine knows, wherever in a line they are named. */
const privately: readonly RegExp[] = [
  /(?:^|[\s='"<>])(?:~|\/root|\/home\/\w+|\$HOME|\$\{HOME\})\/\.(?:ssh|aws|gnupg|netrc|npmrc|docker|config\/gh|git-credentials|kube)\b/,
  /\/proc\/(?:\d+|self|\*|\$\w+)\/(?:environ|mem|root|fd)\b|\/etc\/(?:shadow|sudoers|passwd|crontab)\b|\/var\/run\/docker\.sock\b/,
  /(?:^|[\s>])(?:\S*\/)?\.git\/(?:hooks|config|objects|refs)\b/,
];

function isPrivate(line: string): boolean {
  return privately.some((pattern) => pattern.test(line));
}
