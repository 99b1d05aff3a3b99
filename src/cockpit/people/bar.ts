// The bar on top of every page: where to go, who looks, and the way out.
import { html } from "hono/html";
import type { Html } from "../page/shell.ts";
import type { Visitor } from "./visitor.ts";

const places = [
  { path: "/", name: "Loops", isForAll: true },
  { path: "/outcomes", name: "Outcomes", isForAll: true },
  { path: "/health", name: "Health", isForAll: false },
];

/** `here`: the path of the place that the page belongs to. */
export function visitorBar({ isOperator, person, formKey }: Visitor, here: string): Html {
  const links = places
    .filter(({ isForAll }) => isForAll || isOperator)
    .map(
      ({ path, name }) =>
        html`<li><a href="${path}"${path === here ? html` aria-current="true"` : ""}>${name}</a></li>`,
    );
  const names = [...(isOperator ? ["Operator"] : []), ...(person === null ? [] : [person.login])];
  return html`<nav aria-label="Places"><ul class="places">${links}</ul></nav>
    <form class="who" method="post" action="/sign-out"><span>${names.join(", ")}</span><input type="hidden" name="key" value="${formKey}"><button class="plain small">Sign out</button></form>`;
}
