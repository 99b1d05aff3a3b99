// What differs between two runs that fail in the same way: times, places in files, addresses. All other digits mean something.

type Rule = readonly [pattern: RegExp, instead: string];

const month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";
const weekday = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?";
const unit = "(?:ns|[µμu]s|ms|msecs?|milliseconds?|s|secs?|seconds?|mins?|minutes?|hrs?|hours?)";

/** Before clock times, which they contain. */
const instants: readonly Rule[] = [
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?/g, "#time"],
];

const moments: readonly Rule[] = [
  [/\b\d{4}([-/])\d\d\1\d\d\b/g, "#date"],
  [/\b\d{1,2}\/\d{1,2}\/\d{4}\b/g, "#date"],
  [new RegExp(`\\b${weekday}\\d{1,2}[ /-]${month}[ /-]\\d{4}\\b`, "g"), "#date"],
  [new RegExp(`\\b${weekday}${month} +\\d{1,2}(?:,? \\d{4}\\b|(?= +\\d\\d:\\d\\d))`, "g"), "#date"],
  [/(?<![\w.:])\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?: ?[AP]M)?(?![\w:])/gi, "#time"],
  [/(?<![\w.:])\d{1,2}:\d\d(?:\.\d+| ?[AP]M)(?![\w:])/gi, "#time"],
];

const durations: readonly Rule[] = [
  [/(?<![\w.])(?:\d+h ?)?\d+m ?\d+(?:\.\d+)?s\b/g, "#span"],
  [new RegExp(`(?<![\\w.])\\d+(?:[.,]\\d+)* ?${unit}\\b`, "g"), "#span"],
  [/\b(in|after|took|elapsed|for) \d+(?:\.\d+)? ?[mh]\b/gi, "$1 #span"],
  [/\b(duration(?:_ms)?|elapsed)(["']?(?: ?[:=] ?| )["']?)\d+(?:\.\d+)?(?![\w.])/g, "$1$2#span"],
  [/\btime="[\d.]+"/g, 'time="#span"'],
];

/** The first name below a folder for temporary files is made by chance; what is below that is not. */
const temporary: readonly Rule[] = [
  [/(?:\/private)?\/var\/folders\/[^\s/]+\/[^\s/]+\/T\/[^\s/:"'`)\]]+/g, "/#temporary"],
  [/(?:\/private)?(?:\/var)?\/tmp\/[^\s/:"'`)\]]+/g, "/#temporary"],
  [/\/home\/runner\/work\/_temp\/[^\s/:"'`)\]]+/g, "/#temporary"],
  [/[A-Z]:\\Users\\[^\s\\]+\\AppData\\Local\\Temp\\[^\s\\:"'`)\]]+/gi, "/#temporary"],
  [/\bpytest-of-[^\s/]+\/pytest-\d+/g, "#temporary"],
];

/** Short hexadecimal numbers with `0x` may be codes of errors; short commits are written small, codes like BC30451 are not. */
const addresses: readonly Rule[] = [
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, "#id"],
  [/\b0x[0-9a-f]{9,}\b/gi, "#address"],
  [/(?<=\b(?:at|pc|sp|fp|bp|lr|ip|rip|rsp|address|addr)[ =:] ?|[@+])0x[0-9a-f]+\b/gi, "#address"],
  [/\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,128}\b/g, "#hash"],
  [/\b(?=[A-F]*\d)(?=\d*[A-F])[0-9A-F]{16,128}\b/g, "#hash"],
  [/\b(pid|seed)([ :=#]+)\d+\b/gi, "$1$2#id"],
  [/==\d+==/g, "==#id=="],
  [/\/(runs?|jobs?)\/\d+/g, "/$1/#id"],
];

const file = "(?:\\.[A-Za-z]\\w{0,9}|\\b(?:\\w*[Mm]akefile|Dockerfile|Rakefile|Gemfile|Jenkinsfile))[\"']?";
const places: readonly Rule[] = [
  [new RegExp(`(${file}):\\d+(?::\\d+)?(?:-\\d+)?(?!\\w)`, "g"), "$1:#line"],
  [new RegExp(`(${file})\\(\\d+(?:,\\d+){0,3}\\)`, "g"), "$1(#line)"],
  [/(\/[\w.-]+):\d+:\d+\b/g, "$1:#line"],
];

const positions: readonly Rule[] = [
  [/\b(lines?|columns?|col|ln)([ :=#]+)\d+(?:(?: ?[-–,] ?| to )\d+)?(?!\w)/gi, "$1$2#line"],
  [/#L\d+(?:-L?\d+)?/g, "#line"],
  [/^\s*\d+:\d+(?=\s)/gm, "#line"],
  [/^\s*[>❯→]?\s*\d+\s*[|│](?=\s|$)/gm, "#line |"],
];

const ports: readonly Rule[] = [
  [/\b([a-z][a-z+]*:\/\/[^\s/"']*):\d{2,5}\b/gi, "$1:#port"],
  [/(\blocalhost|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:]+\]|(?<![\w:]):):\d{2,5}(?![\w:])/gi, "$1:#port"],
  [/\b(ports?)([ :=#]+)\d{2,5}\b/gi, "$1$2#port"],
  [/(?<![\w:]):::\d{2,5}\b/g, ":::#port"],
];

const rules: readonly Rule[] = [
  ...temporary,
  ...instants,
  ...moments,
  ...ports,
  ...places,
  ...positions,
  ...durations,
  ...addresses,
];

/** Of what was compared: a date, a span or a port in it is what the failure is about, and no more by chance than any number. */
const compared: readonly Rule[] = [...temporary, ...instants, ...places, ...addresses];

/** Where a line begins to say what was compared; a line about a limit of time tells how long something took. */
const comparison = /\b(?:expected|actual|received|but (?:was|got)|got)\b/i;
const timed = /\b(?:within|time(?:d[- ]?)?[- ]?out|took|elapsed|deadline|slow(?:er)?|faster|longer|shorter)\b/i;

/** The text with a mark in place of each duration, time, date, position, address, temporary path and port; white space is one space. */
export function withoutVarying(text: string): string {
  return text.split("\n").map(steady).join("\n");
}

function steady(line: string): string {
  const from = timed.test(line) ? -1 : line.search(comparison);
  const [head, tail] = from < 0 ? [line, ""] : [line.slice(0, from), line.slice(from)];
  const said = replaced(head, rules) + replaced(tail.replace(/ \([\d.]+ ?m?s\)$/, " #span"), compared);
  return said.replace(/\s+/g, " ").trim();
}

function replaced(text: string, by: readonly Rule[]): string {
  return by.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
}
