// From one policy to another: which options change, and which of that loosens what a loop is held to.
import { bytesIn } from "./bytes.ts";
import { type Leaning, leanings } from "./leanings.ts";
import { options } from "./options.ts";
import type { Policy } from "./schema.ts";

export type Direction = "loosens" | "tightens" | "neither";

/** One option, or one entry of a group whose keys are anybody's choice, that is another than before. */
export interface PolicyChange {
  readonly path: string; // dotted
  readonly direction: Direction;
  readonly before: unknown; // undefined: it was not there
  readonly after: unknown; // undefined: it is not there any more
  readonly gained?: readonly string[]; // of a list: what comes in; absent: it is none
  readonly lost?: readonly string[];
}

/** In the order of the options. Give it both as they are held to the operator's bounds: what is cut to the same value is no change. */
export function policyChanges(before: Policy, after: Policy): readonly PolicyChange[] {
  return options.flatMap(({ path }) => {
    const [one, other] = [valueAt(before, path), valueAt(after, path)];
    if (isSame(one, other)) return [];
    if (path === "tools.servers") return serverChanges(before, after);
    const leaning: Leaning = leanings[path as keyof typeof leanings];
    return isGroup(one) && isGroup(other) ? entryChanges(path, one, other) : [changeOf(path, leaning, one, other)];
  });
}

function changeOf(path: string, leaning: Leaning, before: unknown, after: unknown): PolicyChange {
  if (!Array.isArray(before) || !Array.isArray(after))
    return { path, direction: directionOf(leaning, before, after), before, after };
  const [old, now] = [before.map(nameOf), after.map(nameOf)];
  const gained = now.filter((name) => !old.includes(name));
  const lost = old.filter((name) => !now.includes(name));
  return { path, direction: ofLists(leaning, { old, now, gained, lost }), before, after, gained, lost };
}

function directionOf(leaning: Leaning, before: unknown, after: unknown): Direction {
  if (typeof leaning === "object") return way(leaning.indexOf(after as never) - leaning.indexOf(before as never));
  const [old, now] = [amountOf(before), amountOf(after)];
  if (old === null || now === null) return "neither";
  if (leaning === "more") return way(now - old);
  if (leaning === "less") return way(old - now);
  if (leaning === "zero is any") return way((now === 0 ? Infinity : now) - (old === 0 ? Infinity : old));
  return "neither";
}

interface Lists {
  readonly old: readonly string[];
  readonly now: readonly string[];
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/** What both gains and loses is looser in something: that is said. Entries that keep their names and become others are for a person. */
function ofLists(leaning: Leaning, { old, now, gained, lost }: Lists): Direction {
  if (leaning === "names loosen, none is any" && (old.length === 0 || now.length === 0))
    return now.length === 0 ? "loosens" : "tightens";
  const looser = leaning === "names tighten" ? lost : gained;
  const tighter = leaning === "names tighten" ? gained : lost;
  if (typeof leaning === "object" || leaning === "neither") return "neither";
  if (looser.length > 0) return "loosens";
  return tighter.length > 0 ? "tightens" : "neither";
}

function entryChanges(path: string, before: Group, after: Group): PolicyChange[] {
  return namesOf(before, after)
    .filter((name) => !isSame(before[name], after[name]))
    .map((name) => ({ path: `${path}.${name}`, direction: "neither", before: before[name], after: after[name] }));
}

/** A server that comes loosens by what it brings, and one of which another tool may be used, or a tool with fewer words asked, does too. */
function serverChanges(before: Policy, after: Policy): PolicyChange[] {
  const [old, now] = [before.tools.servers, after.tools.servers];
  return namesOf(old, now).flatMap((name): PolicyChange[] => {
    const path = `tools.servers.${name}`;
    const [one, other] = [old[name], now[name]];
    if (one === undefined || other === undefined)
      return [{ path, direction: one === undefined ? "loosens" : "tightens", before: one, after: other }];
    const { tools: toolsBefore, ...rest } = one;
    const { tools: toolsAfter, ...others } = other;
    return [
      ...entryChanges(path, rest, others),
      ...namesOf(toolsBefore, toolsAfter).flatMap((tool) =>
        toolChange(`${path}.tools.${tool}`, toolsBefore[tool], toolsAfter[tool]),
      ),
    ];
  });
}

type ToolRule = Policy["tools"]["servers"][string]["tools"][string];

function toolChange(path: string, before: ToolRule | undefined, after: ToolRule | undefined): PolicyChange[] {
  if (isSame(before, after)) return [];
  const [old, now] = [useOf(before), useOf(after)];
  const order = ["deny", "ask", "allow"];
  const step = order.indexOf(now) - order.indexOf(old);
  const patterns = (rule: ToolRule | undefined) => typeof rule === "object";
  const bound = Number(patterns(before)) - Number(patterns(after)); // without patterns, any arguments may be given
  return [{ path, direction: way(step === 0 ? bound : step), before, after }];
}

function useOf(rule: ToolRule | undefined): "allow" | "ask" | "deny" {
  return typeof rule === "object" ? rule.use : (rule ?? "deny");
}

type Group = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function namesOf(before: Group, after: Group): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

function way(step: number): Direction {
  return step > 0 ? "loosens" : step < 0 ? "tightens" : "neither";
}

function amountOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" ? bytesIn(value) : null;
}

/** An entry by what people call it: its own words, or its name. */
function nameOf(entry: unknown): string {
  if (typeof entry === "string") return entry;
  const { name } = (entry ?? {}) as { readonly name?: unknown };
  return typeof name === "string" ? name : JSON.stringify(entry);
}

function valueAt(policy: Policy, path: string): unknown {
  return path.split(".").reduce((at: unknown, key) => (at as Group)[key], policy);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
