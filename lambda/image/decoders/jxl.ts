import sharp, { type Sharp } from "sharp";
import { BrokenSource } from "../../errors.ts";
import { plainInfo } from "../plan.ts";
import { guarded, hasCalls, startCodec } from "../wasm.ts";
import type { File, Opened } from "./decoder.ts";
import { type JxlHeader, jxlHeader } from "./jxl-header.ts";

/** libjxl, which hands over what it decodes upright, in the colours of sRGB, 8 bits for each of red, green, blue and alpha. */
interface JxlDecoder {
  decode(
    bytes: Uint8Array,
  ): { readonly data?: unknown; readonly width?: unknown; readonly height?: unknown } | null;
}

const isDecoder = (codec: object): codec is JxlDecoder => hasCalls(codec, ["decode"]);

/** Opens a JPEG XL, of several frames the first. */
export async function openJxl({ bytes }: File): Promise<Opened> {
  const header = jxlHeader(bytes);
  const decoder = await startCodec(
    await import("@jsquash/jxl/codec/dec/jxl_dec.js"),
    "@jsquash/jxl/codec/dec/jxl_dec.wasm",
    isDecoder,
  );
  let decoded: Uint8ClampedArray | undefined;
  return {
    bytes,
    info: { ...plainInfo, ...header, format: "jxl" },
    pixels() {
      decoded ??= guarded("JXL", () => decode(decoder, bytes, header));
      return pixelsOf(decoded, header);
    },
  };
}

function decode(decoder: JxlDecoder, bytes: Uint8Array, { width, height }: JxlHeader): Uint8ClampedArray {
  const image = decoder.decode(bytes);
  if (!(image?.data instanceof Uint8ClampedArray)) throw new BrokenSource("JXL: it cannot be decoded");
  if (image.width !== width || image.height !== height)
    throw new BrokenSource(`JXL: ${image.width}x${image.height} where ${width}x${height} is said`);
  return image.data;
}

function pixelsOf(data: Uint8ClampedArray, { width, height, alpha }: JxlHeader): Sharp {
  const image = sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false });
  return alpha ? image : image.removeAlpha();
}
