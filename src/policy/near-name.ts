// Where the policy is, and where people put one that is meant and not read: beside it under another name, or at the root.

export const policyPath = ".github/loop.yml";

const nearName = /^\.?loop(?:[-_. ]?gate)?\.ya?ml(?:\.(?:txt|md|bak|disabled))?$/i;

/** At the root these names alone, since each of them is asked for by itself. */
export const namesAtRoot: readonly string[] = [
  ...["loop.yml", "loop.yaml", ".loop.yml", ".loop.yaml"],
  ...["loopgate.yml", "loopgate.yaml", ".loopgate.yml", ".loopgate.yaml"],
];

/** Whether a file is one that keeps loops from beginning, since it may be meant as the policy and is not read as one. */
export function isNearName(path: string): boolean {
  if (namesAtRoot.includes(path)) return true;
  const [, name] = /^\.github\/([^/]+)$/.exec(path) ?? [];
  return name !== undefined && path !== policyPath && nearName.test(name);
}

/** Why no loop begins where such files are; `both`: beside the policy itself. */
export function nearFault(near: readonly string[], both: boolean): string {
  const names = near.map((name) => `\`${name}\``).join(" and ");
  const found = `the policy is read from \`${policyPath}\` only, and the repository has ${names}`;
  return both ? `${found} as well: remove what is not meant` : `${found}: rename it`;
}
