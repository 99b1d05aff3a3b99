// A browser without a window: cookies, redirects followed by hand, and a person who signs in with GitHub.
import { expect } from "vitest";
import type { Forge } from "../../src/forge/forge.ts";

/** A browser's cookies for one site, and its address there; redirects are followed by hand. */
export function aBrowser(url: string) {
  const jar = new Map<string, string>();
  return async (path: string, init: RequestInit = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url + path, { redirect: "manual", ...init, headers: { cookie, ...init.headers } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
}
export type Browser = ReturnType<typeof aBrowser>;

export const leads = (answer: Response) => answer.headers.get("location") ?? "";

/** Lets the App know who they are, at the forge; gives where GitHub sends the browser back to. */
export async function agree(forge: Forge, address: string, login: string): Promise<string> {
  const asked = new URL(address);
  const body = new URLSearchParams([...asked.searchParams, ["authorize", "1"]]);
  const headers = { origin: forge.url, cookie: `forge_person=${login}`, accept: "text/html" };
  return leads(await fetch(`${forge.url}${asked.pathname}`, { method: "POST", body, headers, redirect: "manual" }));
}

export const pathIn = (address: string) => new URL(address).pathname + new URL(address).search;

export async function signIn(forge: Forge, browser: Browser, login: string, to = "/"): Promise<string> {
  const back = await agree(forge, leads(await browser(`/sign-in?to=${encodeURIComponent(to)}`)), login);
  const answer = await browser(pathIn(back));
  expect(answer.status).toBe(303);
  return leads(answer);
}
