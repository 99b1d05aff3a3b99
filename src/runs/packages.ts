// What a run may fetch, from its loop's rules and the base's lockfiles, and what it has fetched.
import type { Clock } from "../engine/ports.ts";
import { packagesIn, protocolOf } from "../environment/packages.ts";
import { blobContents, blobSizes } from "../gateway/git/blobs.ts";
import { filesAt } from "../gateway/git/listed.ts";
import type { Quarantine } from "../gateway/git/quarantine.ts";
import type { RegistryEvent, RegistryRun } from "../gateway/registry/server.ts";
import { rulesOf } from "../loop/begin.ts";
import type { LoopState, PackagesFetched } from "../loop/state.ts";

const largestLockfile = 32 * 1024 ** 2;
const mostLockfiles = 200;
const shownPackages = 20;

/** The rules of a loop for packages; null where it has none. Throws Fault. */
export async function packageRules(loop: LoopState, quarantine: Quarantine): Promise<RegistryRun["rules"] | null> {
  const { packages } = rulesOf(loop);
  if (packages === undefined) return null;
  const { allow, deny, minimumAgeMs, fresh } = packages;
  return { allow, deny, minimumAgeMs, fresh, known: await knownAt(quarantine) };
}

/** By protocol, `name` and `name@version` of all that the lockfiles of the base have; of one that is too large, nothing. */
async function knownAt({ gitDir, base }: Quarantine): Promise<Readonly<Record<string, ReadonlySet<string>>>> {
  const files = await filesAt(gitDir, base.sha);
  const lists = [...files].filter(([path]) => protocolOf(path) !== null).slice(0, mostLockfiles);
  const sizes = await blobSizes(gitDir, [...new Set(lists.map(([, id]) => id))]);
  const known: Record<string, Set<string>> = {};
  for (const [path, id] of lists) {
    if ((sizes.get(id) ?? 0) > largestLockfile) continue;
    const content = (await blobContents(gitDir, [id])).get(id); // one at a time: each may be large
    const protocol = protocolOf(path) ?? "";
    known[protocol] ??= new Set();
    for (const { name, version } of packagesIn(path, content?.toString("utf8") ?? ""))
      known[protocol].add(name).add(`${name}@${version}`);
  }
  return known;
}

/** Counts what is fetched, each version once. */
export function countPackages(clock: Pick<Clock, "now">) {
  const all = new Set<string>();
  const fresh: PackagesFetched["fresh"] = [];
  let freshCount = 0;
  return {
    hear(event: RegistryEvent): void {
      if (event.kind !== "fetched") return;
      const { protocol, name, version, publishedAt, isNew } = event;
      const id = `${protocol} ${name}@${version}`;
      if (all.has(id)) return;
      all.add(id);
      if (!isNew) return;
      freshCount += 1;
      const ageMs = publishedAt === null ? null : Math.max(0, Math.round(clock.now() - publishedAt));
      if (fresh.length < shownPackages) fresh.push({ name, version, ageMs });
    },
    /** Null: nothing was fetched. */
    sum: (): PackagesFetched | null => (all.size === 0 ? null : { count: all.size, fresh: [...fresh], freshCount }),
  };
}
