/**
 * Whether a `Content-Range` is that of a whole object, which some stores answer with although no range was asked for.
 * `length` is the announced length of the body, for ranges of `*`.
 */
export function isWhole(range: string | undefined, length: number | undefined): boolean {
  const [, last, total] = /^bytes 0-(\d+)\/(\d+|\*)$/.exec(range ?? "") ?? [];
  return last !== undefined && Number(last) + 1 === (total === "*" ? length : Number(total));
}
