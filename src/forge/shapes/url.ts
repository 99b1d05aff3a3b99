// Addresses and instants as GitHub writes them.
import { type Core, fullName } from "../core.ts";
import type { Repository } from "../model.ts";

/** A REST address: below `/api/v3`, as on GitHub Enterprise Server. */
export const apiUrl = (core: Core, path: string) => `${core.origin}/api/v3${path}`;

export const repoUrl = (core: Core, repository: Repository, path = "") =>
  apiUrl(core, `/repos/${fullName(repository)}${path}`);

/** The address of a page for people. */
export const webUrl = (core: Core, path: string) => `${core.origin}${path}`;

export const repoWeb = (core: Core, repository: Repository, path = "") =>
  webUrl(core, `/${fullName(repository)}${path}`);

/** Epoch milliseconds as an ISO instant with GitHub's resolution of a second. */
export const instant = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

export const maybeInstant = (at: number | null) => (at === null ? null : instant(at));
