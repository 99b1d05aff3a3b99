// Rendered Markdown: what GitHub's readers expect to see, and nothing that hostile text wants to do.
import { describe, expect, test } from "vitest";
import { type MarkdownContext, renderMarkdown } from "../../src/forge/pages/markdown.ts";

const context: MarkdownContext = {
  origin: "http://localhost:4000",
  isLogin: (login) => ["maria", "maria_acme", "loopgate[bot]"].includes(login),
  pathOfNumber: (n) => (n === 12 ? "/maria/durations/issues/12" : undefined),
  lineBreaks: true,
};
const render = (text: string) => renderMarkdown(text, context).trim();

describe("hostile Markdown stays inert (T15)", () => {
  const hostile: [name: string, text: string][] = [
    ["a script", "<script>alert(1)</script>"],
    ["a script inside a table cell", "| a |\n|---|\n| <script>alert(1)</script> |"],
    ["an event handler", '<b onclick="alert(1)">x</b>'],
    [
      "an event handler on a permitted tag",
      '<details ontoggle="alert(1)" open><summary onclick=x()>s</summary></details>',
    ],
    ["a script address", "[x](javascript:alert(1))"],
    ["a script address in capitals and entities", '<a href="JaVa&#x0A;ScRiPt:alert(1)">x</a>'],
    ["a data address", "[x](data:text/html;base64,PHNjcmlwdD4=)"],
    ["a link without a scheme to elsewhere", "[x](//evil.example)"],
    ["an image from elsewhere", "![x](https://evil.example/x.png)"],
    ["an image that is not there", "<img src=x onerror=alert(1)>"],
    ["an image whose host only starts like ours", "![x](http://localhost:4000.evil.example/maria/d/raw/a.png)"],
    ["an image set", '<img srcset="https://evil.example/x.png 2x">'],
    ["an SVG", "<svg onload=alert(1)><circle/></svg>"],
    ["a frame", '<iframe src="https://evil.example"></iframe>'],
    ["a form", '<form action="/maria/durations/pull/2/merge" method="post"><button>Click</button></form>'],
    ["a text field", '<input type="text" name="body" value="x">'],
    ["an inline style", '<p style="position:fixed;inset:0">x</p>'],
    ["a style sheet", "<style>body{display:none}</style>"],
    ["a base address", '<base href="https://evil.example/">'],
    ["a refresh", '<meta http-equiv="refresh" content="0;url=https://evil.example">'],
    ["an id that clashes with ours", '<p id="gate" name="gate" data-live>x</p>'],
    ["a class of ours", '<span class="pill good">Approved</span>'],
    ["markup in a code block's language", '```"><script>alert(1)</script>\nx\n```'],
    ["markup in a diff block", "```diff\n+<img src=x onerror=alert(1)>\n```"],
    ["a mathematical namespace trick", "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>"],
    ["a comment that ends early", "<!-- --!><img src=x onerror=alert(1)> -->"],
  ];
  const active =
    /<(?:script|style|svg|iframe|form|button|base|meta|object|embed|math|textarea)\b|<[^>]*\s(?:on\w+|style|id|srcset|data-\w+|name|action)=|<img\b|<a\b[^>]*href="(?!https?:|mailto:|#|\/[^/])|class="pill|type="text"/i;
  test.each(hostile)("%s", (_name, text) => {
    expect(render(text)).not.toMatch(active);
  });

  test("the pattern of these tests does find active content", () => {
    for (const text of ["<b onclick=x>", '<a href="javascript:x">', '<img src="x">', "<script>", '<p style="x">'])
      expect(text.replace("onclick=x", 'onclick="x"')).toMatch(active);
  });

  test("a hidden record in a comment does not show", () => {
    expect(render("Before\n\n<!-- loopgate:record v1 abc -->\n\nAfter")).toBe("<p>Before</p>\n<p>After</p>");
  });

  test("text made to keep the parser busy is shown as it was written, at once", () => {
    const text = "*a_".repeat(20_000);
    const began = performance.now();
    expect(render(text)).toBe(`<pre>${text}</pre>`);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test("a body of a million characters is shown as it was written", () => {
    const text = "<b>".repeat(350_000);
    expect(render(text)).toBe(`<pre>${"&lt;b&gt;".repeat(350_000)}</pre>`);
  });
});

describe("references", () => {
  const issue = '<a class="reference" href="/maria/durations/issues/12" rel="nofollow noopener noreferrer">#12</a>';
  const maria = '<a class="reference" href="/maria" rel="nofollow noopener noreferrer">@maria</a>';
  test.each([
    ["see #12", `<p>see ${issue}</p>`],
    ["(#12), **@maria**", `<p>(${issue}), <strong>${maria}</strong></p>`],
    ["of @maria_acme", `<p>of ${maria.replaceAll("maria", "maria_acme")}</p>`],
    ["#13 and @nobody are not known", "<p>#13 and @nobody are not known</p>"],
    ["foo#12 and me@maria and /#12", "<p>foo#12 and me@maria and /#12</p>"],
    ["`#12 @maria`", "<p><code>#12 @maria</code></p>"],
    ["#12a and #123456789012", "<p>#12a and #123456789012</p>"],
  ])("%s", (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  test("a reference inside a link stays part of that link", () => {
    expect(render("[about #12](https://example.com)")).toBe(
      '<p><a href="https://example.com" rel="nofollow noopener noreferrer">about #12</a></p>',
    );
  });
});

describe("what GitHub shows", () => {
  test("a task list has boxes that cannot be changed", () => {
    expect(render("- [x] done\n- [ ] open")).toMatchInlineSnapshot(`
      "<ul>
      <li><input checked disabled type="checkbox" /> done</li>
      <li><input disabled type="checkbox" /> open</li>
      </ul>"
    `);
  });

  test("a table keeps its alignment, details fold, and an alert is a box", () => {
    expect(
      render(
        "| a |\n|--:|\n| 1 |\n\n<details><summary>More</summary>\n\n**text**\n</details>\n\n> [!WARNING]\n> careful",
      ),
    ).toMatchInlineSnapshot(`
      "<table>
      <thead>
      <tr>
      <th align="right">a</th>
      </tr>
      </thead>
      <tbody><tr>
      <td align="right">1</td>
      </tr>
      </tbody></table>
      <details><summary>More</summary><p><strong>text</strong></p>
      </details><blockquote class="alert alert-warning"><p><strong>Warning</strong></p><p>careful</p>
      </blockquote>"
    `);
  });

  test("an image of one of our repositories is shown, and only from here", () => {
    expect(render("![shot](http://localhost:4000/maria/durations/raw/loop-artifacts/a.png)")).toBe(
      '<p><img src="/maria/durations/raw/loop-artifacts/a.png" alt="shot" loading="lazy" /></p>',
    );
    expect(render("![shot](http://localhost:4000/maria/durations/blob/loop-artifacts/a.png?raw=true)")).toBe(
      '<p><img src="/maria/durations/blob/loop-artifacts/a.png?raw=true" alt="shot" loading="lazy" /></p>',
    );
    expect(render("![shot](http://localhost:4000/maria/durations/blob/loop-artifacts/a.png)")).toBe(
      '<p><span class="not-loaded">image not loaded: shot</span></p>',
    );
    expect(render("![shot](https://evil.example/a.png)")).toBe(
      '<p><span class="not-loaded">image not loaded: shot</span></p>',
    );
  });

  test("relative links of a file start at its folder", () => {
    const file = { ...context, lineBreaks: false, base: "/maria/durations/blob/main/docs" };
    expect(renderMarkdown("[a](b.md)\nc", file).trim()).toBe(
      '<p><a href="/maria/durations/blob/main/docs/b.md" rel="nofollow noopener noreferrer">a</a>\nc</p>',
    );
  });
});
