// Which names git lets a branch have.

/** Whether `name` can follow `refs/heads/`: git's own rules (git-check-ref-format), and nothing that looks like an option. */
export function isBranchName(name: string): boolean {
  if (name === "" || name === "@" || name.length > 200 || name.startsWith("-")) return false;
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/.test(name)) return false;
  return name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}
