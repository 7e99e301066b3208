import { choice, factor, fraction, offset } from "../contract/args.ts";
import { megapixels, type Size } from "../contract/canvas.ts";
import { compassPoints, scaleToEven } from "../contract/geometry.ts";
import { compound, type OptionValues } from "../contract/option.ts";
import { settled, step } from "../contract/step.ts";
import { COPY_RATE, stroke } from "../contract/stroke.ts";
import { walk } from "../contract/walk.ts";
import { blendLine } from "./blending.ts";
import { placed, tiled } from "./laying.ts";
import { layoutStep } from "./layout.ts";
import { mirrorStep, turnStep } from "./orient.ts";
import { profileStep } from "./profile.ts";
import { enlarge, height, width } from "./resize.ts";
import { scaleStep } from "./scale.ts";

export const watermark = compound({
  name: "watermark",
  aliases: ["wm"],
  skipsBlanks: true,
  // imgproxy takes two more, of its Pro's.
  spare: 2,
  doc: "Draw the configured watermark over the finished picture: its opacity (0 to 1), a compass point or re (tiled), offsets (px, scaled by dpr, or fractions of the picture; between tiles, the gaps), and its size as a part of the picture's. Without IMGPROXY_WATERMARK_* nothing is drawn.",
  example: "wm:0.5:soea:10:10:0.2",
  args: {
    opacity: { ...fraction("an opacity"), required: true },
    position: choice(["re", ...compassPoints]),
    x: offset(),
    y: offset(),
    scale: factor(2),
  },
});

/** Whether a watermark is to be drawn, where one is configured. */
export const wantsWatermark = (options: OptionValues): boolean =>
  (settled({ watermark }, options).watermark.opacity ?? 0) > 0;

/** ms per megapixel of one vCPU that is covered; the rest of the picture is copied. */
const BLEND_RATE = 45;

/** Lays the watermark over the picture. What hangs over its edges is cut off. */
export const watermarkStep = step({
  name: "watermark",
  needs: { watermark },
  plan({ watermark: { opacity = 0, position = "ce", x = 0, y = 0, scale = 0 } }, canvas) {
    const { watermark: mark } = canvas;
    if (!mark || opacity === 0) return;
    const drawn = walk(
      [layoutStep, scaleStep, mirrorStep, turnStep],
      sizeOptions(scale, canvas),
      mark.canvas,
    );
    const laid =
      position === "re" ? tiled(drawn, { x, y }, canvas) : placed(drawn, { type: position, x, y }, canvas);
    if (!laid) return;
    const { width, height } = laid.strokes.at(-1)?.leaves ?? drawn.canvas;
    const { strokes } = walk([profileStep], {}, { ...drawn.canvas, width, height });
    const { width: across, height: down, format } = mark.canvas;
    const overlay = {
      ...laid,
      ...{ width, height },
      strokes: [...laid.strokes, ...strokes],
      source: { width: across, height: down, format },
    };
    const rate = COPY_RATE + (BLEND_RATE * megapixels(overlay)) / megapixels(canvas);
    return {
      strokes: [stroke("own", [opacity * mark.opacity], { rate, overlay })],
      canvas: { grey: canvas.grey && mark.canvas.grey },
    };
  },
  *draw(picture, [opacity], overlay) {
    const { pixels } = overlay ?? {};
    for (let line = 0; overlay && pixels && line < overlay.height; line++) {
      blendLine(picture, overlay, pixels, line, opacity);
      yield;
    }
    return picture;
  },
});

/** The steps that bring the watermark to its size: fitted into a part of the picture, or as it is. */
function sizeOptions(scale: number, canvas: Size): OptionValues {
  if (scale === 0) return {};
  const part = (px: number) => Math.max(1, scaleToEven(px, scale));
  return {
    [width.name]: part(canvas.width),
    [height.name]: part(canvas.height),
    [enlarge.name]: true,
  };
}
