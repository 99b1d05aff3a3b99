// Label chips in their own colour.
import { html } from "hono/html";
import type { Label } from "../model.ts";
import type { Html } from "./view.ts";

/** A chip; the colour is a drawn rectangle because the content security policy allows no inline style. */
export function chip(label: Label): Html {
  const color = /^[\da-f]{6}$/i.test(label.color) ? label.color : "ededed";
  return html`<span class="chip ${isLight(color) ? "on-light" : "on-dark"}" title="${label.description ?? label.name}"><svg aria-hidden="true" focusable="false"><rect width="100%" height="100%" fill="#${color}"/></svg><span>${label.name}</span></span>`;
}

/** Whether a colour is too light for white text: less than 4.5 to 1 by the relative luminance of WCAG 2. */
export function isLight(color: string): boolean {
  const [red, green, blue] = [0, 2, 4].map((at) => linear(Number.parseInt(color.slice(at, at + 2), 16) / 255));
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0) > 1.05 / 4.5 - 0.05;
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
