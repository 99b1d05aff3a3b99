// The icons of the pages, drawn as strokes on a 16 × 16 grid.
import { html, raw } from "hono/html";
import type { Html } from "./view.ts";

const drawings = {
  open: '<circle cx="8" cy="8" r="6.25"/><circle cx="8" cy="8" r="1.5" fill="currentColor" stroke="none"/>',
  closed: '<circle cx="8" cy="8" r="6.25"/><path d="m5.2 8.2 2 2 3.6-4"/>',
  skipped: '<circle cx="8" cy="8" r="6.25"/><path d="m3.8 12.2 8.4-8.4"/>',
  pull: '<circle cx="4" cy="3.5" r="1.75"/><circle cx="4" cy="12.5" r="1.75"/><circle cx="12" cy="12.5" r="1.75"/><path d="M4 5.25v5.5M12 10.75V6.5a2 2 0 0 0-2-2H7.5m2-2-2 2 2 2"/>',
  draft:
    '<circle cx="4" cy="3.5" r="1.75"/><circle cx="4" cy="12.5" r="1.75"/><circle cx="12" cy="12.5" r="1.75"/><path d="M4 5.25v5.5M12 10.75V9.5M12 7V6M12 3.5v-1"/>',
  merged:
    '<circle cx="4" cy="3.5" r="1.75"/><circle cx="4" cy="12.5" r="1.75"/><circle cx="12" cy="8.5" r="1.75"/><path d="M4 5.25v5.5M4 5.25c.6 2 2.6 3.25 6.25 3.25"/>',
  check: '<path d="m3 8.5 3.2 3.2L13 4.6"/>',
  cross: '<path d="m4 4 8 8m0-8-8 8"/>',
  dot: '<circle cx="8" cy="8" r="3.5" fill="currentColor" stroke="none"/>',
  tag: '<path d="M2.25 2.75v4.6l6.3 6.3 5-5-6.3-6.3h-4.6z"/><circle cx="5.25" cy="5.5" r=".9" fill="currentColor" stroke="none"/>',
  commit: '<circle cx="8" cy="8" r="2.75"/><path d="M1.5 8h3.75m5.5 0h3.75"/>',
  eye: '<path d="M1.5 8S4 3.75 8 3.75 14.5 8 14.5 8 12 12.25 8 12.25 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.75"/>',
  pencil: '<path d="m3 13 .6-2.8 7.2-7.2 2.2 2.2-7.2 7.2z"/>',
  link: '<path d="M6.75 9.25a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7l-.8.8m1.1 2.6a2.6 2.6 0 0 0-3.7 0l-2.2 2.2a2.6 2.6 0 0 0 3.7 3.7l.8-.8"/>',
  file: '<path d="M3.75 1.75h5l3.5 3.5v9h-8.5zM8.75 1.75v3.5h3.5"/>',
  folder: '<path d="M1.75 3.25h4.5l1.5 1.75h6.5v8h-12.5z"/>',
  book: '<path d="M3.25 13V3.5a1.5 1.5 0 0 1 1.5-1.5h8v9.5h-8a1.5 1.5 0 0 0 0 3h8v-3"/>',
  branch:
    '<circle cx="4.5" cy="3.5" r="1.75"/><circle cx="4.5" cy="12.5" r="1.75"/><circle cx="11.5" cy="5" r="1.75"/><path d="M4.5 5.25v5.5M11.5 6.75c0 2.5-7 1.5-7 4"/>',
  person: '<circle cx="8" cy="5" r="2.75"/><path d="M2.75 14c.4-3 2.4-4.75 5.25-4.75s4.85 1.75 5.25 4.75"/>',
  comment: '<path d="M1.75 2.75h12.5v8.5h-6l-3.25 2.75v-2.75h-3.25z"/>',
  anvil:
    '<path d="M1.5 4h3v3.25A4 4 0 0 1 1.5 4zM4.5 4h10c0 2.25-1.75 3.75-4 4v2.25l2 2.75h-7.5l2-2.75V8L4.5 7.25z" fill="currentColor" stroke="none"/>',
} as const;

export type IconName = keyof typeof drawings;

/** A decorative icon in the colour of the text; the words beside it carry the meaning. */
export function icon(name: IconName): Html {
  return html`<svg class="icon icon-${name}" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${raw(drawings[name])}</svg>`;
}
