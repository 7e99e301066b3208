/**
 * What a pattern matches at the start of `text`, followed by what each of its `*` stands for, as much as it can, the first one
 * first; `undefined` when it does not match. `*` is any run of characters but slashes.
 * Takes time linear in the text, however many `*` there are: part by part between slashes, each from its end.
 * The edge function says the same (`lambda/edge/viewer-request.js`).
 */
export function matchPattern(pattern: string, text: string): readonly string[] | undefined {
  const parts = pattern.split("/");
  const stars: string[] = [];
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const slash = text.indexOf("/", at);
    const last = index === parts.length - 1;
    if (slash < 0 && !last) return undefined;
    const segment = text.slice(at, slash < 0 ? text.length : slash);
    const match = matchSegment(part.split("*"), segment, last);
    if (!match) return undefined;
    stars.push(...match.stars);
    at += match.end + (last ? 0 : 1);
  }
  return [text.slice(0, at), ...stars];
}

/** The same without slashes; `open` when something may follow. */
function matchSegment(literals: readonly string[], text: string, open: boolean) {
  const [first = "", ...rest] = literals;
  if (!text.startsWith(first)) return undefined;
  const stars: string[] = [];
  let limit = text.length;
  let end = first.length;
  for (const [index, literal] of rest.toReversed().entries()) {
    const found = text.lastIndexOf(literal, limit - literal.length);
    const bound = index === 0 && !open ? limit - literal.length : found;
    if (limit < literal.length || found < first.length || found !== bound) return undefined;
    if (index === 0) end = found + literal.length;
    else stars.unshift(text.slice(found + literal.length, limit));
    limit = found;
  }
  if (rest.length > 0) stars.unshift(text.slice(first.length, limit));
  return rest.length > 0 || open || text === first ? { stars, end } : undefined;
}
