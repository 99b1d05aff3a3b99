// Output as a person reads it in a terminal.

/** The text without escape sequences and control characters; a line that overwrote itself keeps its last form. */
export function plain(text: string): string {
  return text
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]/g, "")
    .split("\n")
    .map(lastForm)
    .join("\n")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]/g, "");
}

function lastForm(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end -= 1;
  return line.slice(line.lastIndexOf("\r", end - 1) + 1, end);
}
