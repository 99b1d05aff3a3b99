// The policy's documentation, generated from its schema: the option table and commented files.
import { stringify } from "yaml";
import { groups, type Option, options } from "./options.ts";

/** A Markdown table of every option. */
export function optionTable(): string {
  const rows = options.map(
    (option) =>
      `| \`${option.path}\` | ${written(option.fallback)} | ${cell(option.expectation)} | ${cell(option.description)} |`,
  );
  return ["| option | default | may be | what it does |", "|---|---|---|---|", ...rows, ""].join("\n");
}

/** A whole policy file that states every default, with each option's sentence above it. */
export function commentedExample(): string {
  const heading = "# .github/loop.yml: every option with its default. Delete what you do not change.";
  const all = new Map(options.map(({ path, fallback }) => [path, fallback]));
  return commented(heading, all, ({ description, expectation }) => [description, `May be: ${expectation}.`]);
}

/** What a policy file of one's own says, by each option's dotted path: a value, and the reason for it where there is one. */
export type Stated = ReadonlyMap<string, { readonly value: unknown; readonly because?: string }>;

/** A policy file that states these options and no more, each with its sentence, in the order of the schema. */
export function commentedPolicy(heading: string, stated: Stated): string {
  const values = new Map([...stated].map(([path, { value }]) => [path, value]));
  return commented(heading, values, ({ path, description }) => {
    const because = stated.get(path)?.because;
    return [description, because ?? ""].filter((text) => text !== "").flatMap(wrapped);
  });
}

function commented(
  heading: string,
  values: ReadonlyMap<string, unknown>,
  comments: (option: Option) => readonly string[],
): string {
  const lines = [heading, ""];
  let group: string | null = null;
  for (const option of options.filter(({ path }) => values.has(path))) {
    const [of, key] = split(option);
    if (of !== null && of !== group) {
      const about = groups.find(({ path }) => path === of);
      if (about !== undefined) lines.push(`# ${about.description}`);
      lines.push(`${of}:`);
    }
    group = of;
    const indent = of === null ? "" : "  ";
    lines.push(...comments(option).map((comment) => `${indent}# ${comment}`));
    lines.push(...entry(key, values.get(option.path)).map((line) => `${indent}${line}`));
  }
  return `${lines.join("\n")}\n`;
}

/** The option and its value as lines of YAML; never folded, since a comment may follow. */
function entry(key: string, value: unknown): string[] {
  return stringify({ [key]: value }, { lineWidth: 0 })
    .trimEnd()
    .split("\n");
}

/** In lines of about a hundred characters, for people who read them in a diff. */
function wrapped(text: string): string[] {
  return text.match(/.{1,100}(?= |$)/g)?.map((line) => line.trim()) ?? [];
}

function split(option: Option): [group: string | null, key: string] {
  const dot = option.path.indexOf(".");
  return dot < 0 ? [null, option.path] : [option.path.slice(0, dot), option.path.slice(dot + 1)];
}

function written(value: unknown): string {
  if (value === "") return "(empty)";
  return `\`${JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
