// What a comment tells the agents: all of it, but for a command's own words.

/**
 * The comment without the command on its first line; empty where nothing else is in it. What follows `/loop retry` on
 * that line is an answer to the loop's question, so it stays; other commands' arguments are theirs.
 */
export function wordsBesidesCommand(body: string): string {
  const text = body.trimStart();
  const [, verb, argument = "", rest = ""] =
    /^\/loop(?![\w-])[ \t]*([\w-]*)[ \t]*([^\r\n]*)([\s\S]*)$/i.exec(text) ?? [];
  if (verb === undefined) return body;
  return `${verb.toLowerCase() === "retry" ? argument : ""}${rest}`.trim();
}
