// GitHub's own descriptions of its webhooks. Read, not imported: the compiler would take in all five megabytes as a type.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface Descriptions {
  webhooks: Record<string, { post: { summary?: string; description?: string; parameters?: unknown[] } }>;
  components: { schemas: Record<string, unknown> };
}

const file = createRequire(import.meta.url).resolve("@octokit/openapi-webhooks/generated/api.github.com.json");
export const descriptions: Descriptions = JSON.parse(readFileSync(file, "utf8"));
