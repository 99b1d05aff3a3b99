// Who is signed in, and which repositories they reach: known to this process alone, since a person's token is stored nowhere.
import { Fault } from "../../base/fault.ts";
import type { SignedIn, SignIn } from "../../github/sign-in.ts";
import type { Signer } from "../signed.ts";

export interface Person {
  readonly id: number;
  readonly login: string;
  readonly session: string;
  readonly token: string;
}

export interface Sessions {
  /** The session that was begun, and for how long it is good. */
  begin(signedIn: SignedIn, now: number): { readonly session: string; readonly maxAgeSeconds: number };
  /** Whose session it is; null: nobody's, or it is over. */
  find(session: string, now: number): Person | null;
  end(session: string): void;
  /**
   * The ids of the repositories that the person reaches, as GitHub said at most a minute ago. Throws Fault; where GitHub does not
   * take the person's token any more, the session is over.
   */
  reach(person: Person, now: number): Promise<ReadonlySet<number>>;
}

/** How long what a person reaches is taken for true: whoever loses access at GitHub sees nothing more after that. */
const reachLastsMs = 60_000;
/** Beyond so many the one that was begun first goes. */
const mostSessions = 1_000;
/** Of one person, in as many browsers: whoever signs in again and again ends their own sessions, and nobody else's. */
const mostEach = 10;

interface Session {
  readonly person: Person;
  readonly until: number;
  reach: { readonly at: number; readonly ids: Promise<ReadonlySet<number>> } | null;
}

export function createSessions(signer: Signer, signIn: Pick<SignIn, "repositoriesOf">): Sessions {
  const sessions = new Map<string, Session>();

  function find(session: string, now: number): Session | null {
    const found = sessions.get(session);
    if (found === undefined) return null;
    if (found.until > now && signer.until("p", session, now) !== null) return found;
    sessions.delete(session);
    return null;
  }

  return {
    begin({ token, lastsMs, person: { id, login } }, now) {
      for (const [key, { until }] of sessions) if (until <= now) sessions.delete(key);
      const own = [...sessions].filter(([, { person }]) => person.id === id);
      for (const [key] of own.slice(0, Math.max(0, own.length - mostEach + 1))) sessions.delete(key);
      const [oldest] = sessions.keys();
      if (oldest !== undefined && sessions.size >= mostSessions) sessions.delete(oldest);
      const session = signer.make("p", lastsMs, now);
      sessions.set(session, { person: { id, login, session, token }, until: now + lastsMs, reach: null });
      return { session, maxAgeSeconds: Math.floor(lastsMs / 1_000) };
    },
    find: (session, now) => find(session, now)?.person ?? null,
    end: (session) => void sessions.delete(session),
    async reach({ session, token }, now) {
      const found = find(session, now);
      if (found === null) throw new Fault("The session is over.", { kind: "forbidden", retry: "never" });
      if (found.reach === null || now - found.reach.at >= reachLastsMs)
        found.reach = { at: now, ids: signIn.repositoriesOf(token) };
      const asked = found.reach;
      try {
        return await asked.ids;
      } catch (error) {
        if (found.reach === asked) found.reach = null;
        if (error instanceof Fault && error.kind === "forbidden") sessions.delete(session);
        throw error;
      }
    },
  };
}
