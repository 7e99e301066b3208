import { InternalError } from "../../errors.ts";
import { rawOf } from "../stage.ts";
import { hasCalls, startCodec } from "../wasm.ts";
import type { Encoder } from "./encoder.ts";

/** libjxl, which takes 8 bits for each of red, green, blue and alpha. */
interface JxlEncoder {
  encode(pixels: Uint8Array, width: number, height: number, options: object): unknown;
}

const isEncoder = (codec: object): codec is JxlEncoder => hasCalls(codec, ["encode"]);

/** What nobody asks for. */
const plainly = {
  progressive: false,
  epf: -1,
  lossyPalette: false,
  decodingSpeedTier: 0,
  photonNoiseIso: 0,
  lossyModular: false,
  lossless: false,
} as const;

/** Writes a JPEG XL, in one go that cannot be stopped: where the process can be killed. */
export const encodeJxl: Encoder = async ({ pixels, ...size }, { quality, jxlEffort: effort }, deadline) => {
  const { data, width, height } = await rawOf({ ...size, pixels: () => pixels().ensureAlpha() }, deadline);
  const encoder = await startCodec(
    await import("@jsquash/jxl/codec/enc/jxl_enc.js"),
    "@jsquash/jxl/codec/enc/jxl_enc.wasm",
    isEncoder,
  );
  const file = encoder.encode(data, width, height, { ...plainly, quality, effort });
  if (!(file instanceof Uint8Array)) throw new InternalError(`${width}x${height}: no JPEG XL came out`);
  return Uint8Array.from(file);
};
