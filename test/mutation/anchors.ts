/** Where the anchors `^` and `$` of a pattern stand: not escaped, not in a class. */
export function anchorsOf(pattern: string): readonly number[] {
  const parts = pattern.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|[\^$]/gs);
  return [...parts].filter(([part]) => part === "^" || part === "$").map(({ index }) => index);
}
