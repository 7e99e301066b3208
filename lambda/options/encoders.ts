import { outputPart } from "../contract/output-part.ts";

/** How each encoder is set; the environment alone says it. */
export const encodersOutput = outputPart({}, (_options, _ends, config) => ({
  jpegProgressive: config.jpegProgressive,
  pngInterlaced: config.pngInterlaced,
  /** Colours of a palette; `undefined` writes without one. */
  pngColors: config.pngQuantize ? config.pngQuantizationColors : undefined,
  webpEffort: config.webpEffort,
  avifSpeed: config.avifSpeed,
}));
