// What a store does, as steps: each is one statement, and whoever performs them gives back what came of it. So what is written and
// read is said once, whichever database it is said to; what stands here is understood by SQLite and by PostgreSQL.

/** What a statement can be given for a `?` in it. */
export type Value = string | number | null | Uint8Array | AnyText;

/** A text of people or programs, in which any character may be, U+0000 too. */
export interface AnyText {
  readonly anyText: string;
}

export function isAnyText(value: Value): value is AnyText {
  return typeof value === "object" && value !== null && "anyText" in value;
}

/** Such a text, as a database gives it back. */
export function textOf(column: unknown): string {
  return column instanceof Uint8Array ? Buffer.from(column).toString("utf8") : String(column);
}

export type Row = Record<string, unknown>;

export interface Statement {
  /** `run`: how many rows were changed is wanted; `one`: the first row; `all`: every row. */
  readonly wanted: "run" | "one" | "all";
  readonly text: string;
  readonly values: readonly Value[];
}

/** Statements one after the other, and what they come to. */
export type Steps<T> = Generator<Statement, T, unknown>;

/** To how many rows were changed. */
export function* run(text: string, ...values: readonly Value[]): Steps<number> {
  return (yield { wanted: "run", text, values }) as number;
}

export function* one(text: string, ...values: readonly Value[]): Steps<Row | undefined> {
  return (yield { wanted: "one", text, values }) as Row | undefined;
}

export function* all(text: string, ...values: readonly Value[]): Steps<readonly Row[]> {
  return (yield { wanted: "all", text, values }) as readonly Row[];
}

/** What came of a batch: what each came to, or why nothing of it was done, which may be the fault of one among them. */
export type Batch<T> = { readonly results: readonly T[] } | { readonly refused: unknown };

/** Performs steps on a database. Each method throws only `Fault`, and then nothing of the steps is kept. */
export interface Driver {
  /** Only reads. */
  read<T>(steps: () => Steps<T>): Promise<T>;
  /** One statement that writes. */
  write<T>(steps: () => Steps<T>): Promise<T>;
  /** All of them, or none; nothing else is written in between. */
  atomically<T>(steps: () => Steps<T>): Promise<T>;
  /**
   * As `atomically`, for work of many who can each be refused, and none of whom can be helped where this throws. Where what was
   * done cannot be kept after all, `undo` takes it back.
   */
  batch<T>(steps: () => Steps<readonly T[]>, undo: (results: readonly T[]) => Steps<void>): Promise<Batch<T>>;
}
