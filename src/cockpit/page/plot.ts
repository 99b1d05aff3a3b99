// Plots as SVG that the server draws: stacked bars, coloured by the stylesheet. Whatever they show stands in a table, too.
import { html } from "hono/html";
import type { Html } from "./shell.ts";

export interface Series {
  readonly name: string;
  /** The class that colours it. */
  readonly tone: string;
  /** One for each bar. */
  readonly values: readonly number[];
}

const [width, height, below, above] = [720, 180, 22, 14];

/** Bars from left to right, each with its series on top of each other; `title` says what is counted. */
export function stackedBars(title: string, labels: readonly string[], series: readonly Series[]): Html {
  const sums = labels.map((_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  const most = Math.max(1, ...sums);
  const [room, each] = [height - below - above, width / Math.max(1, labels.length)];
  const scale = (value: number) => (value / most) * room;
  const bars = labels.map((label, at) => {
    let top = height - below;
    const parts = series.map(({ name, tone, values }) => {
      const value = values[at] ?? 0;
      const tall = scale(value);
      top -= tall;
      return value === 0
        ? ""
        : html`<rect class="bar ${tone}" x="${fixed(at * each + each * 0.15)}" y="${fixed(top)}" width="${fixed(each * 0.7)}" height="${fixed(tall)}"><title>${label}: ${value} ${name}</title></rect>`;
    });
    const middle = fixed(at * each + each / 2);
    const total =
      sums[at] === 0 ? "" : html`<text x="${middle}" y="${fixed(top - 3)}" text-anchor="middle">${sums[at]}</text>`;
    return html`${parts}${total}<text class="tick" x="${middle}" y="${height - 6}" text-anchor="middle">${label}</text>`;
  });
  const keys = series.map(({ name, tone }) => html`<li><span class="key ${tone}"></span>${name}</li>`);
  return html`<figure class="plot"><figcaption>${title}</figcaption>
    <div class="scroll" tabindex="0" role="group" aria-label="${title}: plot"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}. The table below has the same figures.">
      <line class="axis" x1="0" x2="${width}" y1="${height - below}" y2="${height - below}"/>${bars}</svg></div>
    <ul class="keys">${keys}</ul></figure>`;
}

const fixed = (value: number) => value.toFixed(1);
