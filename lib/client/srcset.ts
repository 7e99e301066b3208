import type { Options } from "./options.ts";
import type { ImageUrls } from "./urls.ts";

/** One of the files a browser chooses from. */
export interface Candidate {
  readonly url: string;
  /** `640w`, or `2x`. */
  readonly descriptor: string;
}

/** What a browser chooses by: the width it needs, of which `sizes` tells; or its device's pixels for one CSS pixel, where the size is fixed. */
export type Choice = { readonly widths: readonly number[] } | { readonly densities: readonly number[] };

/**
 * The files of a picture for different screens. By width, sides that were asked for keep their ratio; by density, everything grows with `dpr`.
 * Throws one sentence when there is nothing to choose from, or a height without a width.
 */
export function srcset<Preset extends string>(
  images: ImageUrls<Preset>,
  source: string,
  options: Options<Preset>,
  choice: Choice,
): readonly Candidate[] {
  if ("densities" in choice) {
    return counted("densities", choice.densities).map((dpr) => ({
      url: images.url(source, dpr === 1 ? options : { ...options, dpr }),
      descriptor: `${dpr}x`,
    }));
  }
  return counted("widths", choice.widths).map((width) => ({
    url: images.url(source, ofWidth(options, width)),
    descriptor: `${width}w`,
  }));
}

/** As the attribute `srcset` has it. A comma at the end of a URL, or a space in it, would end it: our URLs have neither. */
export const srcsetText = (candidates: readonly Candidate[]): string =>
  candidates.map(({ url, descriptor }) => `${url} ${descriptor}`).join(", ");

/** A rule of the attribute `sizes`: how wide the picture is shown, and while what holds. The last has no `media`. */
export interface SizeRule {
  readonly media?: string;
  /** A CSS length: `50vw`, `calc(100vw - 2rem)`. */
  readonly size: string;
}

/** As the attribute `sizes` has it. Throws one sentence when not just the last rule is without `media`. */
export function sizesText(rules: readonly SizeRule[]): string {
  const open = rules.findIndex(({ media }) => media === undefined);
  if (open < 0 || open !== rules.length - 1)
    throw new Error("sizes: expected a media condition in every rule but the last");
  return rules.map(({ media, size }) => (media === undefined ? size : `${media} ${size}`)).join(", ");
}

/** The same options for a picture of that width. */
function ofWidth<Preset extends string>(options: Options<Preset>, width: number): Options<Preset> {
  const { resize, size, width: ownWidth, height: ownHeight, ...others } = options;
  const sides = {
    ...size,
    ...resize,
    ...(ownWidth !== undefined && { width: ownWidth }),
    ...(ownHeight !== undefined && { height: ownHeight }),
  };
  const { width: before = 0, height = 0 } = sides;
  if (height > 0 && before === 0) throw new Error("srcset: expected a width beside the height");
  const scaled = height > 0 ? { height: Math.max(1, Math.round((height * width) / before)) } : {};
  return { ...others, resize: { ...sides, width, ...scaled } };
}

function counted(name: string, figures: readonly number[]): readonly number[] {
  const sorted = [...new Set(figures)].sort((a, b) => a - b);
  const whole = name === "widths" ? Number.isInteger : Number.isFinite;
  if (sorted.length > 0 && sorted.every((figure) => whole(figure) && figure > 0)) return sorted;
  throw new Error(
    `${name}: expected ${name === "widths" ? "whole px" : "numbers"} above 0, got ${figures.join(", ") || "none"}`,
  );
}
