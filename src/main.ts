// The program's door: arguments in, exit code out.
import { runProgram } from "./cli/program.ts";

const code = await runProgram(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
// Streams of containers that are left to run would keep the process; what was written is flushed first.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
