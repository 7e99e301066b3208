import { px } from "../contract/args.ts";
import { option } from "../contract/option.ts";
import { type Raw, step } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";

export const pixelate = option({
  name: "pixelate",
  aliases: ["pix"],
  default: 0,
  doc: "Replace squares of this many px by their mean colour; 1 and less changes nothing.",
  example: "pix:8",
  arg: px(64),
});

/** ms per megapixel of one vCPU. */
const RATE = 20;

/** Squares from the top left corner; the last ones are filled up by what a mirror would show. */
export const pixelateStep = step({
  name: "pixelate",
  needs: { pixelate },
  plan({ pixelate }, { width, height }) {
    const size = Math.min(pixelate, Math.max(width, height));
    return size <= 1
      ? undefined
      : { strokes: [stroke("own", [size], { rate: RATE })], canvas: { grey: false } };
  },
  *draw(source, [size]) {
    const data = new Uint8Array(source.data.length);
    for (let top = 0; top < source.height; top += size) {
      for (let left = 0; left < source.width; left += size) fillWithMean(source, data, left, top, size);
      yield;
    }
    return { ...source, data };
  },
});

/** Gives a square of `data` the mean colour that it has in `source`. */
function fillWithMean(source: Raw, data: Uint8Array, left: number, top: number, size: number): void {
  const { width, height, channels } = source;
  const [columns, lines] = [mirrored(left, size, width), mirrored(top, size, height)];
  const at = (x: number, y: number) => (y * width + x) * channels;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (const y of lines) for (const x of columns) sum += source.data[at(x, y) + channel] ?? 0;
    const mean = Math.round(sum / size ** 2);
    for (let y = top; y < Math.min(top + size, height); y++) {
      for (let x = left; x < Math.min(left + size, width); x++) data[at(x, y) + channel] = mean;
    }
  }
}

/** The px of a side that are seen at `first` and on, where mirrors stand at both ends. */
const mirrored = (first: number, count: number, side: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => {
    const seen = (first + at) % (2 * side);
    return seen < side ? seen : 2 * side - 1 - seen;
  });
