// What the files by which packages are asked for name: packages, where they come from, what runs on installing them, a licence. Read line by line.
import { parseJson } from "../base/parse-json.ts";

/** Something that a file names, and its line. */
export interface Named {
  readonly name: string;
  readonly line: number;
  /** The name goes on behind what was read of its line. */
  readonly cut?: true;
}

/**
 * How a file of this name is read: the pattern is tried on every line, as often as it fits, and its first group is the name. A section
 * limits it to the lines from one that begins it to the next that begins or ends any; in JSON what is nested deeper ends none.
 */
interface Reader {
  readonly file: RegExp;
  readonly section?: { readonly begins: RegExp; readonly any: RegExp };
  readonly line: RegExp;
}

const npm = /(?:^|\/)package\.json$/;
const npmSection = (names: string) => ({
  begins: new RegExp(`^\\s*"(?:${names})"\\s*:\\s*\\{(?!\\s*\\})`),
  any: /^\s*"[^"]+"\s*:\s*[{[]|^\s*\}/,
});
const npmDependencies = npmSection(
  "dependencies|devDependencies|peerDependencies|optionalDependencies|overrides|resolutions",
);
const requirements = /(?:^|\/)(?:[\w.-]*requirements[\w.-]*|constraints|requirements\/[^/]+)\.(?:txt|in)$/i;
const pyproject = /(?:^|\/)pyproject\.toml$/;
const cargo = /(?:^|\/)Cargo\.toml$/;
const gemfile = /(?:^|\/)(?:Gemfile|gems\.rb)$|\.gemspec$/;
const composer = /(?:^|\/)composer\.json$/;
const maven = /(?:^|\/)pom\.xml$/;
const gradle = /\.gradle(?:\.kts)?$|(?:^|\/)libs\.versions\.toml$/;
const nuget = /\.(?:cs|fs|vb)proj$|(?:^|\/)Directory\.Packages\.props$/;
const toml = (begins: RegExp) => ({ begins, any: /^\s*\[/ });

/** A package by its name; an address in its place is a source. */
const packages: readonly Reader[] = [
  { file: npm, section: npmDependencies, line: /^\s*"((?:@[\w.~-]+\/)?[\w.~-]+)"\s*:\s*"/ },
  { file: requirements, line: /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[=<>!~;@#]|$)/ },
  {
    file: pyproject,
    section: toml(/^\s*\[(?:tool\.poetry\.(?:.*\.)?dependencies|dependency-groups|project\.optional-dependencies)\]/),
    line: /^\s*([A-Za-z0-9][\w.-]*)\s*=\s*["{]/,
  },
  {
    file: pyproject,
    section: {
      begins: /^\s*(?:dependencies|requires|dev|tests?|docs?|lint|all|extras?)\s*=\s*\[/,
      any: /^\s*(?:\]|\[|[\w-]+\s*=)/,
    },
    line: /(?:^\s*|[[,]\s*)["']([A-Za-z0-9][\w.-]*)/,
  },
  { file: cargo, line: /^\s*\[?(?:target\..*\.)?(?:dev-|build-)?dependencies\.([\w-]+)/ },
  {
    file: cargo,
    section: toml(/^\s*\[(?:.*\.)?(?:(?:dev-|build-)?dependencies)\]/),
    line: /^\s*([A-Za-z0-9][\w-]*)(?:\.\w+)?\s*=/,
  },
  { file: /(?:^|\/)go\.mod$/, line: /^\s*(?:require\s+)?([\w.-]+\.[a-z]+\/\S+)\s+v\d/ },
  { file: gemfile, line: /^\s*(?:gem|\w+\.add_(?:runtime_|development_)?dependency)[\s(]+["']([\w.-]+)["']/ },
  { file: composer, section: npmSection("require|require-dev"), line: /^\s*"([\w.-]+\/[\w.-]+)"\s*:/ },
  { file: maven, line: /<artifactId>\s*([\w.-]+)\s*<\/artifactId>/ },
  { file: gradle, line: /["']([\w.-]+:[\w.-]+)(?::[^"']*)?["']/ },
  { file: nuget, line: /<Package(?:Reference|Version)\s[^>]*Include="([\w.-]+)"/ },
  {
    file: /(?:^|\/)pubspec\.yaml$/,
    section: { begins: /^(?:dev_)?dependencies:/, any: /^\S/ },
    line: /^ {2}([a-z]\w*):/,
  },
  { file: /(?:^|\/)mix\.exs$/, line: /\{:(\w+),\s*["'~]/ },
];

/** The public registry of npm packages; put together, since nothing here spells out where its own machine reads packages from. */
export const npmRegistry = ["registry", "npmjs", "org"].join(".");

/** Registries that package managers ask by themselves, each with its path: no source of its own. */
const usualPlaces: readonly string[] = [
  npmRegistry,
  "registry.yarnpkg.com",
  "pypi.org",
  "files.pythonhosted.org",
  "index.crates.io",
  "github.com/rust-lang/crates.io-index",
  "rubygems.org",
  "repo.packagist.org",
  "repo.maven.apache.org",
  "repo.maven.org",
  "repo1.maven.apache.org",
  "repo1.maven.org",
  "plugins.gradle.org",
  "api.nuget.org",
  "pub.dev",
];

function isUsual(address: string): boolean {
  const [, place = ""] = /^(?:(?:sparse|registry)\+)?https:\/\/(.*)$/i.exec(address) ?? [];
  if (/\.\.|%2e|\\/i.test(place)) return false; // a path that climbs out of its place
  return usualPlaces.some((usual) => `${place.toLowerCase()}/`.startsWith(`${usual}/`));
}

/** Where packages come from beside the usual registries. */
const sources: readonly Reader[] = [
  {
    file: npm,
    section: npmDependencies,
    line: /^\s*"[^"]+"\s*:\s*"((?:git\b|git[+@:]|https?:|github:|gitlab:|bitbucket:|gist:|file:|link:|portal:|npm:|[\w.-]+\/[\w.-]+(?:#|"))[^"]*)"?/,
  },
  {
    file: /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$|(?:^|\/)yarn\.lock$/,
    line: /^\s*"?resolved"?:?\s+"((?:git\+?|https?)[^"#]+)/,
  },
  { file: /(?:^|\/)pnpm-lock\.yaml$/, line: /\b(?:tarball|repo):\s*['"]?((?:git\+?|https?)[^\s'",}]+)/ },
  { file: requirements, line: /^\s*(?:-i|-f|--(?:extra-)?index-url|--find-links|--trusted-host)[\s=]+(\S+)/ },
  { file: requirements, line: /(?:^\s*(?:-e|--editable)?\s*|@\s*)((?:git|hg|svn|bzr)\+\S+|https?:\/\/\S+)/ },
  {
    file: /(?:^|\/)(?:pyproject\.toml|uv\.lock|poetry\.lock|pdm\.lock|Pipfile(?:\.lock)?)$/,
    line: /\b["']?(?:git|url|index-url|find-links|registry)["']?\s*[=:]\s*["'[]+((?:git\+?|ssh|https?)[^"'#]+)/,
  },
  {
    file: /(?:^|\/)(?:Cargo\.(?:toml|lock)|\.cargo\/config(?:\.toml)?)$/,
    line: /\b(?:git|registry|index|source|replace-with|registry-index)["']?\s*=\s*["']([^"'#?]+)/,
  },
  { file: /(?:^|\/)go\.(?:mod|work)$/, line: /^\s*(?:replace\s+)?\S+(?:\s+v\S+)?\s+=>\s+(\S+)/ },
  {
    file: gemfile,
    line: /(?:^\s*(?:source|git|github|path)\b|\b(?:git|github|gitlab|bitbucket|gist|path|source):|:(?:git|github|path|source)\s*=>)[\s(]+["']([^"']+)/,
  },
  { file: /(?:^|\/)Gemfile\.lock$/, line: /^\s*remote:\s*(\S+)/ },
  { file: composer, line: /"url"\s*:\s*"([^"]+)"?/ },
  { file: maven, line: /<url>\s*(https?:\/\/[^<\s]*(?:repo|maven|nexus|artifact)[^<\s]*)/i },
  {
    file: maven,
    section: { begins: /<(?:pluginR|r)epositor(?:y|ies)>/, any: /<\/(?:pluginR|r)epositor(?:y|ies)>/ },
    line: /<url>\s*([^<\s]+)/,
  },
  { file: gradle, line: /\b(?:url\s*=?\s*(?:uri)?|maven)\s*\(?\s*["'](https?:\/\/[^"']+)/ },
  { file: /(?:^|\/)nuget\.config$/i, line: /<add\s[^>]*value="(https?:[^"]+)"/ },
];

/** What a package manager runs when somebody installs: of the package itself, and of those that it lets. */
const scripts: readonly Reader[] = [
  {
    file: npm,
    section: npmSection("scripts"),
    line: /^\s*("(?:(?:pre|post)?(?:install|prepare)|prepublish|dependencies)"\s*:\s*"(?:[^"\\]|\\.)*"?)/,
  },
  {
    file: npm,
    section: { begins: /"(?:trustedDependencies|onlyBuiltDependencies)"\s*:\s*\[(?!\s*\])/, any: /\]/ },
    line: /^\s*("[^"]+")/,
  },
  {
    file: /(?:^|\/)pnpm-workspace\.yaml$/,
    section: { begins: /^onlyBuiltDependencies:/, any: /^\S/ },
    line: /^\s*-\s*(\S+)/,
  },
  { file: composer, line: /^\s*("(?:pre|post)-(?:install|update|autoload-dump|package-install)[\w-]*"\s*:.*)/ },
  {
    file: composer,
    section: {
      begins: /"(?:pre|post)-(?:install|update|autoload-dump|package-install)[\w-]*"\s*:\s*\[(?!\s*\])/,
      any: /\]/,
    },
    line: /^\s*("(?:[^"\\]|\\.)*"?)/,
  },
  { file: pyproject, line: /(?:^\s*(?:build-system\.)?|[{,]\s*)(["']?(?:build-backend|backend-path)["']?\s*=.*)/ },
  { file: pyproject, line: /^\s*(\[tool\.(?:hatch\.(?:.+\.)?hooks\b|setuptools\.cmdclass|poetry\.build\b).*)/ },
  { file: cargo, line: /(?:^\s*(?:package\.)?|[{,]\s*)(["']?build["']?\s*=\s*["'].*)/ },
];

/** Whether a file is run as a whole when somebody installs. */
export const isRunOnInstall = (path: string): boolean => runAsWhole.test(path);

const runAsWhole =
  /(?:^|\/)(?:binding\.gyp|build\.rs|setup\.py|hatch_build\.py|pdm_build\.py|extconf\.rb|conanfile\.py|\.pnpmfile\.[cm]?js)$/i;

const licences: readonly Reader[] = [
  { file: /(?:^|\/)(?:package|composer)\.json$/, line: /^\s{0,4}"license"\s*:\s*"([^"]*)"?/ },
  { file: /(?:^|\/)(?:Cargo|pyproject)\.toml$/, line: /^\s*license(?:-file)?\s*=\s*(.+)/ },
  { file: /\.gemspec$/, line: /\.licenses?\s*=\s*(.+)/ },
];

/** Whether anything is read of a file by this name. */
export function isManifest(path: string): boolean {
  return [...packages, ...sources, ...scripts, ...licences].some(({ file }) => file.test(path));
}

/** Packages that are asked for by name. */
export function packagesIn(path: string, text: string): readonly Named[] {
  return read(packages, path, text);
}

/** Addresses and folders that packages come from, but for the registries that everybody uses. One for each place: a host, a repository, a folder. */
export function sourcesIn(path: string, text: string): readonly Named[] {
  return read(sources, path, text)
    .filter(({ name }) => !isUsual(name))
    .map((one) => (isLock.test(path) ? { name: placeOf(one.name), line: one.line } : one));
}

/** Hooks of package managers with what they run, and packages that may run theirs. */
export function scriptsIn(path: string, text: string): readonly Named[] {
  return read(scripts, path, text);
}

/** What a manifest says its own licence is. */
export function licencesIn(path: string, text: string): readonly Named[] {
  return read(licences, path, text);
}

const isLock = /(?:lock|shrinkwrap)(?:\.\w+)?$/;

/** Of a locked file the host, and of a repository its path: a version more from the same place is nothing new. */
function placeOf(address: string): string {
  return address.startsWith("git")
    ? address.slice(0, 200)
    : (/^(?:\w+\+)?https?:\/\/[^/]+/.exec(address)?.[0] ?? address.slice(0, 200));
}

/** No pattern has to read more than this at a time. */
const longestPiece = 2000;

/** A part of a line, with what it may go on with. What is found at `own` or behind it is the next part's, which begins there; null: this is the last. */
interface Piece {
  readonly text: string;
  readonly own: number | null;
}

/** A run of blanks in a long line counts as one, and a list is parted before an entry, so that nothing hides behind what comes first. */
function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = line.length > longestPiece ? line.replace(/\s{100,}/g, " ") : line;
  while (rest.length > longestPiece) {
    const part = rest.slice(0, longestPiece);
    const entry = [",", " "].map((mark) => part.lastIndexOf(mark)).find((at) => at > longestPiece / 2);
    const own = entry ?? longestPiece;
    pieces.push({ text: rest.slice(0, own + longestPiece), own });
    rest = rest.slice(own);
  }
  return [...pieces, { text: rest, own: null }];
}

const nothing: Named[] = [];

function read(readers: readonly Reader[], path: string, whole: string): Named[] {
  const fitting = readers.filter(({ file }) => file.test(path));
  const text = whole.replace(/^\ufeff/, ""); // package managers read on behind it
  if (fitting.length === 0 || text === "") return [];
  const written = text.split("\n");
  const isJson = path.endsWith(".json");
  const plain = isJson ? inPlainJson(text) : null;
  const lines = plain?.split("\n") ?? written;
  let keys: ReadonlyMap<string, number> | undefined;
  return fitting.flatMap(({ section, line: pattern }) => {
    const every = new RegExp(pattern, `g${pattern.flags}`);
    let isWithin = section === undefined;
    let begun = 0;
    return lines.flatMap((line, index): Named[] => {
      if (line.trim() === "") return nothing; // says nothing and ends nothing; a file may have ten million of them
      const pieces = piecesOf(line);
      const head = pieces[0]?.text ?? "";
      if (section?.begins.test(head)) [isWithin, begun] = [true, indentOf(head)];
      else if (section?.any.test(head) && !(isJson && indentOf(head) > begun)) isWithin = false;
      const found = isWithin ? pieces.flatMap((piece) => findsIn(piece, every)) : [];
      if (found.length === 0) return nothing;
      if (plain === null) return found.map((one) => ({ ...one, line: index + 1 }));
      keys ??= firstLines(written);
      const at = keys.get(stringOf(head)) ?? 0;
      return found.map((one) => ({ ...one, line: at + 1 }));
    });
  });
}

/** What a pattern finds in a part of a line; what reaches the end of one that is not the last may go on. */
function findsIn({ text, own }: Piece, every: RegExp): Omit<Named, "line">[] {
  return [...text.matchAll(every)]
    .filter(({ index }) => own === null || index < own)
    .map(({ index, 0: { length }, 1: name = "" }) => {
      const isCut = own !== null && index + length === text.length;
      return { name: name.trim(), ...(isCut ? { cut: true } : {}) };
    });
}

const indentOf = (line: string): number => line.search(/\S|$/);

/** JSON with a member a line, whatever its blanks and escapes; null where it is none, or stands so already: it is read as it stands. */
function inPlainJson(text: string): string | null {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return null;
  const plain = JSON.stringify(value, null, 2);
  return plain === text.trimEnd() ? null : plain;
}

/** Written so that one of many megabytes is read, too. */
const aString = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/** The key of a member; empty where the line has none. */
const stringOf = (line: string): string => line.match(aString)?.[0] ?? "";

/** Where each key, and any other string of JSON, first stands: a member is shown at the line that has the same key, or at the first where none has. */
function firstLines(written: readonly string[]): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const [at, line] of written.entries())
    for (const [found] of line.matchAll(aString)) if (!lines.has(found)) lines.set(found, at);
  return lines;
}
