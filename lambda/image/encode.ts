import type { Deadline } from "../deadline.ts";
import type { Format } from "../formats.ts";
import { nextQuality } from "../options/quality.ts";
import { encodeBmp } from "./encoders/bmp.ts";
import type { Encoder } from "./encoders/encoder.ts";
import { encodeIco } from "./encoders/ico.ts";
import { encodeJxl } from "./encoders/jxl.ts";
import { encodeWithSharp } from "./encoders/sharp.ts";
import type { Output } from "./output.ts";
import type { Stage } from "./stage.ts";

/** What sharp does not write. */
const encoders: Readonly<Partial<Record<Format, Encoder>>> = {
  bmp: encodeBmp,
  ico: encodeIco,
  jxl: encodeJxl,
};

/** Writes a picture, and again at lower quality while it is longer than `maxBytes`. */
export async function encode(stage: Stage, output: Output, deadline: Deadline): Promise<Uint8Array> {
  const encodeAs = encoders[output.format] ?? encodeWithSharp;
  const bytes = await encodeAs(stage, output, deadline);
  const quality = nextQuality(output.quality, bytes.length, output.maxBytes);
  return quality === undefined ? bytes : encode(stage, { ...output, quality }, deadline);
}
