import { px } from "../contract/args.ts";
import type { Canvas } from "../contract/canvas.ts";
import { option } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { RESIZE_RATE, stroke } from "../contract/stroke.ts";

export const pixelate = option({
  name: "pixelate",
  aliases: ["pix"],
  default: 0,
  doc: "Replace squares of this many px by their mean colour; 1 and less changes nothing.",
  example: "pix:8",
  arg: px(64),
});

/** px of a side; sharp takes no smaller and no larger kernels. */
const [minKernel, maxKernel] = [3, 1001];

/** ms per megapixel of one vCPU, for each px of a square's side. */
const MEAN_RATE = 3;

/**
 * Squares of `size` px from the top left corner; the last ones are filled up by what a mirror would show.
 * Means come from a kernel over each line, of which one px in `size` is kept, then over each column.
 */
export const pixelateStep = step({
  name: "pixelate",
  needs: { pixelate },
  plan({ pixelate }, canvas) {
    const size = Math.min(pixelate, maxKernel, Math.max(canvas.width, canvas.height));
    if (size <= 1) return;

    const { width, height } = canvas;
    const [columns, lines] = [Math.ceil(width / size), Math.ceil(height / size)];
    const whole = { width: columns * size, height: lines * size };
    const narrow = { width: columns, height: whole.height };
    const rest = { right: whole.width - width, bottom: whole.height - height };
    const mean = { rate: MEAN_RATE * size };
    return {
      strokes: [
        stroke("extend", { ...rest, extendWith: "mirror" }, { leaves: whole }),
        stroke("convolve", meanOf(size, 1), { ...mean, leaves: whole }),
        sampled(narrow),
        stroke("convolve", meanOf(1, size), { ...mean, leaves: narrow }),
        sampled({ width: columns, height: lines }),
        sampled(whole),
        stroke("extractAfter", { left: 0, top: 0, width, height }),
      ],
    };
  },
});

/** The nearest px for each px; no colour is mixed. */
const sampled = ({ width, height }: Pick<Canvas, "width" | "height">) =>
  stroke(
    "resize",
    { width, height, fit: "fill", kernel: "nearest" },
    { rate: RESIZE_RATE, leaves: { width, height } },
  );

/** A kernel over as many px, around the one that sampling keeps: the middle, or the later of two. */
function meanOf(across: number, down: number) {
  const [width, height] = [Math.max(minKernel, across), Math.max(minKernel, down)];
  const line = (px: number, side: number) => Array.from({ length: side }, (_, at) => counts(px, at));
  const [row, column] = [line(across, width), line(down, height)];
  return { width, height, kernel: column.flatMap((down) => row.map((across) => across * down)) };
}

/** Kernels of less than 3 px count from the left, or in the middle alone. */
const counts = (px: number, at: number) => (px === 1 ? Number(at === 1) : Number(at < px));
