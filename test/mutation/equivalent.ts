import type { Mutant } from "./mutants.ts";

/** A mutant that changes nothing anyone could notice. */
export interface Equivalent {
  readonly file: string;
  readonly operator: string;
  /** Stands once in the file; the mutant lies within it. */
  readonly text: string;
  readonly reason: string;
}

/** Those known; they do not count. */
export const equivalents: readonly Equivalent[] = [];

/** This mutant of `source` is one of them. */
export const isEquivalent = (mutant: Mutant, source: string, known = equivalents): boolean =>
  known.some((one) => names(one, mutant, source));

/** Those that name no mutant any more: the code has moved on. */
export const stale = (
  mutants: readonly Mutant[],
  sources: ReadonlyMap<string, string>,
  known = equivalents,
): readonly Equivalent[] =>
  known.filter((one) => !mutants.some((mutant) => names(one, mutant, sources.get(mutant.file) ?? "")));

function names({ file, operator, text }: Equivalent, mutant: Mutant, source: string): boolean {
  if (file !== mutant.file || operator !== mutant.operator) return false;
  const at = source.indexOf(text);
  const once = at >= 0 && at === source.lastIndexOf(text);
  return once && at <= mutant.start && mutant.start + mutant.before.length <= at + text.length;
}
