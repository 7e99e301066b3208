import type { ImageUrls, Options } from "../../client/index.ts";

/** A picture worth a click. */
interface Example {
  readonly says: string;
  readonly key: string;
  readonly asks: Options;
}

/** What shows most on the pictures we draw. */
const onSamples: readonly Example[] = [
  {
    says: "24 megapixels, a thumbnail of them",
    key: "hills.jpg",
    asks: { resize: { resizing_type: "fill", width: 600, height: 400 }, format: "webp" },
  },
  {
    says: "cut around the sun",
    key: "hills.jpg",
    asks: {
      resize: { resizing_type: "fill", width: 500, height: 500 },
      gravity: { type: "fp", x: 0.66, y: 0.48 },
      crop: { width: 0.4, height: 0.6 },
      format: "avif",
    },
  },
  { says: "upright, though it lies in its file", key: "lighthouse.jpg", asks: { height: 700 } },
  {
    says: "a square of what catches the eye",
    key: "lighthouse.jpg",
    asks: {
      resize: { resizing_type: "fill", width: 400, height: 400 },
      gravity: { type: "sm" },
      quality: 70,
    },
  },
  {
    says: "a corner at its own size",
    key: "tiles.png",
    asks: { crop: { width: 800, height: 800, gravity: { type: "nowe", x: 300, y: 400 } } },
  },
  {
    says: "transparent, on a ground with space around",
    key: "shapes/aperture.png",
    asks: { width: 400, padding: { top: 40, right: 80 }, background: "ffd166", format: "jpeg" },
  },
  { says: "transparent, and still so", key: "shapes/balloon.webp", asks: { height: 600, format: "png" } },
  {
    says: "blurred for a placeholder",
    key: "hills.jpg",
    asks: { width: 400, blur: 12, max_bytes: 4000 },
  },
  {
    says: "too big for one answer of Lambda: kept in S3, and the viewer sent there",
    key: "hills.jpg",
    asks: { width: 4000, format: "png" },
  },
];

/** How many of a user's own pictures are shown. */
const SHOWN = 4;

const onAny: readonly Omit<Example, "key">[] = [
  {
    says: "a thumbnail",
    asks: { resize: { resizing_type: "fill", width: 300, height: 200 }, format: "webp" },
  },
  {
    says: "a square of what catches the eye",
    asks: { resize: { resizing_type: "fill", width: 400, height: 400 }, gravity: { type: "sm" } },
  },
  { says: "800 px wide, in AVIF", asks: { width: 800, format: "avif" } },
  { says: "with a frame", asks: { width: 500, padding: { top: 20 }, background: "f4ead7", format: "jpeg" } },
];

/** A handful of URLs to click, each with what it shows. */
export function examples(
  keys: readonly string[],
  bucket: string,
  urls: ImageUrls,
): readonly (readonly [string, string])[] {
  const known = onSamples.filter(({ key }) => keys.includes(key));
  const own = keys.slice(0, SHOWN).flatMap((key, nth) => {
    const example = onAny[nth % onAny.length];
    return example ? [{ ...example, key, says: `${key}, ${example.says}` }] : [];
  });
  const shown = known.length === onSamples.length ? known : own;
  return shown.map(({ says, key, asks }) => [says, urls.url(`s3://${bucket}/${key}`, asks)]);
}
