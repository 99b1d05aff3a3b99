// Whether a folder that the operator names can be what it is named for: its contents are removed, or shown to agents.
import { readdirSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve, sep } from "node:path";

/** Everything that any version of ours makes in a data folder, and what a new disk or a keeper of empty folders has in it. */
const ours = /^(?:loopgate\.sqlite.*|holder|objects|quarantine|provenance|runs|sockets|scratch|again-.*)$/;
const nobodys: readonly string[] = ["lost+found", ".gitkeep", ".keep", ".gitignore", ".DS_Store"];

/** Folders of the machine's own: neither they nor what is below them. */
const system = ["/bin", "/boot", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr"];
/** Those with settings, keys, devices or sockets: of the others, programs below them may be shown. */
const machines = ["/boot", "/dev", "/etc", "/proc", "/run", "/sys"];
/** Folders that everybody's things are below: not they themselves. */
const shared = ["/", "/dev", "/dev/shm", "/home", "/media", "/mnt", "/opt", "/root", "/run", "/srv", "/tmp", "/var"];
const sharedBelow = ["/var/lib", "/var/log", "/var/run", "/var/tmp", "/Users", "/private", "/private/tmp"];

/**
 * Why this cannot be the data folder, as the end of a sentence; null when it can: it is not there yet, or is empty, or holds
 * what we keep. Links are resolved first. In a data folder whatever no loop owns is removed, so it must hold nothing else.
 */
export function dataFolderProblem(path: string, home = homedir()): string | null {
  if (/^~|\$/.test(path)) return "holds `~` or `$`, which no shell reads here; write the whole path";
  const folder = real(path);
  if ([...shared, ...sharedBelow].includes(folder))
    return "is a folder that all programs of the machine share; name one below it that is for Loopgate alone";
  if (system.some((one) => isWithin(folder, one)))
    return "belongs to the machine itself; name a folder that is for Loopgate alone";
  const program = real(join(import.meta.dirname, ".."));
  if (isWithin(program, folder)) return "holds this program; name a folder that is for Loopgate alone";
  const names = namesIn(folder);
  if (names === null) return "is not a folder that can be read";
  if (names.includes("loopgate.sqlite")) return null;
  if (isWithin(real(home), folder))
    return "is a home folder, or holds one; name a folder below it that is for Loopgate alone";
  const foreign = names.filter((name) => !ours.test(name) && !nobodys.includes(name));
  return foreign.length === 0
    ? null
    : "holds what is not Loopgate's; name an empty folder, or one that is not there yet";
}

/** Why agents may not be shown this folder; null when they may. `secret` is what must not be below it. */
export function toolsFolderProblem(path: string, secret: readonly string[], home = homedir()): string | null {
  if (/^~|\$/.test(path)) return "holds `~` or `$`, which no shell reads here; write the whole path";
  const folder = real(path);
  const isShared = [...shared, ...sharedBelow, "/usr"].includes(folder);
  if ((isShared && folder !== "/") || machines.some((one) => isWithin(folder, one)))
    return "would show agents what belongs to the machine itself; name a folder of agent CLIs alone";
  const shown = secret.some((one) => isWithin(real(one), folder) || isWithin(folder, real(one)));
  if (shown) return "would show agents the data folder or the private key; name a folder apart from them";
  if (folder === "/" || isWithin(real(home), folder))
    return "would show agents a home folder; name a folder of agent CLIs alone";
  return null;
}

/** The path with every link in it resolved, as far as it is there. */
function real(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    return dirname(whole) === whole ? whole : join(real(dirname(whole)), basename(whole));
  }
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

/** Empty for what is not there yet; null where it is no folder, or closed to us. */
function namesIn(folder: string): string[] | null {
  try {
    return statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
  } catch {
    return null;
  }
}
