import { type Canvas, megapixels, type Size } from "../contract/canvas.ts";
import { type Format, formats } from "../formats.ts";
import type { Stroke } from "./stroke.ts";

/** ms of one vCPU a picture is predicted to take. */
export interface Cost {
  readonly decode: number;
  readonly draw: number;
  readonly encode: number;
  readonly total: number;
}

/** ms per megapixel of one vCPU, measured by `npm run bench`: a step over the pixels it leaves. */
export const drawMs: Readonly<Record<string, number>> = { scale: 6, blur: 5, sharpen: 90 };

/** ms per megapixel of anything else: a copy. */
const copyMs = 3;

/** What decoding saves when the decoder itself shrinks, JPEG by 2, 4 or 8. */
const shrunkDecoding = 0.35;

/** Predicts from bench data: source pixels, strokes and result pixels, each at its format's rate. */
export function costOf(
  source: Size & { readonly format: Format },
  strokes: readonly Stroke[],
  canvas: Canvas,
): Cost {
  const [from, to] = [megapixels(source), megapixels(canvas)];
  const { decodeMs, shrinksOnLoad } = formats[source.format];
  const cropped = strokes.some(({ step }) => step === "crop");
  const decode = from * decodeMs * (shrinksOnLoad && !cropped && to * 4 < from ? shrunkDecoding : 1);
  const draw = strokes.reduce((sum, { step }) => sum + to * (drawMs[step] ?? copyMs), 0);
  const encode = to * formats[canvas.format].encodeMs;
  return { decode, draw, encode, total: decode + draw + encode };
}
