// Writes fixtures/openapi: the part of GitHub's published API descriptions that the forge is checked against.
//
// Usage: node test/forge/contract-extract.ts <folder of the unpacked npm package @octokit/openapi>
// That package takes 430 MB unpacked, so it is no dependency: unpack it in a temporary folder when the list below changes.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const REPO = "/repos/{owner}/{repo}";

/** The operations kept, as path and methods. A route of the forge that is missing here fails `contract.test.ts`. */
const OPERATIONS: readonly (readonly [path: string, methods: string])[] = [
  ["/app", "get"],
  ["/app-manifests/{code}/conversions", "post"],
  ["/app/hook/config", "get patch"],
  ["/app/hook/deliveries", "get"],
  ["/app/hook/deliveries/{delivery_id}", "get"],
  ["/app/hook/deliveries/{delivery_id}/attempts", "post"],
  ["/app/installations", "get"],
  ["/app/installations/{installation_id}", "get"],
  ["/app/installations/{installation_id}/access_tokens", "post"],
  ["/apps/{app_slug}", "get"],
  ["/installation/repositories", "get"],
  ["/installation/token", "delete"],
  ["/rate_limit", "get"],
  ["/orgs/{org}/installation", "get"],
  ["/user", "get"],
  ["/user/installations", "get"],
  ["/user/installations/{installation_id}/repositories", "get"],
  ["/user/{account_id}", "get"],
  ["/users/{username}", "get"],
  ["/users/{username}/installation", "get"],
  [REPO, "get"],
  [`${REPO}/installation`, "get"],
  [`${REPO}/actions/jobs/{job_id}`, "get"],
  [`${REPO}/actions/jobs/{job_id}/logs`, "get"],
  [`${REPO}/actions/jobs/{job_id}/rerun`, "post"],
  [`${REPO}/actions/runs`, "get"],
  [`${REPO}/actions/runs/{run_id}`, "get"],
  [`${REPO}/actions/runs/{run_id}/jobs`, "get"],
  [`${REPO}/actions/runs/{run_id}/rerun`, "post"],
  [`${REPO}/actions/runs/{run_id}/rerun-failed-jobs`, "post"],
  [`${REPO}/activity`, "get"],
  [`${REPO}/branches`, "get"],
  [`${REPO}/branches/{branch}`, "get"],
  [`${REPO}/check-runs`, "post"],
  [`${REPO}/check-runs/{check_run_id}`, "get patch"],
  [`${REPO}/check-runs/{check_run_id}/annotations`, "get"],
  [`${REPO}/check-runs/{check_run_id}/rerequest`, "post"],
  [`${REPO}/check-suites/{check_suite_id}`, "get"],
  [`${REPO}/check-suites/{check_suite_id}/check-runs`, "get"],
  [`${REPO}/collaborators`, "get"],
  [`${REPO}/collaborators/{username}`, "get"],
  [`${REPO}/collaborators/{username}/permission`, "get"],
  [`${REPO}/commits`, "get"],
  [`${REPO}/commits/{commit_sha}/pulls`, "get"],
  [`${REPO}/commits/{ref}`, "get"],
  [`${REPO}/commits/{ref}/check-runs`, "get"],
  [`${REPO}/commits/{ref}/check-suites`, "get"],
  [`${REPO}/commits/{ref}/status`, "get"],
  [`${REPO}/commits/{ref}/statuses`, "get"],
  [`${REPO}/compare/{basehead}`, "get"],
  [`${REPO}/contents/{path}`, "get put delete"],
  [`${REPO}/environments`, "get"],
  [`${REPO}/environments/{environment_name}/deployment-branch-policies`, "get"],
  [`${REPO}/git/blobs`, "post"],
  [`${REPO}/git/blobs/{file_sha}`, "get"],
  [`${REPO}/git/commits`, "post"],
  [`${REPO}/git/commits/{commit_sha}`, "get"],
  [`${REPO}/git/matching-refs/{ref}`, "get"],
  [`${REPO}/git/ref/{ref}`, "get"],
  [`${REPO}/git/refs`, "post"],
  [`${REPO}/git/refs/{ref}`, "patch delete"],
  [`${REPO}/git/trees`, "post"],
  [`${REPO}/git/trees/{tree_sha}`, "get"],
  [`${REPO}/issues`, "get post"],
  [`${REPO}/issues/comments`, "get"],
  [`${REPO}/issues/comments/{comment_id}`, "get patch delete"],
  [`${REPO}/issues/comments/{comment_id}/reactions`, "get post"],
  [`${REPO}/issues/comments/{comment_id}/reactions/{reaction_id}`, "delete"],
  [`${REPO}/issues/{issue_number}`, "get patch"],
  [`${REPO}/issues/{issue_number}/comments`, "get post"],
  [`${REPO}/issues/{issue_number}/labels`, "get post put delete"],
  [`${REPO}/issues/{issue_number}/labels/{name}`, "delete"],
  [`${REPO}/issues/{issue_number}/lock`, "put delete"],
  [`${REPO}/issues/{issue_number}/reactions`, "get post"],
  [`${REPO}/issues/{issue_number}/reactions/{reaction_id}`, "delete"],
  [`${REPO}/labels`, "get post"],
  [`${REPO}/labels/{name}`, "get"],
  [`${REPO}/merges`, "post"],
  [`${REPO}/pulls`, "get post"],
  [`${REPO}/pulls/{pull_number}`, "get patch"],
  [`${REPO}/pulls/{pull_number}/comments`, "get post"],
  [`${REPO}/pulls/{pull_number}/comments/{comment_id}/replies`, "post"],
  [`${REPO}/pulls/{pull_number}/commits`, "get"],
  [`${REPO}/pulls/{pull_number}/files`, "get"],
  [`${REPO}/pulls/{pull_number}/merge`, "get put"],
  [`${REPO}/pulls/{pull_number}/requested_reviewers`, "get post delete"],
  [`${REPO}/pulls/{pull_number}/reviews`, "get post"],
  [`${REPO}/pulls/{pull_number}/reviews/{review_id}`, "get"],
  [`${REPO}/pulls/{pull_number}/reviews/{review_id}/comments`, "get"],
  [`${REPO}/pulls/{pull_number}/reviews/{review_id}/dismissals`, "put"],
  [`${REPO}/pulls/{pull_number}/update-branch`, "put"],
  [`${REPO}/rules/branches/{branch}`, "get"],
  [`${REPO}/statuses/{sha}`, "post"],
];

