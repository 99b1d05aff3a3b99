// What every probe shares: try one attack, print what came of it, go on.
import { spawnSync } from "node:child_process";

/** Tries one attack and prints one line: what `act` returned, or the error it met. */
export async function attempt(attack, act) {
  let got;
  try {
    got = await act();
  } catch (error) {
    got = `refused ${error.code ?? error.message}`;
  }
  console.log(JSON.stringify({ attack, got: String(got) }));
}

/** Runs a shell line; its output, errors included, and its exit code. */
export function sh(line) {
  const { stdout, stderr, status } = spawnSync("/bin/sh", ["-c", line], { encoding: "utf8", timeout: 20_000 });
  return `${stdout}${stderr}`.trim() + ` (exit ${status})`;
}

/** Makes one system call through perl: `ok N`, or `refused` with the error's name. Numbers as on x64 and arm64. */
export function syscall(numbers, ...args) {
  const given = args.map((arg) => (typeof arg === "number" || /^-?\d+$/.test(arg) ? arg : `pack("H*", "${hex(arg)}00")`));
  return perl(`my $r = syscall(${[numbers[process.arch], ...given.map(variable)].join(", ")});`, given);
}

/** Runs perl that leaves a system call's result in `$r`. */
export function perl(program, given = []) {
  const variables = given.map((value, index) => `my $a${index} = ${value};`).join(" ");
  const told = `if ($r == -1) { my ($e) = grep { $!{$_} } keys %!; print "refused $e" } else { print "ok $r" }`;
  const { stdout, stderr } = spawnSync("perl", ["-MErrno", "-e", `${variables} ${program} ${told}`], { encoding: "utf8" });
  return stdout || `refused ${stderr.trim()}`;
}

const variable = (_, index) => `$a${index}`;
const hex = (value) => Buffer.from(value).toString("hex");
