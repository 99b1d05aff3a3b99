// The policy's documentation, generated from its schema: the option table and a commented example.
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
  const lines = ["# .github/loop.yml: every option with its default. Delete what you do not change.", ""];
  for (const option of options) {
    const [group, key] = split(option);
    const heading = group === null ? undefined : groups.find(({ path }) => path === group);
    const indent = group === null ? "" : "  ";
    if (heading !== undefined && isFirstOf(group, option)) lines.push(`# ${heading.description}`, `${group}:`);
    lines.push(`${indent}# ${option.description}`, `${indent}# May be: ${option.expectation}.`);
    lines.push(`${indent}${key}: ${stringify(option.fallback).trim()}`);
  }
  return `${lines.join("\n")}\n`;
}

function split(option: Option): [group: string | null, key: string] {
  const dot = option.path.indexOf(".");
  return dot < 0 ? [null, option.path] : [option.path.slice(0, dot), option.path.slice(dot + 1)];
}

function isFirstOf(group: string | null, option: Option): boolean {
  return options.find((other) => other.path.startsWith(`${group}.`)) === option;
}

function written(value: unknown): string {
  if (value === "") return "(empty)";
  return `\`${JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
