// The options of the scripts that `npm run` starts: read, helped with, or refused, each in the same way.
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

type Given<Options extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: Options }>>["values"];

/** What this process was given; where there is nothing to do for it, the code to end with: 0 after its help, 2 for wrong options. */
export function givenOptions<Options extends ParseArgsOptionsConfig>(
  options: Options,
  help: string,
): Given<Options> | 0 | 2 {
  try {
    const given = parseArgs({ options }).values;
    if (!("help" in given && given.help === true)) return given;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    return 2;
  }
  process.stdout.write(help);
  return 0;
}
