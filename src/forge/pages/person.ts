// How people and bots appear: a drawn avatar, the login, and a badge for bots.
import { html } from "hono/html";
import type { User } from "../model.ts";
import type { Html } from "./view.ts";

/** An avatar drawn from the login alone, so that nothing is fetched: round for people, squared for bots. */
export function avatar(user: User, size: number): Html {
  const hue = hueOf(user.login);
  const corner = user.type === "User" ? 20 : 9;
  return html`<svg class="avatar" width="${size}" height="${size}" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
    <rect width="40" height="40" rx="${corner}" fill="hsl(${hue} 46% 36%)"/>
    <text x="20" y="21" text-anchor="middle" dominant-baseline="central" font-size="16" font-weight="600" fill="#fff">${initials(user)}</text>
  </svg>`;
}

/** The login, linked, with the `bot` badge where it is one. */
export function login(user: User): Html {
  return html`<a class="login" href="/${slugOf(user)}">${slugOf(user)}</a>${user.type === "Bot" ? html` <span class="badge">bot</span>` : ""}`;
}

const slugOf = (user: User) => user.login.replace(/\[bot\]$/, "");

function initials(user: User): string {
  const words = slugOf(user)
    .split(/[-_.\s]+/)
    .filter(Boolean);
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => word.charAt(0)) : [slugOf(user).slice(0, 2)];
  return letters.join("").toUpperCase();
}

/** A stable hue per login: the same person has the same colour everywhere. */
function hueOf(name: string): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 3_600;
  return hash % 360;
}
