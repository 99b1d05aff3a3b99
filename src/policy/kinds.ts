// What kind of change an edit of a file is, beside its path: new packages and where they come from, what runs on installing them, licences.
import { isManifest, isRunOnInstall, licencesIn, type Named, packagesIn, scriptsIn, sourcesIn } from "./manifests.ts";
import { isOneOf } from "./paths.ts";

/** As the options of `changes` are called. */
export const changeKinds = [
  "dependencies",
  "sources",
  "install_scripts",
  "licences",
  "permission_bits",
  "binaries",
  "generated",
  "migrations",
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** One find: what it is, in a few words of the file's own, and its line after the change; null: the file as a whole. */
export interface KindFound {
  readonly kind: ChangeKind;
  readonly what: string;
  readonly line: number | null;
}

/** One file of a change as git has it. Modes in octal, `000000` where it is absent; texts are null where they are binary, unread or no file. */
export interface KindFile {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly binary: boolean;
  readonly before: string | null;
  readonly after: string | null;
}

/** So many of a kind are told of one file, and so much of what each is. */
const [most, mostWords] = [20, 300];

/** What may run on other machines comes first: whoever is asked sees the beginning of a list. */
const first: readonly ChangeKind[] = ["install_scripts", "sources"];
const tellingOrder = [...new Set([...first, ...changeKinds])];

/** The finds in a file, at most 20 of a kind: many of one hide none of another. An edit that can be read on neither side is judged by its path and modes alone. */
export function kindsIn(file: KindFile): readonly KindFound[] {
  const found = [...ofFile(file), ...ofTexts(file)];
  return tellingOrder.flatMap((kind) => found.filter((one) => one.kind === kind).slice(0, most));
}

/** Names by which files carry a licence. https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/licensing-a-repository */
const isLicence = isOneOf([
  "**/{licen[cs]e,copying,copyright,notice,unlicense,patents}",
  "**/{licen[cs]e,copying,notice}{.,-}*",
  "**/*-licen[cs]e{,.txt,.md}",
  "**/licenses/*.{txt,md}",
]);

/** Programs that deal with licences and notices. */
const isCode = isOneOf([
  "**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx,vue,svelte,css,scss,py,rb,go,rs,java,kt,cs,php,swift,c,h,cc,cpp,sh,json,yml,yaml,snap}",
]);

/** Where frameworks keep the steps that a database has gone through: Rails, Django, Prisma, Knex, Alembic, Flyway, Liquibase, Ecto, EF. */
const isMigration = isOneOf([
  "**/{migrations,migrate,migration}/**",
  "**/alembic/versions/**",
  "**/db/changelog/**",
  "**/{V,U,R}[0-9]*__*.sql",
]);

/** Pictures, type, sound and the like: shown, and never run. */
const isShown = isOneOf([
  "**/*.{png,jpg,jpeg,gif,webp,avif,ico,bmp,tif,tiff,pdf,woff,woff2,ttf,otf,eot,mp3,mp4,ogg,wav,webm,snap}",
]);

/** What says of itself in its first lines that a program wrote it. https://go.dev/s/generatedcode */
const generated =
  /@generated\b|\bcode generated\b.{0,100}\bdo not edit\b|\bauto-?generated\b.{0,100}\b(?:do not|don't) (?:edit|modify|change)\b/i;
const headLines = 20;

function ofFile({ path, oldMode, newMode, binary, before, after }: KindFile): KindFound[] {
  const [was, is] = [oldMode !== "000000", newMode !== "000000"];
  const found: KindFound[] = [];
  const add = (kind: ChangeKind, what: string) => found.push({ kind, what, line: null });
  if (isLicence(path) && !isCode(path))
    add("licences", was ? (is ? "the text of a licence" : "a licence is taken away") : "a licence");
  if (was && oldMode !== "100755" && newMode === "100755") add("permission_bits", "it can be run as a program now");
  if (binary && is && !isShown(path))
    add("binaries", was ? "it cannot be read in a review" : "a new file that cannot be read in a review");
  if (is && isRunOnInstall(path) && (!was || before === null || before !== after))
    add("install_scripts", "the whole file is run");
  if (newMode === "120000" && isManifest(path)) add("install_scripts", "a link to what is read in its place");
  if (was && isMigration(path))
    add("migrations", is ? "a step that may have been taken already" : "a step is taken away");
  const isGenerated = [before, after].every((text) => text !== null && generated.test(headOf(text)));
  if (was && is && isGenerated && before !== after) add("generated", "a program wrote it, and would write it anew");
  return found;
}

function ofTexts({ path, newMode, before, after }: KindFile): KindFound[] {
  if (newMode === "000000" || after === null) return [];
  const news = (kind: ChangeKind, read: (path: string, text: string) => readonly Named[]): KindFound[] => {
    const known = new Set(read(path, before ?? "").map(({ name }) => name));
    const fresh = read(path, after).filter(({ name, cut }) => cut === true || !known.has(name));
    return [...new Map(fresh.map((one) => [one.name, one])).values()].map(({ name, line }) => ({
      kind,
      what: name.slice(0, mostWords),
      line,
    }));
  };
  return [
    ...news("sources", sourcesIn),
    ...news("install_scripts", scriptsIn),
    ...news("dependencies", packagesIn),
    ...news("licences", licencesIn),
  ];
}

function headOf(text: string): string {
  return text.split("\n", headLines).join("\n").slice(0, 4000);
}
