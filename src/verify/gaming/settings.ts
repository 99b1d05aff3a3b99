// Files of configuration as flat lists of settings, whatever they are written in.
import { parse as parseToml } from "smol-toml";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type Element, parseXml } from "../reports/xml.ts";
import { childOf, isString, namedIn, type Parse, type Syntax, unquoted, walk } from "./syntax.ts";

export interface Setting {
  /** Its place, as `jobs.test.steps.run`; elements of lists have no place of their own. */
  readonly key: string;
  readonly value: string;
  readonly line: number;
  /** Whether it is an element of a list. */
  readonly listed: boolean;
}

type Format = "json" | "script" | "yaml" | "toml" | "ini" | "xml";

const mostSettings = 20_000;

/** By the file's name; null: it is no configuration that is read. */
export function formatOf(path: string): Format | null {
  const name = path.split("/").at(-1) ?? "";
  if (
    /\.(?:json|jsonc|json5)$|^\.(?:eslintrc|babelrc|nycrc|c8rc|swcrc|mocharc|jscpd|lintstagedrc|stylelintrc|prettierrc|jshintrc|tsconfig)(?:\.json)?$/.test(
      name,
    )
  )
    return "json";
  if (
    /(?:^|\.)(?:config|conf|setup|workspace|rc)\.[cm]?[jt]s$|^\.\w+rc\.[cm]?js$|^(?:jest|vitest|karma|cypress|playwright|eslint|Gruntfile|gulpfile|wdio|protractor|vite|webpack)[\w.-]*\.[cm]?[jt]s$/.test(
      name,
    )
  )
    return "script";
  if (/\.(?:yml|yaml|neon|neon\.dist)$|^\.(?:clang-tidy|clang-format|yamllint)$/.test(name)) return "yaml";
  if (/\.toml$/.test(name)) return "toml";
  if (
    /\.(?:ini|cfg|properties)$|^\.(?:coveragerc|flake8|pylintrc|editorconfig|isort\.cfg|bandit|npmrc|pydocstyle|style\.yapf)$|^(?:setup\.cfg|pylintrc|mypy\.ini|tox\.ini|pytest\.ini)$/.test(
      name,
    )
  )
    return "ini";
  if (/\.(?:xml|xml\.dist|csproj|fsproj|vbproj|props|targets|runsettings|ruleset)$/.test(name)) return "xml";
  return null;
}

/** Null: it cannot be read as what its name says. */
export function settingsIn(path: string, text: string, parse: Parse): readonly Setting[] | null {
  const format = formatOf(path);
  const settings = format === null ? null : readers[format](text.replace(/^\uFEFF/, ""), parse);
  return settings?.slice(0, mostSettings) ?? null;
}

const readers: Readonly<Record<Format, (text: string, parse: Parse) => Setting[] | null>> = {
  json: (text, parse) => objectSettings(parse("javascript", `x=${text.replace(/^\s*export default/, "")}`)),
  script: (text, parse) => objectSettings(parse("typescript", text)),
  yaml: yamlSettings,
  toml: tomlSettings,
  ini: iniSettings,
  xml: xmlSettings,
};

/** Literals of objects in code: a JSON file is one. */
function objectSettings(root: Syntax | null): Setting[] | null {
  if (root === null) return null;
  const settings: Setting[] = [];
  for (const node of walk(root)) {
    if (node.type !== "pair") continue;
    const value = childOf(node, "value");
    if (value === null || value.type === "object") continue;
    const key = placeOf(node);
    const elements = value.type === "array" ? namedIn(value).filter(({ type }) => type !== "object") : [value];
    for (const one of elements) {
      const isNested = one.type === "array";
      for (const inner of isNested ? namedIn(one) : [one])
        if (inner.type !== "object")
          settings.push({
            key,
            value: isString(inner.type) ? unquoted(inner.text) : inner.text,
            line: inner.line,
            listed: value.type === "array",
          });
    }
  }
  for (const node of walk(root))
    if (/^(?:global-)?ignores$/.test(node.text) && node.type === "call_expression")
      settings.push({ key: "ignores", value: node.text, line: node.line, listed: true });
  return settings;
}

function placeOf(pair: Syntax): string {
  const keys: string[] = [];
  for (let at: Syntax | null = pair; at !== null; at = at.parent) {
    const key = at.type === "pair" ? childOf(at, "key") : null;
    if (key !== null) keys.unshift(unquoted(key.text).replaceAll(".", "\u2024"));
  }
  return keys.join(".");
}

