import type { Format } from "../formats.ts";
import { formats } from "../formats.ts";
import type { Output } from "./output.ts";

// ms per megapixel of one vCPU, measured by `npm run bench`.

/** When, and on what, the rates of formats and strokes were measured, while it was busy; the function scales them by its memory and by what it sees. */
export const measured = { on: "2026-11", machine: "one thread of a busy AMD EPYC, virtual, 2 vCPU" } as const;

/** Of AVIF by effort, 0–9, which is 9 less its speed. */
const avifByEffort = [70, 100, 320, 920, 3700, 4200, 9600, 22_700, 27_000, 42_500];

/** Of WebP by effort, 0–6. */
const webpByEffort = [42, 52, 70, 150, 150, 186, 550];

/** Of JPEG XL by effort, 1–9. */
const jxlByEffort = [200, 190, 170, 180, 900, 1050, 1200, 3400, 4600];

/** Of a palette PNG: what every one costs, and each colour of it. */
const [palette, color] = [200, 4];

/** What several scans cost beside one. */
const progressive = 1.75;

const rates: Readonly<Partial<Record<Format, (output: Output) => number | undefined>>> = {
  jpeg: ({ jpegProgressive }) => formats.jpeg.encodeMs * (jpegProgressive ? progressive : 1),
  png: ({ pngColors, paletteColors = 0 }) => {
    const colors = pngColors ?? paletteColors;
    return colors ? palette + color * colors : undefined;
  },
  webp: ({ webpEffort }) => webpByEffort[webpEffort],
  avif: ({ avifSpeed }) => avifByEffort[9 - avifSpeed],
  jxl: ({ jxlEffort }) => jxlByEffort[jxlEffort - 1],
};

/** What writing a picture once costs. */
export const encodeRate = (output: Output): number =>
  rates[output.format]?.(output) ?? formats[output.format].encodeMs;

/** ms that writing one of several frames takes beside its pixels: a GIF looks for its colours in each. */
export const frameEncodeMs: Readonly<Partial<Record<Format, number>>> = { gif: 50 };

/** bytes a pixel that a picture usually takes at quality 80; those without an entry take what they hold. */
const usualBytes: Readonly<Partial<Record<Format, number>>> = {
  jpeg: 0.25,
  webp: 0.2,
  avif: 0.15,
  jxl: 0.15,
};

/** bytes a pixel that a picture usually takes; a guess, from which follows how often `max_bytes` will encode. */
export function bytesPerPixel(format: Format, quality: number): number {
  const usual = usualBytes[format];
  return usual === undefined ? 4 : (usual * quality) / 80;
}

/** What decoding a part costs beside decoding all, by how many times sharp has the decoder shrink a JPEG. */
export const jpegDecoding: Readonly<Record<number, number>> = { 1: 1, 2: 0.9, 4: 0.6, 8: 0.5 };

/** What decoding a smaller WebP costs beside the whole. */
export const smallerWebp = 0.7;

/** Looking for what catches the eye. */
export const ATTENTION_RATE = 8;