/** The deliveries kept, as GitHub's description names them: event, dash, action. */
const WEBHOOKS: readonly string[] = [
  "check-run-completed",
  "check-run-created",
  "check-run-rerequested",
  "check-suite-completed",
  "check-suite-requested",
  "installation-created",
  "installation-deleted",
  "installation-repositories-added",
  "installation-repositories-removed",
  "installation-suspend",
  "installation-unsuspend",
  "issue-comment-created",
  "issue-comment-deleted",
  "issue-comment-edited",
  "issues-closed",
  "issues-deleted",
  "issues-edited",
  "issues-labeled",
  "issues-locked",
  "issues-opened",
  "issues-reopened",
  "issues-transferred",
  "issues-unlabeled",
  "issues-unlocked",
  "pull-request-closed",
  "pull-request-converted-to-draft",
  "pull-request-edited",
  "pull-request-labeled",
  "pull-request-locked",
  "pull-request-opened",
  "pull-request-ready-for-review",
  "pull-request-reopened",
  "pull-request-review-comment-created",
  "pull-request-review-dismissed",
  "pull-request-review-thread-resolved",
  "pull-request-review-thread-unresolved",
  "pull-request-review-requested",
  "pull-request-review-request-removed",
  "pull-request-review-submitted",
  "pull-request-synchronize",
  "pull-request-unlabeled",
  "pull-request-unlocked",
  "push",
  "repository-archived",
  "repository-deleted",
  "repository-privatized",
  "repository-publicized",
  "repository-renamed",
  "repository-transferred",
  "repository-unarchived",
  "status",
  "workflow-job-completed",
  "workflow-job-in-progress",
  "workflow-job-queued",
  "workflow-run-completed",
  "workflow-run-in-progress",
  "workflow-run-requested",
];

/** Keys that describe without constraining, and GitHub's own extensions. */
const PROSE = new Set([
  "description",
  "summary",
  "example",
  "examples",
  "externalDocs",
  "title",
  "deprecated",
  "default",
]);

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write(
    "Usage: node test/forge/contract-extract.ts <folder of the unpacked package @octokit/openapi>\n",
  );
  process.exit(1);
}
const webhooksFolder = join(createRequire(import.meta.url).resolve("@octokit/openapi-webhooks/package.json"), "..");
const target = new URL("../../fixtures/openapi/", import.meta.url);

