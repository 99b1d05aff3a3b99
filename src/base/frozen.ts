// Values that many share, so that nobody can change them for another.

/** The value itself, which nobody can change from now on, nor anything in it. For what JSON can say; a Map or a Set in it stays open. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}
