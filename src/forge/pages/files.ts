// Changed files as coloured unified diffs.
import { html } from "hono/html";
import type { ChangedFile } from "../git/history.ts";
import type { CheckAnnotation } from "../model.ts";
import { type DiffLine, readPatch } from "./diff.ts";
import { icon } from "./icon.ts";
import type { Html } from "./view.ts";
import { plural } from "./when.ts";

/** The whole change: a summary, then a folding box for each file, with annotations under their lines. */
export function filesView(files: readonly ChangedFile[], annotations: readonly CheckAnnotation[] = []): Html {
  const added = files.reduce((sum, file) => sum + file.additions, 0);
  const removed = files.reduce((sum, file) => sum + file.deletions, 0);
  return html`<p class="summary">Showing <strong>${plural(files.length, "changed file")}</strong> with <strong class="good">${plural(added, "addition")}</strong> and <strong class="bad">${plural(removed, "deletion")}</strong>.</p>
  ${files.map((file) =>
    fileView(
      file,
      annotations.filter((one) => one.path === file.path),
    ),
  )}`;
}

const cells = 5;

/** Five small squares that show the share of added and removed lines. */
function share(file: ChangedFile): Html {
  const total = file.additions + file.deletions;
  const green = total === 0 ? 0 : Math.round((file.additions / total) * cells);
  const red = total === 0 ? 0 : cells - green;
  const square = (at: number) => (at < green ? "added" : at < green + red ? "removed" : "none");
  return html`<span class="share" aria-hidden="true">${Array.from({ length: cells }, (_, at) => html`<i class="${square(at)}"></i>`)}</span>`;
}

function fileView(file: ChangedFile, annotations: readonly CheckAnnotation[]): Html {
  const name = file.previousPath === null ? file.path : `${file.previousPath} → ${file.path}`;
  const counts = html`<span class="good">+${file.additions}</span> <span class="bad">−${file.deletions}</span>`;
  return html`<details class="box file" open>
    <summary>${icon("file")} <code>${name}</code> ${file.status === "modified" ? "" : html`<span class="badge">${file.status}</span>`} <span class="push">${counts} ${share(file)}</span></summary>
    ${file.patch === undefined ? html`<p class="blank">${file.additions + file.deletions > 0 ? "This change is too large to show." : "Nothing to show: a binary file, or only its name or mode changed."}</p>` : patchTable(file.patch, annotations)}
  </details>`;
}

function patchTable(patch: string, annotations: readonly CheckAnnotation[]): Html {
  const rows = readPatch(patch).map((line) => {
    const here = annotations.filter((one) => line.after !== null && line.after === one.endLine);
    return html`${row(line)}${here.map((one) => html`<tr class="annotated"><td colspan="2"></td><td>${annotationView(one)}</td></tr>`)}`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Diff"><table class="diff"><tbody>${rows}</tbody></table></div>`;
}

const signs: Record<DiffLine["kind"], string> = { hunk: "", context: " ", added: "+", removed: "-", note: "" };

function row(line: DiffLine): Html {
  return html`<tr class="${line.kind}"><td class="no">${line.before ?? ""}</td><td class="no">${line.after ?? ""}</td><td class="code"><span class="sign">${signs[line.kind]}</span>${line.text}</td></tr>`;
}

/** One annotation of a check: where, how bad, what. */
export function annotationView(annotation: CheckAnnotation): Html {
  const lines =
    annotation.startLine === annotation.endLine
      ? annotation.startLine
      : `${annotation.startLine}–${annotation.endLine}`;
  return html`<div class="annotation ${annotation.level}">
    <p><strong>${annotation.title ?? annotation.level}</strong> <code>${annotation.path}:${lines}</code></p>
    <p>${annotation.message}</p>
    ${annotation.rawDetails ? html`<details><summary>Details</summary><pre>${annotation.rawDetails}</pre></details>` : ""}
  </div>`;
}
