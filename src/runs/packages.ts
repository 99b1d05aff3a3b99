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

/** A person is asked about so many packages at once; more are asked about the next time. */
const mostAsked = 40;

/** The rules of a loop for packages; null where it has none. Throws Fault. */
export async function packageRules(loop: LoopState, quarantine: Quarantine): Promise<RegistryRun["rules"] | null> {
  const { packages } = rulesOf(loop);
  if (packages === undefined) return null;
  const { allow, deny, minimumAgeMs, fresh } = packages;
  const granted: Record<string, Set<string>> = {};
  for (const one of loop.packagesAllowed ?? []) {
    const [protocol = "", name = ""] = one.split(" ");
    granted[protocol] ??= new Set();
    granted[protocol].add(name);
  }
  return { allow, deny, minimumAgeMs, fresh, granted, known: await knownAt(quarantine, quarantine.base.sha) };
}

/**
 * Packages that the lockfiles of a commit name and those of the base do not, as far as a person has still to be asked about them, such as
 * `npm left-pad`: who is asked about one should see all. Throws Fault.
 */
export async function newIn(loop: LoopState, quarantine: Quarantine, commit: string): Promise<readonly string[]> {
  const { packages, environment } = rulesOf(loop);
  if (packages?.fresh !== "ask" || environment === undefined) return [];
  const [ofBase, ofCommit] = await Promise.all([quarantine.base.sha, commit].map((sha) => knownAt(quarantine, sha)));
  const names = packages.registries.flatMap((protocol) =>
    [...(ofCommit?.[protocol] ?? [])]
      .filter((name) => !name.includes("@", 1) && !ofBase?.[protocol]?.has(name))
      .map((name) => `${protocol} ${name}`),
  );
  return names.filter((name) => !loop.packagesAllowed?.includes(name)).slice(0, mostAsked);
}

/**
 * Of what a run fetched, the versions that neither the base's lockfiles nor those of this commit name, such as `left-pad@1.0.0`. Where
 * the commit has no lockfile, nothing declares anything, and so nothing is undeclared. Throws Fault.
 */
export async function undeclaredIn(
  quarantine: Pick<Quarantine, "gitDir">,
  commit: string,
  fetched: PackagesFetched | null,
): Promise<readonly string[]> {
  if (fetched === null || fetched.fresh.length === 0) return [];
  const known = Object.values(await knownAt(quarantine, commit));
  if (known.length === 0) return [];
  return fetched.fresh
    .filter(({ name }) => !known.some((names) => names.has(name)))
    .map(({ name, version }) => `${name}@${version}`);
}

/** By protocol, `name` and `name@version` of all that the lockfiles of a commit have; of one that is too large, nothing. */
async function knownAt(
  { gitDir }: Pick<Quarantine, "gitDir">,
  commit: string,
): Promise<Readonly<Record<string, ReadonlySet<string>>>> {
  const files = await filesAt(gitDir, commit);
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

/** So many hosts are told. */
const mostHosts = 10;

/** Counts what is fetched, each version once, by registry, and the hosts that are reached. */
export function countPackages(clock: Pick<Clock, "now">) {
  const all = new Set<string>();
  const registries = new Map<string, { count: number; bytes: number }>();
  const hosts = new Map<string, number>();
  const asked = new Set<string>();
  const fresh: PackagesFetched["fresh"] = [];
  let freshCount = 0;
  return {
    hear(event: RegistryEvent): void {
      if (event.kind === "asks" && asked.size < mostAsked) asked.add(`${event.protocol} ${event.name}`);
      if (event.kind !== "fetched") return;
      const { protocol, name, version, publishedAt, isNew, bytes } = event;
      const of = registries.get(protocol) ?? { count: 0, bytes: 0 };
      registries.set(protocol, of);
      of.bytes += bytes;
      const id = `${protocol} ${name}@${version}`;
      if (all.has(id)) return;
      all.add(id);
      of.count += 1;
      if (!isNew) return;
      freshCount += 1;
      const ageMs = publishedAt === null ? null : Math.max(0, Math.round(clock.now() - publishedAt));
      if (fresh.length < shownPackages) fresh.push({ name, version, ageMs });
    },
    /** A connection to a host was opened. */
    reached(host: string): void {
      if (hosts.has(host) || hosts.size < mostHosts) hosts.set(host, (hosts.get(host) ?? 0) + 1);
    },
    asked: (): readonly string[] => [...asked].sort(),
    /** Null: nothing was fetched and nobody reached. */
    sum(): PackagesFetched | null {
      if (all.size === 0 && hosts.size === 0) return null;
      const counted = { count: all.size, fresh: [...fresh], freshCount };
      return {
        ...counted,
        ...(registries.size === 0 ? {} : { registries: [...registries].map(([name, of]) => ({ name, ...of })) }),
        ...(hosts.size === 0 ? {} : { hosts: [...hosts].map(([name, count]) => ({ name, count })) }),
      };
    },
  };
}
