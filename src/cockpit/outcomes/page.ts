// What came of the loops that ended: how many were merged, what each merged change cost and how long it took, and by what.
import { html } from "hono/html";
import { inDollars } from "../../report/money.ts";
import { duration } from "../../report/time.ts";
import { stackedBars } from "../page/plot.ts";
import { type Html, shell } from "../page/shell.ts";
import { visitorBar } from "../people/bar.ts";
import type { Visitor } from "../people/visitor.ts";
import type { Read } from "./book.ts";
import { type Grouping, groupings, mondays, type Result, results, type Sum, summed, sumOf } from "./digest.ts";

export interface Outcomes extends Read {
  readonly by: Grouping;
  readonly now: number; // epoch milliseconds
  readonly visitor: Visitor;
}

const weeksShown = 12;

const resultWords: Readonly<Record<Result, { readonly name: string; readonly tone: string }>> = {
  merged: { name: "merged", tone: "good" },
  changed: { name: "merged, changed by people", tone: "soft" },
  well: { name: "ended well, no merge", tone: "work" },
  stopped: { name: "need a person", tone: "wait" },
  closed: { name: "ended without", tone: "bad" },
};

const titles: Readonly<Record<Grouping, string>> = {
  repository: "Repository",
  model: "Model",
  reason: "Reason",
  week: "Week of",
};

export function outcomesPage({ digests, unread, isMore, by, now, visitor }: Outcomes): Html {
  const all = sumOf("all", digests);
  const weeks = mondays(now, weeksShown);
  const byWeek = new Map(summed(digests, "week").map((sum) => [sum.name, sum]));
  const series = results.map((result) => ({
    ...resultWords[result],
    values: weeks.map((week) => byWeek.get(week)?.counts[result] ?? 0),
  }));
  const tabs = groupings.map(
    (one) => html`<li><a href="/outcomes?by=${one}"${one === by ? html` aria-current="page"` : ""}>By ${one}</a></li>`,
  );
  const notes = [
    ...(isMore ? [`Only the ${digests.length} loops that ended last are counted.`] : []),
    ...(unread > 0 ? [unread === 1 ? "One loop cannot be read." : `${unread} loops cannot be read.`] : []),
  ];
  const main = html`<h1>Outcomes</h1>
    <dl class="pairs figures">
      <div><dt>Loops that ended</dt><dd>${all.loops}</dd></div>
      <div><dt>Merged</dt><dd>${all.counts.merged + all.counts.changed}${all.counts.changed > 0 ? html` <small>(${all.counts.changed} of them changed by people before)</small>` : ""}</dd></div>
      <div><dt>Cost for each merged change</dt><dd>${costOf(all)}</dd></div>
      <div><dt>From label to merge, half within</dt><dd>${timeOf(all)}</dd></div>
      <div><dt>Spent</dt><dd>${inDollars(all.spentNano)}</dd></div>
    </dl>
    ${notes.map((note) => html`<p class="quiet">${note}</p>`)}
    <section class="card">${stackedBars(
      "Loops that ended, by week",
      weeks.map((week) => week.slice(5)),
      series,
    )}</section>
    <nav aria-label="Outcomes"><ul class="tabs">${tabs}</ul></nav>
    ${digests.length === 0 ? html`<p>No loop has ended yet, or what had ended is forgotten.</p>` : table(summed(digests, by), by)}
    <p class="quiet">The cost for each merged change is all that was spent on model calls, also by loops that came to nothing, divided by the changes that were merged. “Changed by people”: somebody but the App pushed to the branch, or may have. A change that was merged after its loop had ended well counts as not merged, since the loop does not hear of it.</p>`;
  return shell({ title: "Outcomes", main, bar: visitorBar(visitor, "/outcomes") });
}

const costOf = ({ perMergedNano }: Sum) => (perMergedNano === null ? "–" : inDollars(perMergedNano));
const timeOf = ({ medianToMergeMs }: Sum) => (medianToMergeMs === null ? "–" : duration(medianToMergeMs));

function table(sums: readonly Sum[], by: Grouping): Html {
  const heads = results.map((result) => html`<th scope="col" class="number">${resultWords[result].name}</th>`);
  const rows = (by === "week" ? sums.toReversed() : sums).map(
    (sum) =>
      html`<tr><th scope="row">${by === "reason" ? sum.name.replaceAll("_", " ") : sum.name}</th><td class="number">${sum.loops}</td>${results.map((result) => html`<td class="number">${sum.counts[result]}</td>`)}<td class="number">${inDollars(sum.spentNano)}</td><td class="number">${costOf(sum)}</td><td class="number">${timeOf(sum)}</td></tr>`,
  );
  return html`<div class="scroll card" tabindex="0" role="group" aria-label="Outcomes by ${by}"><table>
    <thead><tr><th scope="col">${titles[by]}</th><th scope="col" class="number">loops</th>${heads}<th scope="col" class="number">spent</th><th scope="col" class="number">for each merged</th><th scope="col" class="number">to merge</th></tr></thead>
    <tbody>${rows}</tbody></table></div>`;
}
