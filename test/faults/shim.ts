// Makes the operating system fail on purpose: a small library in front of libc, where there is a C compiler.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** Compiles C into a library for LD_PRELOAD; null where there is no compiler. */
export async function aShim(dir: string, source: string): Promise<string | null> {
  const library = join(dir, "shim.so");
  const compiler = promisify(execFile)("cc", ["-shared", "-fPIC", "-x", "c", "-", "-o", library]);
  compiler.child.stdin?.on("error", () => {}).end(source);
  return compiler.then(
    () => library,
    () => null,
  );
}