function yamlSettings(text: string): Setting[] | null {
  const lines = new LineCounter();
  const document = parseDocument(
    text.replace(/^\t+/gm, (tabs) => "    ".repeat(tabs.length)),
    { lineCounter: lines, strict: false, uniqueKeys: false, logLevel: "silent" },
  );
  if (document.errors.length > 0 && document.contents === null) return null;
  const settings: Setting[] = [];
  const visit = (node: unknown, key: string, listed: boolean, depth: number): void => {
    if (depth > 40 || settings.length >= mostSettings) return;
    if (isMap(node)) {
      for (const { key: name, value } of node.items)
        visit(
          value,
          [key, String(isScalar(name) ? name.value : name).replaceAll(".", "\u2024")].filter(Boolean).join("."),
          false,
          depth + 1,
        );
    } else if (isSeq(node)) for (const item of node.items) visit(item, key, true, depth + 1);
    else if (isScalar(node)) {
      const at = (node as Node).range?.[0] ?? 0;
      const isBlock = /^[|>]/.test(text.slice(at, at + 1));
      settings.push({ key, value: String(node.value ?? ""), line: lines.linePos(at).line + (isBlock ? 1 : 0), listed });
    } else settings.push({ key, value: "", line: 1, listed });
  };
  visit(document.contents, "", false, 0);
  return settings;
}

function tomlSettings(text: string): Setting[] | null {
  let value: unknown;
  try {
    value = parseToml(text, { maxDepth: 40 });
  } catch {
    return null;
  }
  return flattened(value, text);
}

function flattened(value: unknown, text: string): Setting[] {
  const settings: Setting[] = [];
  const lines = text.split("\n");
  const lineFor = (key: string, what: string) => {
    const last = key.split(".").at(-1)?.replaceAll("\u2024", ".") ?? "";
    const exact = lines.findIndex((line) => line.includes(last) && line.includes(what));
    const loose =
      exact >= 0 ? exact : lines.findIndex((line) => line.includes(what) || line.trimStart().startsWith(last));
    return Math.max(loose, 0) + 1;
  };
  const visit = (one: unknown, key: string, listed: boolean): void => {
    if (Array.isArray(one)) for (const item of one) visit(item, key, true);
    else if (typeof one === "object" && one !== null && !(one instanceof Date))
      for (const [name, inner] of Object.entries(one))
        visit(inner, [key, name.replaceAll(".", "\u2024")].filter(Boolean).join("."), false);
    else settings.push({ key, value: String(one), line: lineFor(key, String(one).split("\n")[0] ?? ""), listed });
  };
  visit(value, "", false);
  return settings;
}

/** Sections, keys, and values that go on in indented lines; a value of several lines or words is a list. */
function iniSettings(text: string): Setting[] {
  const settings: Setting[] = [];
  let [section, key, indent] = ["", "", 0];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/\s+[#;].*$|^\s*[#;].*$/, "").trimEnd();
    const [, name] = /^\s*\[([^\]]+)\]/.exec(line) ?? [];
    const depth = line.length - line.trimStart().length;
    if (line.trim() === "") continue;
    if (name !== undefined) [section, key] = [name.replaceAll(".", "\u2024"), ""];
    else if (key !== "" && depth > indent) settings.push({ key, value: line.trim(), line: index + 1, listed: true });
    else {
      const [, own = "", value = ""] = /^\s*([^=:\s][^=:]*?)\s*(?:[=:]\s*(.*))?$/.exec(line) ?? [];
      [key, indent] = [[section, own.replaceAll(".", "\u2024")].filter(Boolean).join("."), depth];
      if (value !== "") settings.push({ key, value: value.trim(), line: index + 1, listed: false });
    }
  }
  return settings;
}

function xmlSettings(text: string): Setting[] | null {
  const { root } = parseXml(text);
  if (root === null) return null;
  const settings: Setting[] = [];
  const lines = text.split("\n");
  const lineFor = (name: string, value: string) =>
    Math.max(
      0,
      lines.findIndex((line) => line.includes(name) && line.includes(value)),
    ) + 1;
  const visit = (element: Element, key: string): void => {
    const here = [key, element.name].filter(Boolean).join(".");
    for (const [name, value] of Object.entries(element.attributes))
      settings.push({ key: `${here}.${name}`, value, line: lineFor(name, value), listed: false });
    const value = element.text.trim();
    if (value !== "" || (element.children.length === 0 && Object.keys(element.attributes).length === 0))
      settings.push({
        key: here,
        value,
        line: lineFor(element.name, value.split("\n")[0] ?? ""),
        listed: isRepeated(element),
      });
    for (const child of element.children) visit(child, here);
  };
  visit(root, "");
  return settings;
}

const isRepeated = ({ name }: Element) => /^(?:exclude|include|directory|file|arg|module)$/.test(name);
