// Labels as GitHub shows them.
import type { Core } from "../core.ts";
import type { Label, Repository } from "../model.ts";
import { repoUrl } from "./url.ts";

export function labelShape(core: Core, repository: Repository, label: Label) {
  return {
    id: label.id,
    node_id: label.nodeId,
    url: repoUrl(core, repository, `/labels/${encodeURIComponent(label.name)}`),
    name: label.name,
    color: label.color,
    default: ["bug", "documentation", "enhancement"].includes(label.name),
    description: label.description,
  };
}
