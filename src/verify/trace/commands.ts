// What a command line that an agent told of does: whether it judges, and whether it goes beyond a change of files.
import { judgingOf } from "../gaming/commands.ts";

export interface CommandRead {
  readonly tests: boolean;
  readonly outside: boolean;
}

const LONGEST = 4_000;

/** Reads a line as a shell would part it. It is the agent's own word, and what a script does inside is not seen. */
export function readCommand(line: string): CommandRead {
  const parts = partsOf(unwrapped(line.slice(0, LONGEST)));
  return {
    tests: parts.some((part) => ["tests", "all"].includes(judgingOf(part) ?? "")),
    outside: parts.some(isOutside),
  };
}

/** `bash -lc '…'` is what stands in it. */
function unwrapped(line: string): string {
  const [, , inner] = /^\s*(?:\S*\/)?(?:ba|z|da)?sh\s+-\w*c\s+(['"])([\s\S]*)\1\s*$/.exec(line) ?? [];
  return inner ?? line;
}

/** Its simple commands: parted at what stands outside of quotes. */
function partsOf(line: string): string[] {
  const parts: string[] = [""];
  let quote: string | null = null;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    if (character === "\\" && quote !== "'") {
      parts[parts.length - 1] += character + (line[++at] ?? "");
      continue;
    }
    if (quote !== null) {
      if (character === quote) quote = null;
    } else if (character === "'" || character === '"') quote = character;
    else if (/[;|&\n()]/.test(character)) {
      parts.push("");
      continue;
    }
    parts[parts.length - 1] += character;
  }
  return parts
    .map((part) => part.trim().replace(/^(?:\w+=\S*\s+|(?:then|do|else|if|while|time|exec|command|env|nohup)\s+)+/, ""))
    .filter((part) => part !== "");
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
  // secrets, and what only the machine knows
  /(?:^|[\s='"<>])(?:~|\/root|\/home\/\w+|\$HOME|\$\{HOME\})\/\.(?:ssh|aws|gnupg|netrc|npmrc|docker|config\/gh|git-credentials|kube)\b/,
  /\/proc\/(?:\d+|self|\*|\$\w+)\/(?:environ|mem|root|fd)\b|\/etc\/(?:shadow|sudoers|passwd|crontab)\b|\/var\/run\/docker\.sock\b/,
  /(?:^|[\s>])(?:\S*\/)?\.git\/(?:hooks|config|objects|refs)\b/,
  /^(?:printenv|env|export -p|set)\s*$/,
];

function isOutside(part: string): boolean {
  return beyond.some((pattern) => pattern.test(part));
}
