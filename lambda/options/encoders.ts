import type { Canvas } from "../contract/canvas.ts";
import { outputPart } from "../contract/output-part.ts";
import type { Format } from "../formats.ts";

/** How each encoder is set; the environment alone says it. */
export const encodersOutput = outputPart({}, (_options, { source, canvas }, config) => ({
  jpegProgressive: config.jpegProgressive,
  pngInterlaced: config.pngInterlaced,
  /** Colours that the picture is reduced to; `undefined` keeps all. */
  pngColors: config.pngQuantize ? config.pngQuantizationColors : undefined,
  /** Colours of the palette a picture is written with, for its source had one; `undefined` writes none. */
  paletteColors: config.pngQuantize ? undefined : paletteColors(source, canvas),
  webpEffort: config.webpEffort,
  webpPreset: config.webpPreset,
  avifSpeed: config.avifSpeed,
  jxlEffort: config.jxlEffort,
}));

const withPalette: readonly Format[] = ["png", "gif"];

/** A palette is indexed by 1, 2, 4 or 8 bits. */
function paletteColors({ paletteBits }: Canvas, { format }: Canvas): number | undefined {
  if (paletteBits === 0 || !withPalette.includes(format)) return undefined;
  return 2 ** ([1, 2, 4].find((bits) => paletteBits <= bits) ?? 8);
}
