// A file of git's that is not there, as git may remove it at any time, apart from one that cannot be read.

/** For `catch`: gives the value for a file that is not there, and throws any other failure again. */
export function unlessGone<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return value;
    throw error;
  };
}
