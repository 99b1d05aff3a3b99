// The frame around every page of the operator's: document, landmarks and the bar on top.
import { html } from "hono/html";

/** A piece of escaped HTML. */
export type Html = ReturnType<typeof html>;

export interface Page {
  readonly title: string;
  readonly main: Html;
  /** In the bar on top, behind the name. */
  readonly bar?: Html;
  /** A text page: lines of a length that reads well. */
  readonly narrow?: boolean;
  /** The script of the page, by its address. */
  readonly script?: string;
}

/** The whole document. */
export function shell({ title, main, bar, narrow = false, script }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · Loopgate</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/-/style.css">
  ${script === undefined ? "" : html`<script src="${script}" defer></script>`}
</head>
<body>
  <a class="skip" href="#main">Skip to content</a>
  <header class="top"><a class="brand" href="/">Loopgate</a>${bar ?? ""}</header>
  <main id="main" tabindex="-1"${narrow ? html` class="narrow"` : ""}>${main}</main>
</body>
</html>`;
}

/** The page for what cannot be shown or done, with what to do instead. */
export function sorryPage(title: string, words: string): Html {
  return shell({ title, narrow: true, main: html`<section class="card"><h1>${title}</h1><p>${words}</p></section>` });
}
