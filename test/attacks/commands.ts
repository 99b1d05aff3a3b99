// Comments that are shown as something else than a command, or hide one.
import { parseCommand } from "../../src/github/deliveries/command.ts";
import { kindOf } from "./spelling.ts";

const takes = (body: string) => {
  const command = parseCommand(body, "looker");
  return command !== null && command.verb !== "unknown";
};

export const commands = kindOf("a command", "T23", takes, [
  ["in a comment of HTML", "<!-- /loop stop -->", "/loop stop <!-- why -->"],
  ["after a comment of HTML", "<!-- x -->/loop stop", "/loop stop"],
  ["in a quote in a quote", "> > /loop stop", "/loop stop\n> > why"],
  ["in a quote without a blank", ">/loop stop", "/loop stop"],
  ["in a footnote", "[^1]: /loop stop", "/loop stop [^1]"],
  ["in details", "<details><summary>/loop stop</summary>", "/loop stop\n<details>"],
  ["in the title of a link", '[a](https://x.example "/loop stop")', "/loop stop"],
  ["in the definition of a link", '[a]: https://x.example "/loop stop"', "/loop stop"],
  ["in the text of a link", "[/loop stop](https://x.example)", "/loop stop"],
  ["in the text of a picture", "![/loop stop](https://x.example/i.png)", "/loop stop"],
  ["in a table's cell", "| /loop stop | x |\n|---|---|", "/loop stop"],
  ["after a character of no width", "\u200b/loop stop", "/loop stop"],
  ["after a mark of direction", "\u202e/loop stop", "/loop stop"],
  ["after a byte order mark", "\ufeff/loop stop", "/loop stop"],
  ["with a character of no width in its name", "/lo\u200bop stop", "/loop stop"],
  ["with a character of no width in its verb", "/loop st\u2060op", "/loop stop"],
  ["with a slash of full width", "\uff0floop stop", "/loop stop"],
  ["with letters of another script", "/l\u043e\u043ep stop", "/LOOP STOP"],
  ["to a name with the sign of kelvin", "@loo\u212aer stop", "@looker stop"],
  ["as an entity", "&#47;loop stop", "/loop stop"],
  ["behind a backslash", "\\/loop stop", "/loop stop"],
  ["as a heading", "# /loop stop", "/loop stop"],
  ["as a task", "- [ ] /loop stop", "/loop stop"],
  ["in bold", "**/loop stop**", "/loop stop"],
  ["struck out", "~~/loop stop~~", "/loop stop"],
  ["indented by ideographic blanks", "\u3000/loop stop", "   /loop stop"],
  ["after a line separator", "Hello\u2028/loop stop", "/loop stop\u2028Hello"],
  ["after a vertical tab", "Hello\v/loop stop", "/loop stop"],
  ["after a next-line character", "Hello\u0085/loop stop", "/loop stop"],
]);
