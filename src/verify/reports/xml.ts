// XML as a strict parser takes it, bounded; and mended where tools are known to write it wrongly.
import { type SaxesAttributePlain, SaxesParser, type SaxesTagPlain } from "saxes";
import type { Problem } from "./report.ts";

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly comments: readonly string[];
  readonly text: string; // its own, not that of its children
}

export interface Xml {
  readonly root: Element | null; // what was read before it broke, where it did; null where it is over a bound
  readonly problems: readonly Problem[];
}

const DEEPEST = 100;
const ELEMENTS = 400_000;
const TEXT_CHARACTERS = 1024 * 1024; // of one element; what OUnit skipped stands at the end of a long log
const ATTRIBUTE_CHARACTERS = 256 * 1024;

/** Where a report begins when something was printed before it. */
const beginning = /<\?xml\s|<(?:testsuites?|TestRun|testExecutions|coverage|checkstyle|report|valgrindoutput)[\s>]/;

/**
 * Parses XML. No document type with declarations is accepted, so no entity is ever expanded, and none is loaded. Control
 * characters, which many reporters copy from a message, are replaced and told; a `]]>` that ends a CDATA section too early is
 * mended and told as malformed. Never throws.
 */
export function parseXml(source: string): Xml {
  const { text, problems } = fromBeginning(source);
  const strict = parse(text);
  if (strict.ok || strict.refused) return result(strict, problems);
  const plain = withoutControls(text);
  const controls: Problem = { kind: "control_characters", detail: "it holds characters that XML does not allow" };
  const cleaned = plain === text ? strict : parse(plain);
  const told = plain === text ? problems : [...problems, controls];
  if (cleaned.ok || cleaned.refused) return result(cleaned, told);
  const mended = parse(withWholeSections(plain));
  const broken: Problem = { kind: "malformed", detail: `it is not well-formed XML: ${cleaned.why}` };
  return { root: (mended.ok ? mended : cleaned).root, problems: [...told, broken] };
}

function result({ root, ok, why, refused }: Parsed, problems: readonly Problem[]): Xml {
  if (ok) return { root, problems };
  // What is over a bound is not read at all, as a report of too many bytes is not: working through half of it takes long, too.
  if (refused) return { root: null, problems: [...problems, { kind: "too_large", detail: why }] };
  return { root, problems: [...problems, { kind: "malformed", detail: why }] };
}

function fromBeginning(source: string): { text: string; problems: readonly Problem[] } {
  const at = source.search(beginning);
  const before = source.slice(0, Math.max(at, 0)).trim();
  if (at <= 0 || before.startsWith("<")) return { text: source.trimStart(), problems: [] };
  const told: Problem = { kind: "text_around", detail: "other output stands before it" };
  return { text: source.slice(at), problems: before === "" ? [] : [told] };
}

interface Parsed {
  readonly root: Element | null;
  readonly ok: boolean;
  readonly refused: boolean;
  readonly why: string;
}

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  comments: string[];
  text: string;
}

/** Over a bound, or something that no report needs. */
class Refused extends Error {}

function parse(text: string): Parsed {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const stack: Open[] = [];
  let root: Open | null = null;
  let count = 0;
  const addText = (more: string) => {
    const top = stack.at(-1);
    if (top !== undefined && top.text.length < TEXT_CHARACTERS) top.text += more.slice(0, TEXT_CHARACTERS);
  };
  parser.on("doctype", (doctype) => {
    if (/\[|<!/.test(doctype)) throw new Refused("its document type declares entities");
  });
  parser.on("attribute", ({ value }: SaxesAttributePlain) => {
    if (value.length > ATTRIBUTE_CHARACTERS) throw new Refused("an attribute is too long");
  });
  parser.on("opentag", (tag: SaxesTagPlain) => {
    if (++count > ELEMENTS) throw new Refused(`it has more than ${ELEMENTS} elements`);
    if (stack.length >= DEEPEST) throw new Refused(`it is nested deeper than ${DEEPEST} elements`);
    stack.push({ name: localName(tag.name), attributes: tag.attributes, children: [], comments: [], text: "" });
    root ??= stack[0] ?? null;
  });
  parser.on("closetag", () => {
    const done = stack.pop();
    if (done !== undefined) stack.at(-1)?.children.push(done);
  });
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("comment", (comment) => {
    const top = stack.at(-1);
    if (top !== undefined && top.comments.length < 1000) top.comments.push(comment.slice(0, 2000));
  });
  try {
    parser.write(text).close();
    return { root, ok: root !== null, refused: false, why: root === null ? "it has no element" : "" };
  } catch (error) {
    closeSuites(stack);
    return { root, ok: false, refused: error instanceof Refused, why: (error as Error).message.slice(0, 200) };
  }
}

/** What was whole before the text broke off: suites that are still open, but no test that is. */
function closeSuites(stack: Open[]): void {
  for (let at = stack.length - 1; at > 0; at--) {
    const one = stack[at];
    if (one !== undefined && /^testsuites?$|^file$/.test(one.name)) stack[at - 1]?.children.push(one);
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Characters that XML 1.0 has no place for, and references to them, replaced. */
function withoutControls(text: string): string {
  return text
    .toWellFormed()
    .replace(notXml, "\ufffd")
    .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (whole, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return isXmlCharacter(code) ? whole : "\ufffd";
    });
}

function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

const OPEN = "<![CDATA[";

/** CDATA sections that run to the `]]>` before the next tag: a message with `]]>` in it was written as it is. */
function withWholeSections(text: string): string {
  let out = "";
  let at = 0;
  for (;;) {
    const open = text.indexOf(OPEN, at);
    if (open < 0) return out + escaped(text.slice(at));
    const start = open + OPEN.length;
    const rest = /\]\]>\s*<(?:\/\w|!\[CDATA\[)/g;
    rest.lastIndex = start;
    const end = rest.exec(text)?.index ?? text.length;
    out += escaped(text.slice(at, open)) + OPEN + text.slice(start, end).replaceAll("]]>", "]]]]><![CDATA[>");
    out += text.slice(end, end + 3);
    at = Math.min(end + 3, text.length);
  }
}

/** Text outside of a section may not hold `]]>` either. */
function escaped(text: string): string {
  return text.replaceAll("]]>", "]]&gt;");
}

/** The children of a name. */
export function childrenOf(element: Element, name: string): readonly Element[] {
  return element.children.filter((child) => child.name === name);
}

/** Every element of a name beneath one, at whatever depth. */
export function within(element: Element, name: string): readonly Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...within(child, name)]);
}

/** An attribute that is a whole number, or null. */
export function numberOf(element: Element, attribute: string): number | null {
  const text = element.attributes[attribute];
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
}
