/** A handler of an `import` that failed: says in one line what to install where a package is missing, and throws all else as it came. */
export function notInstalled(sentence: string): (cause: unknown) => never {
  return (cause) => {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    throw missing ? new Error(sentence, { cause }) : cause;
  };
}
