// The JSON that an agent left as its answer, however it is wrapped.

/**
 * The value in the file; undefined where there is none. Some agents put a mark of byte order before it, some the whole into a
 * fenced block, and some a sentence before or after it: then it is what stands in the block, or from the first brace to the last.
 */
export function jsonIn(file: string | null): unknown {
  const bare = file?.replace(/^\uFEFF/, "").trim() ?? "";
  const [, fenced = ""] = /^```[a-z]*[ \t]*\n([\s\S]*?)\n```[ \t]*$/im.exec(bare) ?? [];
  const braced = bare.slice(bare.indexOf("{"), bare.lastIndexOf("}") + 1);
  for (const text of [bare, fenced, braced]) {
    try {
      return JSON.parse(text);
    } catch {} // the next form of it may be some
  }
  return undefined;
}
