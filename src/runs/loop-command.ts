// The command `loop` in a run: its tools for agents without MCP, by what every image has.
import { quoted } from "../agents/shell.ts";

/** `loop TOOL WORDS…` prints the answer, and exits with 0 where the tool did what it was asked. A line break becomes a space. */
const script = `#!/bin/sh
# Calls one of this run's tools: loop TOOL [WORDS...], such as: loop progress "The parser is done."
tool=\${1:-}
[ $# -eq 0 ] || shift
words=$*
line='
'
while :; do
  case $words in *"$line"*) words="\${words%%"$line"*} \${words#*"$line"}" ;; *) break ;; esac
done
said=$(GIT_TERMINAL_PROMPT=0 LC_ALL=C git -c "http.extraHeader=Loop-Tool: $tool" -c "http.extraHeader=Loop-Words: $words" \\
  ls-remote "\${LOOP_GIT_URL%/repo.git}/tools/by-git" 2>&1)
outcome=
while IFS= read -r line; do
  case $line in 'remote: '*) line=\${line#remote: } ;; remote:) line= ;; *) continue ;; esac
  if [ -z "$outcome" ]; then outcome=$line; else printf '%s\\n' "$line"; fi
done <<END
$said
END
case $outcome in done | refused | failed) ;; *) echo "loop: the run's gateway did not answer\${outcome:+: $outcome}" >&2 ;; esac
[ "$outcome" = done ]
`;

/** The agent's command, with `loop` on its path. A run in whose image it cannot be written goes without. */
export function withLoopCommand(command: string): string {
  const folder = '"$HOME"/.loopgate/bin';
  const write = `mkdir -p ${folder} && printf '%s' ${quoted(script)} >${folder}/loop && chmod 755 ${folder}/loop`;
  return `{ ${write}; } 2>/dev/null && PATH="$HOME/.loopgate/bin:$PATH" && export PATH\n${command}`;
}
