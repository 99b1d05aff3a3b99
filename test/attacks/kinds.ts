// Every kind of input that was spelled otherwise, with the attempts on its guard.
import { commands } from "./commands.ts";
import { commits, messages } from "./commits.ts";
import { costs } from "./costs.ts";
import { figuresHosts } from "./figures-hosts.ts";
import { forgeHosts } from "./forge-hosts.ts";
import { gates } from "./gates.ts";
import { modelBodies } from "./model-bodies.ts";
import { modelCalls } from "./model-calls.ts";
import { policies } from "./policies.ts";
import { operatorsWords } from "./settings.ts";
import type { Kind } from "./spelling.ts";
import { webhooks } from "./webhooks.ts";

export const kinds: readonly Kind[] = [
  gates,
  commits,
  messages,
  commands,
  policies,
  webhooks,
  forgeHosts,
  figuresHosts,
  costs,
  ...operatorsWords,
  ...modelBodies,
  ...modelCalls,
];
