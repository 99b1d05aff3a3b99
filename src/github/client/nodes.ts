// Node ids that reads came across: GraphQL's mutations name things by them, and asking for each again would cost a request.

export interface Nodes {
  /** The id kept under this name, if any. It may be of something that is gone by now. */
  get(name: string): string | undefined;
  keep(name: string, id: string): void;
  /** Forgets everything whose name begins so. */
  forget(beginning: string): void;
}

/** So many are kept; the one kept longest goes first. Whoever misses one asks GitHub. */
const most = 10_000;

export function createNodes(): Nodes {
  const ids = new Map<string, string>();
  return {
    get: (name) => ids.get(name),
    keep(name, id) {
      ids.delete(name);
      ids.set(name, id);
      const oldest = ids.size > most ? ids.keys().next().value : undefined;
      if (oldest !== undefined) ids.delete(oldest);
    },
    forget(beginning) {
      for (const name of ids.keys()) if (name.startsWith(beginning)) ids.delete(name);
    },
  };
}
