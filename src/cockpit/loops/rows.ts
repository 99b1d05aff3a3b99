// A loop as a row of the list, drawn once and kept until something is decided about it: a list then reads no state at all.
import { html } from "hono/html";
import { Fault } from "../../base/fault.ts";
import type { StorePort } from "../../engine/ports.ts";
import type { LoopState } from "../../loop/state.ts";
import type { Live } from "../live.ts";
import type { Html } from "../page/shell.ts";
import { addressOf } from "./list.ts";
import { headline, issueName, moment, spentOn, toneOf } from "./words.ts";

export interface Rows {
  /** Null: there is no such loop any more. Throws Fault. */
  read(issueKey: string): Promise<Html | null>;
}

interface Drawn {
  readonly html: Html;
  readonly isReadable: boolean;
}

/** Beyond so many the one that was read first is read again. */
const mostKept = 5_000;

/** `onUnreadable` is told why a state cannot be read; that keeps no other from being shown. */
export function createRows(
  store: Pick<StorePort, "load">,
  live: Pick<Live, "watchAll">,
  onUnreadable: (error: Fault) => void,
): Rows {
  const kept = new Map<string, Promise<Drawn | null>>();
  live.watchAll((issueKey) => kept.delete(issueKey));

  async function load(issueKey: string): Promise<Drawn | null> {
    try {
      const state = await store.load(issueKey);
      return state === null ? null : { html: await drawn(issueKey, state), isReadable: true };
    } catch (error) {
      if (!(error instanceof Fault && error.kind === "invalid")) throw error;
      onUnreadable(error);
      return { html: await unreadable(issueKey), isReadable: false };
    }
  }

  return {
    async read(issueKey) {
      const known = kept.get(issueKey);
      if (known !== undefined) return (await known)?.html ?? null;
      const loading = load(issueKey);
      kept.set(issueKey, loading);
      const [oldest] = kept.keys();
      if (oldest !== undefined && kept.size > mostKept) kept.delete(oldest);
      const forget = () => kept.get(issueKey) === loading && kept.delete(issueKey);
      try {
        const row = await loading;
        if (row?.isReadable !== true) forget();
        return row?.html ?? null;
      } catch (error) {
        forget();
        throw error;
      }
    },
  };
}

function drawn(issueKey: string, state: LoopState): Html {
  const attempts = state.attempts.length;
  const since = state.ending?.at ?? state.gateSince ?? state.startedAt;
  return html`<li class="card loop">
    <h2><a href="${addressOf(issueKey)}">${state.title}</a></h2>
    <p class="facts"><span class="state ${toneOf(state)}">${headline(state)}</span> <span>${issueName(state)}</span> <span>${attempts === 1 ? "1 attempt" : `${attempts} attempts`}</span> <span>${spentOn(state)}</span> <span>since ${moment(since)}</span></p>
  </li>`;
}

function unreadable(issueKey: string): Html {
  const [repository, number] = issueKey.split("#");
  return html`<li class="card loop"><h2>Issue ${number} of repository ${repository}</h2>
      <p class="facts"><span class="state bad">cannot be read</span> <span>What is stored of this loop is not as this version knows it. The log says more.</span></p></li>`;
}
