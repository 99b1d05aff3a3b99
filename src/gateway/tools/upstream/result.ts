// What a server answered, as text for the agent: quoted, masked and within bounds, whatever kinds of content it is of.
import { maskCredentials } from "../../../base/credentials.ts";
import { dataBlock, dataBlockRule } from "../../../brief/quote.ts";
import { done, type KeepPicture, type ToolAnswer } from "../tool.ts";

/** Characters of what is shown; with all that is around it, an answer stays within the gateway's own bound. */
const shown = 15_000;

/** What became of the pictures among an answer's parts. */
type PicturesKept = ReadonlyMap<unknown, Awaited<ReturnType<KeepPicture>>>;

/** Keeps those that an answer holds, so that they can be attached: an agent is told of them in words. */
export async function picturesIn(result: unknown, keep: KeepPicture): Promise<PicturesKept> {
  const kept = new Map<unknown, Awaited<ReturnType<KeepPicture>>>();
  for (const part of partsOf(groupOf(result).content)) {
    const { type, data } = groupOf(part);
    if (type === "image" && typeof data === "string") kept.set(part, await keep(data));
  }
  return kept;
}

function partsOf(content: unknown): readonly unknown[] {
  return Array.isArray(content) ? content.slice(0, 200) : [];
}

/** `tool`: as the agent calls it. */
export function answerOf(tool: string, result: unknown, pictures: PicturesKept = new Map()): ToolAnswer {
  const { content, structuredContent, isError, resultType = "complete" } = groupOf(result);
  if (resultType !== "complete")
    return {
      outcome: "failed",
      text: "The tool asks for something in between, which nobody here can give it. Do without it.",
    };
  const parts = partsOf(content).map((part) => partOf(part, pictures));
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

/** Text as it is; a picture by the name that it is kept under; of anything else what it is, and how large. */
function partOf(part: unknown, pictures: PicturesKept): string {
  const { type, text, data, mimeType, resource, uri } = groupOf(part);
  if (type === "text") return typeof text === "string" ? text : "";
  const kind = typeof mimeType === "string" ? ` of type ${mimeType.slice(0, 100)}` : "";
  const picture = pictures.get(part);
  if (picture !== undefined && "name" in picture)
    return `[a picture, kept as ${picture.name}: attach_artifact shows it in the thread]`;
  if (picture !== undefined) return `[left out: a picture${kind}; ${picture.why}]`;
  if (typeof data === "string") return `[left out: content${kind}, ${data.length} characters]`;
  const inner = groupOf(resource);
  if (typeof inner.text === "string") return inner.text;
  const where = [uri, inner.uri].find((one) => typeof one === "string");
  return where === undefined ? "[left out: content of an unknown kind]" : `[left out: ${String(where).slice(0, 500)}]`;
}

function groupOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
