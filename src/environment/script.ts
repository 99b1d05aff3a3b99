// The commands of a set-up as one script that says which of them it is at.

/** Where the script writes the number of the command it is at, below the run's answer folder. */
export const commandFile = "command";

/** Each command runs in a shell of its own, from the repository's root; the first that fails ends the script with its exit code. */
export function setUpScript(commands: readonly string[]): string {
  return commands
    .map(
      (command, index) =>
        `echo ${index + 1} >"$LOOP_DIR/out/${commandFile}"\n/bin/sh -ec ${quoted(command)} || exit $?`,
    )
    .join("\n");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
