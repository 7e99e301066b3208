import sharp, { type Sharp } from "sharp";
import { plainInfo } from "../plan.ts";
import { bmpHeader } from "./bmp-header.ts";
import { assertWhole, bmpPixels } from "./bmp-pixels.ts";
import type { File, Opened } from "./decoder.ts";

/** Opens a BMP of any depth, packed or not. */
export async function openBmp({ bytes }: File): Promise<Opened> {
  const header = bmpHeader(bytes);
  assertWhole(bytes, header);
  const { width, height, channels, colors } = header;
  let unpacked: Uint8Array | undefined;
  const pixels = (): Sharp => {
    unpacked ??= bmpPixels(bytes, header);
    return sharp(unpacked, { raw: { width, height, channels }, limitInputPixels: false });
  };
  return {
    bytes,
    info: {
      ...plainInfo,
      width,
      height,
      alpha: channels === 4,
      paletteBits: bitsFor(colors),
      format: "bmp",
    },
    pixels,
  };
}

/** Of an index into so many colours. */
const bitsFor = (colors: number) => (colors === 0 ? 0 : ([1, 2, 4].find((bits) => colors <= 2 ** bits) ?? 8));
