// Texts too large for a state, found by their hash: briefs, logs, frozen issues.
import { hash } from "node:crypto";
import type { StorePort } from "../engine/ports.ts";
import { type Driver, one, run, type Steps, textOf } from "./steps.ts";

export function artifacts(driver: Driver): Pick<StorePort, "putArtifact" | "getArtifact"> {
  return {
    putArtifact: (text, of) => driver.atomically(() => keepText(text, of)),
    getArtifact: (sha256) => driver.read(() => readText(sha256)),
  };
}

function* readText(sha256: string): Steps<string | null> {
  const row = yield* one("select text from artifact where sha256 = ?", sha256);
  return row === undefined ? null : textOf(row.text);
}

/** To be called within a transaction. */
export function* keepText(
  text: string,
  { issueKey, loop, at }: Parameters<StorePort["putArtifact"]>[1],
): Steps<string> {
  const sha256 = hash("sha256", text, "hex");
  yield* run("insert into artifact (sha256, text) values (?, ?) on conflict do nothing", sha256, { anyText: text });
  yield* run(
    `insert into artifact_use (sha256, loop, issue_key, at) values (?, ?, ?, ?)
     on conflict (sha256, loop) do update set at = excluded.at`,
    sha256,
    loop,
    issueKey,
    at,
  );
  return sha256;
}
