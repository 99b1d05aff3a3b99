// Anything else: a shell command of the policy's or the operator's own, given the model's addresses under the usual names.
import type { Agent, EventReader, Prepared } from "./agent.ts";

/** An agent that is started by this shell command. What it prints has no form we know, so it has no events. */
export function commandAgent(command: string): Agent {
  return {
    kind: "command",
    route: null,
    takesPart: null,
    prepare: ({ gatewayUrl, lease }): Prepared => ({
      command,
      env: {
        ANTHROPIC_API_KEY: lease,
        ANTHROPIC_BASE_URL: `${gatewayUrl}/model/anthropic`,
        OPENAI_API_KEY: lease,
        OPENAI_BASE_URL: `${gatewayUrl}/model/openai/v1`,
        GEMINI_API_KEY: lease,
        GOOGLE_GEMINI_BASE_URL: `${gatewayUrl}/model/gemini`,
      },
      files: [],
    }),
    events: silence,
  };
}

function silence(): EventReader {
  return { read: () => [], end: () => [] };
}
