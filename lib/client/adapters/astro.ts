import { formatNamed, isWritable } from "../../../lambda/formats.ts";
import type { Options } from "../options.ts";
import type { ImageUrls } from "../urls.ts";
import { wholeNumber } from "./numbers.ts";

/** As much of what Astro asks an image service as tells the URL. */
export interface AstroTransform {
  /** A URL, or a picture that was imported. */
  readonly src: string | { readonly src: string };
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** 1–100, or one of Astro's words. */
  readonly quality?: number | string | undefined;
  readonly format?: string | undefined;
  /** Without it the picture keeps its shape. */
  readonly fit?: string | undefined;
  /** `top`, `left bottom`, `30% 60%`, `attention`: what is kept where something is cut off. */
  readonly position?: string | undefined;
  /** A colour in hex. */
  readonly background?: string | undefined;
}

/** What the URLs of an Astro site need. */
export interface AstroProps<Preset extends string = string> {
  /** With the keys: Astro writes URLs on the server, or when the site is built. */
  readonly images: ImageUrls<Preset>;
  /** The URL of the source that a page means by `src`; `undefined` leaves the picture as it is. */
  readonly source: (src: string) => string | undefined;
  /** What is asked of every picture. */
  readonly options?: Options<Preset> | undefined;
}

/**
 * The `getURL` of an image service of Astro's, which has all else from Astro's `baseService`. Throws one sentence on what cannot be asked.
 * @example export default { ...baseService, getURL: astroUrl({ images, source: (src) => `s3://pictures${src}` }) }
 */
export const astroUrl =
  <Preset extends string>({ images, source, options }: AstroProps<Preset>) =>
  (asked: AstroTransform): string => {
    const src = typeof asked.src === "string" ? asked.src : asked.src.src;
    const of = source(src);
    if (of === undefined) return src;
    const { position, background, format: formatName = "" } = asked;
    const [format, quality] = [formatNamed(formatName), qualityOf(asked.quality)];
    return images.url(of, {
      ...options,
      ...sidesOf(asked),
      ...(position !== undefined && { gravity: gravityOf(position) }),
      ...(background !== undefined && { background: background.replace(/^#/, "") }),
      ...(format && isWritable(format) && { format }),
      ...(quality !== undefined && { quality }),
    });
  };

/** imgproxy's word for each of Astro's. */
const types = {
  cover: "fill-down",
  outside: "fill-down",
  contain: "fit",
  inside: "fit",
  "scale-down": "fit",
  fill: "force",
} as const;

const isFit = (word: string): word is keyof typeof types => Object.hasOwn(types, word);

/** As Astro's own service has it: where no fit is said, the width decides. */
function sidesOf({ width, height, fit = "" }: AstroTransform): Pick<Options, "resize" | "width" | "height"> {
  const [w, h] = [wholeNumber(width), wholeNumber(height)];
  if (w !== undefined && h !== undefined && isFit(fit))
    return { resize: { resizing_type: types[fit], width: w, height: h } };
  if (w !== undefined) return { width: w };
  return h === undefined ? {} : { height: h };
}

/** Astro's words for qualities, as its own service takes them. */
const qualities: Readonly<Record<string, number>> = { low: 25, mid: 50, high: 80, max: 100 };

const qualityOf = (said: number | string | undefined) => wholeNumber(qualities[String(said)] ?? said);

/** imgproxy's word for each pair of Astro's. */
const places: Readonly<Record<string, Options["gravity"]>> = {
  "": { type: "ce" },
  top: { type: "no" },
  bottom: { type: "so" },
  left: { type: "we" },
  right: { type: "ea" },
  "left top": { type: "nowe" },
  "right top": { type: "noea" },
  "bottom left": { type: "sowe" },
  "bottom right": { type: "soea" },
  attention: { type: "sm" },
  entropy: { type: "sm" },
};

/** What a position of CSS, or of sharp, keeps. Throws one sentence on one that is neither. */
function gravityOf(position: string): NonNullable<Options["gravity"]> {
  const [, x, y] = /^\s*(\d+(?:\.\d+)?)%\s+(\d+(?:\.\d+)?)%\s*$/.exec(position) ?? [];
  if (x !== undefined && y !== undefined)
    return { type: "fp", x: Math.min(1, Number(x) / 100), y: Math.min(1, Number(y) / 100) };
  const words = position.toLowerCase().split(/[\s-]+/);
  const place =
    places[
      words
        .filter((word) => word !== "" && word !== "center")
        .sort()
        .join(" ")
    ];
  if (place) return place;
  throw new Error(`position: expected words such as "left top", or two percentages, got "${position}"`);
}
