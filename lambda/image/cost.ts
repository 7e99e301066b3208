import { type Canvas, megapixels, type Size } from "../contract/canvas.ts";
import type { Stroke } from "../contract/stroke.ts";
import { type Format, formats } from "../formats.ts";

/** ms of one vCPU a picture is predicted to take. */
export interface Cost {
  readonly decode: number;
  readonly draw: number;
  readonly encode: number;
  readonly total: number;
}

/** What decoding saves when the decoder itself shrinks, JPEG by 2, 4 or 8. */
const shrunkDecoding = 0.35;

/** Predicts from bench data: source pixels, strokes and result pixels, each at its own rate. */
export function costOf(
  source: Size & { readonly format: Format },
  strokes: readonly Stroke[],
  canvas: Canvas,
): Cost {
  const [from, to] = [megapixels(source), megapixels(canvas)];
  const { decodeMs } = formats[source.format];
  const decode = from * decodeMs * (shrinksOnLoad(source, strokes, to) ? shrunkDecoding : 1);
  const draw = strokes.reduce((sum, { leaves, rate }) => sum + megapixels(leaves) * rate, 0);
  const encode = to * formats[canvas.format].encodeMs;
  return { decode, draw, encode, total: decode + draw + encode };
}

/** sharp has the decoder shrink, unless it was told to cut first. */
function shrinksOnLoad(source: Size & { readonly format: Format }, strokes: readonly Stroke[], to: number) {
  const cuts = strokes.some(({ call }) => call === "extractBefore");
  return formats[source.format].shrinksOnLoad && !cuts && to * 4 < megapixels(source);
}
