// Who looks, in the bar on top of every page, with the way out.
import { html } from "hono/html";
import type { Html } from "../page/shell.ts";
import type { Visitor } from "./visitor.ts";

export function visitorBar({ isOperator, person, formKey }: Visitor): Html {
  const names = [...(isOperator ? ["Operator"] : []), ...(person === null ? [] : [person.login])];
  return html`<form class="who" method="post" action="/sign-out"><span>${names.join(", ")}</span><input type="hidden" name="key" value="${formKey}"><button class="plain small">Sign out</button></form>`;
}
