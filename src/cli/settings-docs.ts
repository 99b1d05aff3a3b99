// The settings' documentation, generated from what they are: a table and a commented file for the environment.
import { z } from "zod";
import { Environment, neededToServe } from "../environment.ts";

interface Setting {
  readonly name: string;
  readonly required: boolean;
  readonly fallback: string; // "" where there is none
  readonly description: string;
  readonly where: string | null;
}

interface Schema {
  readonly properties?: Readonly<Record<string, { default?: string; description?: string; where?: string }>>;
  readonly required?: readonly string[];
}

const schema = z.toJSONSchema(Environment, { io: "input", unrepresentable: "any" }) as Schema;

/** The private key has two names; one of them is needed, which the schema alone cannot say. */
const needed: readonly string[] = [...(schema.required ?? []), ...neededToServe, "LOOPGATE_PRIVATE_KEY"];

const settings: readonly Setting[] = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
  name,
  required: needed.includes(name),
  fallback: property.default ?? "",
  description: property.description ?? "",
  where: property.where ?? null,
}));

/** A Markdown table of every setting. */
export function settingsTable(): string {
  const rows = settings.map(
    ({ name, required, fallback, description }) =>
      `| \`${name}\` | ${required ? "**needed**" : fallback === "" ? "" : `\`${fallback}\``} | ${description} |`,
  );
  return ["| setting | default | what it is |", "|---|---|---|", ...rows, ""].join("\n");
}

/** Every setting with its sentence; those that are needed are left to fill in, the others stand at their defaults. */
export function exampleEnvironment(): string {
  const blocks = settings.map(({ name, required, fallback, description, where }) =>
    [
      `# ${description}`,
      ...(where === null ? [] : [`# Where: ${where}.`]),
      `${required ? "" : "#"}${name}=${fallback}`,
    ].join("\n"),
  );
  return `${["# Settings of Loopgate. Copy this file to .env and fill in every line that has no # before it.", ...blocks].join("\n\n")}\n`;
}