writeFileSync(new URL("rest.json", target), extractRest(folder));
writeFileSync(new URL("webhooks.json", target), extractWebhooks(webhooksFolder));

/** The kept operations with their responses and request bodies, and every schema they reach. */
function extractRest(packageFolder: string): string {
  const description = readDescription(packageFolder);
  const operations: JsonObject = {};
  for (const [path, methods] of OPERATIONS) {
    for (const method of methods.split(" ")) {
      const operation = objectAt(description, "paths", path, method);
      operations[`${method.toUpperCase()} ${path}`] = {
        responses: jsonBodies(description, objectAt(operation, "responses")),
        ...requestBody(description, operation),
      };
    }
  }
  return compact(description, packageFolder, "operations", operations);
}

/** The kept deliveries' payloads, and every schema they reach. */
function extractWebhooks(packageFolder: string): string {
  const description = readDescription(packageFolder);
  const webhooks: JsonObject = {};
  for (const name of WEBHOOKS) {
    const operation = objectAt(description, "webhooks", name, "post");
    webhooks[name] = requestBody(description, operation).request ?? null;
  }
  return compact(description, packageFolder, "webhooks", webhooks);
}

function compact(description: JsonObject, packageFolder: string, key: string, kept: JsonObject): string {
  const bare = withoutProse(kept);
  const { name, version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const schemas = reachableSchemas(description, bare);
  const source = `${name} ${version}, MIT, see LICENSE in this folder; written by test/forge/contract-extract.ts`;
  return `${JSON.stringify({ source, [key]: bare, components: { schemas } })}\n`;
}

/** By status code, the schema of the JSON body, or null where the answer has none. */
function jsonBodies(description: JsonObject, responses: JsonObject): JsonObject {
  const bodies: JsonObject = {};
  for (const [status, response] of Object.entries(responses)) {
    bodies[status] = jsonSchema(resolve(description, response));
  }
  return bodies;
}

function requestBody(description: JsonObject, operation: JsonObject): JsonObject {
  const body = operation.requestBody;
  return body === undefined ? {} : { request: jsonSchema(resolve(description, body)) };
}

function jsonSchema(holder: JsonObject): Json {
  const content = holder.content;
  if (!isObject(content)) return null;
  const media = content["application/json"] ?? content["application/scim+json"];
  return isObject(media) ? (media.schema ?? null) : null;
}

/** Every component schema that the value refers to, directly or through another one. */
function reachableSchemas(description: JsonObject, value: Json): JsonObject {
  const found: JsonObject = {};
  const queue = [value];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const name of referredSchemas(next)) {
      if (found[name] !== undefined) continue;
      found[name] = withoutProse(objectAt(description, "components", "schemas", name));
      queue.push(found[name]);
    }
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function referredSchemas(value: Json): string[] {
  return [...JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
}

/** The schema without prose. Under `properties` the keys are names of fields, so all of them stay. */
function withoutProse(value: Json, namesAreFields = false): Json {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => namesAreFields || !(PROSE.has(key) || key.startsWith("x-")));
  return Object.fromEntries(kept.map(([key, child]) => [key, keepLiterals(key, child, namesAreFields)]));
}

function keepLiterals(key: string, child: Json, namesAreFields: boolean): Json {
  if (!namesAreFields && (key === "enum" || key === "required" || key === "const")) return child;
  return withoutProse(child, !namesAreFields && key === "properties");
}

function resolve(description: JsonObject, value: Json): JsonObject {
  if (!isObject(value)) throw new Error(`Expected an object in the description, found ${JSON.stringify(value)}.`);
  const ref = value.$ref;
  return typeof ref === "string" ? objectAt(description, ...ref.replace("#/", "").split("/")) : value;
}

function objectAt(root: Json, ...path: string[]): JsonObject {
  let here: Json | undefined = root;
  for (const key of path) here = isObject(here) ? here[key] : undefined;
  if (!isObject(here)) throw new Error(`The description has nothing at ${path.join(" › ")}.`);
  return here;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readDescription(packageFolder: string): JsonObject {
  const file = pathToFileURL(join(packageFolder, "generated", "api.github.com.json"));
  return JSON.parse(readFileSync(file, "utf8")) as JsonObject;
}
