// What a server answered, as text for the agent: quoted, masked and within bounds, whatever kinds of content it is of.
import { maskCredentials } from "../../../base/credentials.ts";
import { dataBlock, dataBlockRule } from "../../../brief/quote.ts";
import { done, type ToolAnswer } from "../tool.ts";

/** Characters of what is shown; with all that is around it, an answer stays within the gateway's own bound. */
const shown = 15_000;

/** `tool`: as the agent calls it. */
export function answerOf(tool: string, result: unknown): ToolAnswer {
  const { content, structuredContent, isError, resultType = "complete" } = groupOf(result);
  if (resultType !== "complete")
    return {
      outcome: "failed",
      text: "The tool asks for something in between, which nobody here can give it. Do without it.",
    };
  const parts = Array.isArray(content) ? content.slice(0, 200).map(partOf) : [];
  const isSaid = parts.some((part) => part !== "");
  const text = isSaid ? parts.join("\n") : structuredContent === undefined ? "" : JSON.stringify(structuredContent);
  const block = dataBlock(`what ${tool} answered`, within(maskCredentials(text.slice(0, 4 * shown)), text.length));
  const said = `${text === "" ? "It answered with nothing." : block}\n\n${dataBlockRule}`;
  return isError === true ? { outcome: "failed", text: `The tool says that it failed.\n\n${said}` } : done(said);
}

function within(text: string, length: number): string {
  if (length <= shown && text.length <= shown) return text;
  const kept = text
    .slice(0, shown)
    .toWellFormed()
    .replace(/\uFFFD$/, "");
  return `${kept}\n(The rest was left out for length: ${length} characters in all.)`;
}

/** Text as it is; of anything else what it is, and how large. */
function partOf(part: unknown): string {
  const { type, text, data, mimeType, resource, uri } = groupOf(part);
  if (type === "text") return typeof text === "string" ? text : "";
  const kind = typeof mimeType === "string" ? ` of type ${mimeType.slice(0, 100)}` : "";
  if (typeof data === "string") return `[left out: content${kind}, ${data.length} characters]`;
  const inner = groupOf(resource);
  if (typeof inner.text === "string") return inner.text;
  const where = [uri, inner.uri].find((one) => typeof one === "string");
  return where === undefined ? "[left out: content of an unknown kind]" : `[left out: ${String(where).slice(0, 500)}]`;
}

function groupOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
