import { word } from "../contract/args.ts";
import type { Canvas } from "../contract/canvas.ts";
import { decision, option, step } from "../contract/option.ts";
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
export const formatDecision = decision({
  name: "format",
  needs: { format, background },
  plan({ format: options, background }, canvas) {
    const chosen = chooseFormat(options, canvas.alpha && !background, canvas);
    const tooSmall = chosen === "avif" && Math.min(canvas.width, canvas.height) < minAvifSide;
    return { canvas: { format: tooSmall ? smallFormat(canvas) : chosen } };
  },
});

const smallFormat = ({ alpha }: Canvas): Format => (alpha ? "png" : "jpeg");

function chooseFormat(
  options: Format | undefined,
  alpha: boolean,
  { format: source, offers }: Canvas,
): Format {
  const [enforced] = offers.enforced;
  if (options) return options === "svg" ? options : (enforced ?? options);

  const [offered] = offers.auto;
  if (offered) return offered;
  if (offers.preferred.includes(source)) return source;
  const [first = "jpeg"] = offers.preferred;
  return offers.preferred.find((format) => formats[format].alpha || !alpha) ?? first;
}

/** Scales down what the chosen format could not hold. */
export const limitStep = step({
  name: "limit",
  calls: "resize",
  needs: {},
  plan(_, { width, height, format }) {
    const limit = limitOf(format, width, height);
    if (limit >= 1) return;
    const size = {
      width: Math.max(1, Math.floor(width * limit + 0.5)),
      height: Math.max(1, Math.floor(height * limit + 0.5)),
    };
    return { stroke: size, canvas: size };
  },
  draw: (image, { width, height }) => image.resize(width, height, { fit: "fill" }),
});

const maxGifPixels = 536_870_911;

function limitOf(format: Format, width: number, height: number): number {
  const longest = Math.max(width, height);
  const { maxSide } = formats[format];
  if (format !== "gif") return maxSide / longest;
  return Math.sqrt(1 / Math.max(longest / maxSide, (width * height) / maxGifPixels));
}
