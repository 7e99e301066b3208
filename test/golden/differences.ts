import type { DifferenceName } from "../../lib/differences.ts";
import { type Aspect, aspects } from "./compare.ts";
import { known } from "./known.ts";
import type { Result } from "./run.ts";

/** Why an answer of ours is not imgproxy's: what is left to do, and what is so on purpose. */
export const classes: Readonly<Record<string, string>> = {
  B: "AVIF: the encoder's bits depend on its threads",
  E: "JPEG: sharp shrinks less on load than imgproxy does, and draws better (on purpose)",
  F: "GIF: palettes have 2, 4, 16 or 256 colours (on purpose)",
  H3: "scale: neither side comes out whole, or each has its own after shrinking on load; sharp resizes to whole pixels (on purpose)",
  M: "metadata: what would be left of EXIF and XMP that say nothing is not written (on purpose)",
  N: "numbers that are not finite are an invalid URL here (on purpose)",
  S: "SVG: half a px is drawn larger and squeezed there, drawn at its size here (on purpose)",
  W: "an error in our own words (on purpose)",
};

/** The row of the README's list that each class on purpose is. */
export const rows: Readonly<Record<string, DifferenceName>> = {
  E: "shrinkOnLoad",
  F: "palettes",
  H3: "wholePixels",
  M: "metadata",
  N: "nonFinite",
  S: "vectorSize",
  W: "ownWords",
};

/** Differences by class, aspect and family: the numbers of the cases. */
export type Known = Readonly<
  Record<string, Partial<Readonly<Record<Aspect, Readonly<Record<string, readonly number[]>>>>>>
>;

/** A case that differs in one aspect, and the class that says why. */
export interface Entry {
  readonly id: string;
  readonly aspect: Aspect;
  readonly class: string;
}

/** Every difference that is known. */
export const entries: readonly Entry[] = Object.entries<Known[string]>(known).flatMap(([letter, byAspect]) =>
  aspects.flatMap((aspect) =>
    Object.entries(byAspect[aspect] ?? {}).flatMap(([family, numbers]) =>
      numbers.map((number) => ({ id: `${family}-${number}`, aspect, class: letter })),
    ),
  ),
);

const letters: ReadonlyMap<string, string> = new Map(
  entries.map((entry) => [`${entry.id} ${entry.aspect}`, entry.class]),
);

/** The class of a difference; `undefined` when it is not known. */
export const classOf = (id: string, aspect: Aspect): string | undefined => letters.get(`${id} ${aspect}`);

/** Differences that nobody named, and named ones that are none any more. */
export const surprises = (results: readonly Result[]): readonly string[] =>
  results.flatMap(({ asked: { id }, comparison }) =>
    aspects.flatMap((aspect) => {
      const found = "unbuilt" in comparison ? undefined : comparison.differs[aspect];
      const letter = classOf(id, aspect);
      if (found && !letter) return [`${id} differs, and is not listed: ${aspect} ${found}`];
      if (found || !letter) return [];
      return [`${id} is listed under ${letter}, and differs no longer: ${aspect}`];
    }),
  );

/** What is known after these results: classes stay, a new difference is a `?`, what differs no longer is gone. */
export function updated(results: readonly Result[]): readonly Entry[] {
  const asked = new Set(results.map(({ asked }) => asked.id));
  const found = results.flatMap(({ asked: { id }, comparison }) =>
    "unbuilt" in comparison
      ? []
      : aspects
          .filter((aspect) => comparison.differs[aspect])
          .map((aspect) => ({ id, aspect, class: classOf(id, aspect) ?? "?" })),
  );
  return [...entries.filter(({ id }) => !asked.has(id)), ...found];
}
