// Policy files whose words mean one thing to people and another to a reader of YAML.
import { parsePolicy } from "../../src/policy/parse.ts";
import { kindOf } from "./spelling.ts";

const takes = (text: string) => parsePolicy(text).ok;

export const policies = kindOf("a policy", "T27", takes, [
  ["a key twice, once in quotes", "attempts: 1\n'attempts': 2", "'attempts': 2"],
  ["a key twice, once by an escape", 'attempts: 1\n"\\x61ttempts": 2', '"attempts": 2'],
  ["a key twice, once as a question", "attempts: 1\n? attempts\n: 2", "? attempts\n: 2"],
  ["a key twice in one line", "gate: {merge: true, merge: false}", "gate: {merge: true}"],
  ["a merge of another group", "x: {merge: true}\ngate:\n  <<: {merge: true}", "gate:\n  merge: true"],
  ["an anchor that nobody names", "attempts: &x 2", "attempts: 2 # &x"],
  ["a number in hexadecimal", "attempts: 0x2", "attempts: 2"],
  ["a number in octal", "attempts: 0o2", "attempts: 2"],
  ["a number with an exponent", "attempts: 2e0", "attempts: 2"],
  ["a number with a plus", "attempts: +2", "attempts: 2"],
  ["a number with a line below", "wait_minutes: 1_0", "checks:\n  wait_minutes: 10"],
  ["a number with zeros before it", "attempts: 007", "attempts: 7"],
  ["a number of another script", "attempts: \u0662", "attempts: 2"],
  ["no number", "budget: {usd: .nan}", "budget: {usd: 1}"],
  ["a number without end", "budget: {usd: .inf}", "budget: {usd: 1}"],
  ["a number that is too large to be one", "attempts: 99999999999999999999", "attempts: 9"],
  ["a truth of YAML 1.1", "gate: {merge: yes}", "gate: {merge: true}"],
  ["a truth in quotes", "gate: {merge: 'true'}", "gate: {merge: true}"],
  ["a truth that is on", "gate: {merge: on}", "gate: {merge: false}"],
  ["a key that is a list", "? [attempts]\n: 2", "? attempts\n: 2"],
  ["a key that is nothing", "~: 2", "attempts: 2"],
  ["a list for the whole file", "- attempts: 2", "attempts: 2"],
  ["a document behind the end", "attempts: 1\n...\nattempts: 2", "attempts: 1\n...\n"],
  ["a second document in the first line", "--- {attempts: 1}\n--- {attempts: 2}", "--- {attempts: 1}"],
  ["a key with a character of no width", "attempts\u200b: 2", "attempts: 2"],
  ["a key with a blank of another kind", "attempts\u00a0: 2", "attempts : 2"],
  ["a key in capitals", "Attempts: 2", "attempts: 2"],
  ["a key with letters of another script", "\u0430ttempts: 2", "attempts: 2"],
  ["a tab that indents", "gate:\n\tmerge: true", "gate:\n  merge: true"],
  ["a line that only some readers end", "attempts: 1\u2028gate: {merge: true}", "attempts: 1\ngate: {merge: true}"],
  ["a line that ends by next-line", "attempts: 1\u0085gate: {merge: true}", "attempts: 1\r\ngate: {merge: true}"],
  ["a character zero", "attempts: 1\0", "attempts: 1\n"],
  ["text that turns direction", "agent: {command: 'echo \u202eolleh'}", "agent: {command: 'echo hello'}"],
  ["text with a character of no width", "agent: {command: 'np\u200bm test'}", "agent: {command: 'npm test'}"],
  ["a path with a blank that nobody sees", "protected_paths: ['src\u200b/**']", "protected_paths: ['src/**']"],
  ["a path that climbs", "protected_paths: ['../**']", "protected_paths: ['a/**']"],
]);
