import { operators } from "./operators.ts";
import { type Place, placesOf, range } from "./places.ts";

/** One change of one file. */
export interface Mutant {
  /** From the root of the project. */
  readonly file: string;
  readonly line: number;
  readonly operator: string;
  /** Where `before` stands, in characters of the file. */
  readonly start: number;
  readonly before: string;
  readonly after: string;
}

/** Every mutant of a file, in order. */
export const mutantsOf = (file: string, source: string): readonly Mutant[] =>
  placesOf(file, source).flatMap((place) =>
    Object.entries(operators).flatMap(([operator, change]) =>
      change(place).map(({ start = range(place.node).start, end = range(place.node).end, after }) => ({
        file,
        line: lineOf(place, start),
        operator,
        start,
        before: source.slice(start, end),
        after,
      })),
    ),
  );

/** The file with the change made. */
export const mutated = (source: string, { start, before, after }: Mutant): string =>
  source.slice(0, start) + after + source.slice(start + before.length);

const lineOf = ({ source }: Place, at: number) => source.slice(0, at).split("\n").length;
