import { word } from "../contract/args.ts";
import type { Canvas } from "../contract/canvas.ts";
import { option } from "../contract/option.ts";
import { handedOn, resampledSize } from "../contract/resampling.ts";
import { step } from "../contract/step.ts";
import { RESIZE_RATE, stroke } from "../contract/stroke.ts";
import { type Format, formatNamed, formatNames, formats } from "../formats.ts";
import { background } from "./background.ts";

export const format = option({
  name: "format",
  aliases: ["f", "ext"],
  doc: "The format of the answer. An extension at the end of the URL says the same and wins.",
  example: "f:webp",
  arg: word<Format>(
    `one of ${formatNames.join(", ")}`,
    { kind: "choice", choices: Object.keys(formats) },
    formatNamed,
  ),
});

/** px; AVIF is not written smaller than this. */
const minAvifSide = 16;

/** Chooses the format once the canvas tells whether it must hold transparency. */
export const formatStep = step({
  name: "format",
  needs: { format, background },
  plan({ format, background }, canvas) {
    const chosen = chooseFormat(format, canvas.transparency && !background, canvas);
    const tooSmall = chosen === "avif" && Math.min(canvas.width, canvas.height) < minAvifSide;
    const animation = formats[chosen].animates ? canvas.animation : undefined;
    return {
      canvas: { format: tooSmall ? smallFormat(canvas.alpha && !background) : chosen, animation },
    };
  },
});

const smallFormat = (alpha: boolean): Format => (alpha ? "png" : "jpeg");

function chooseFormat(
  format: Format | undefined,
  alpha: boolean,
  { format: source, offers, animated }: Canvas,
): Format {
  const holdsFrames = (one: Format) => formats[one].animates || !animated;
  if (format) return format === "svg" ? format : (offers.enforced.find(holdsFrames) ?? format);

  const offered = offers.auto.find(holdsFrames);
  if (offered) return offered;
  if (offers.preferred.includes(source)) return source;
  const [first = "jpeg"] = offers.preferred;
  return offers.preferred.find((one) => holdsFrames(one) && (formats[one].alpha || !alpha)) ?? first;
}

/** px a side up to which a picture is drawn in full before it is scaled down to what its format holds, as in imgproxy. */
const drawnInFull = 4096;

/** Scales down what the chosen format could not hold. A large picture is laid out once more by what it tells, which leaves the rounding. */
export const limitStep = step({
  name: "limit",
  needs: {},
  plan(_, canvas) {
    const limit = limitOf(canvas);
    if (limit >= 1) return;
    const size = resampledSize(canvas, { width: limit, height: limit });
    return {
      strokes: [
        stroke("resize", [handedOn(canvas, size, { width: limit, height: limit })], { rate: RESIZE_RATE }),
      ],
      canvas: { ...size, formatLimit: Math.max(canvas.width, canvas.height) > drawnInFull ? limit : 1 },
    };
  },
});

const maxGifPixels = 536_870_911;

/** What a format's sides and pixels allow the sides to be multiplied by. */
function limitOf({ format, width, height }: Canvas): number {
  const bySide = formats[format].maxSide / Math.max(width, height);
  return format === "gif" ? Math.min(bySide, Math.sqrt(maxGifPixels / (width * height))) : bySide;
}
