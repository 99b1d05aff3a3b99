// The policy's schema for editors, which check and complete .github/loop.yml while it is typed.
import { z } from "zod";
import { Policy } from "./schema.ts";

/**
 * A JSON Schema of the policy, in draft 7, which YAML servers of editors know best (https://github.com/redhat-developer/yaml-language-server).
 * Whatever a claim accepts it accepts; what only a claim can tell (an operator's bounds, options that belong together, patterns) it lets pass.
 */
export function editorSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(Policy, {
      io: "input",
      target: "draft-7",
      // `words` is for our own sentences. Beside a description an editor would not show it.
      override: ({ jsonSchema }) => {
        const { words, description } = jsonSchema as { words?: string; description?: string };
        if (words === undefined) return;
        delete jsonSchema.words;
        if (description === undefined) jsonSchema.description = sentence(words);
      },
    }),
    title: "Loopgate's policy, .github/loop.yml",
    description: "What a labelled issue's loop may do, what it may cost, and who decides. Every option has a default.",
  };
}

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
