import { existsSync, readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import sharp from "sharp";

const shared = new URL("../../shared/pictures/", import.meta.url);

/** imgproxy's own test pictures lie beside the project, not in it. Tests that need them skip, and say so, where they are not. */
export const foreignPictures = {
  missing: existsSync(shared) ? false : "the test pictures of imgproxy are not beside the project",
  read: (name: string): Buffer => readFileSync(new URL(name, shared)),
};

/** A small picture without two equal quarters, so that any turn, cut or shift shows. */
export function drawn(width: number, height: number, { alpha = false } = {}) {
  const channels = alpha ? 4 : 3;
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * channels;
      data[at] = (x * 255) / width;
      data[at + 1] = (y * 255) / height;
      data[at + 2] = (x * 7 + y * 13) % 256;
      if (alpha) data[at + 3] = x + y < (width + height) / 2 ? 255 : 90;
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}

/** A PNG whose header claims a size; there are not nearly as many pixels in it. */
export async function claiming(width: number, height: number): Promise<Buffer> {
  const png = await drawn(16, 16).png().toBuffer();
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  // The header's check sum covers its name and its 13 bytes.
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

/** A GIF that claims a size, and has that many frames, each of one pixel. */
export function claimingGif(width: number, height: number, frames: number) {
  const head = Buffer.from("GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff", "latin1");
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  const forever = Buffer.from("21ff0b4e45545343415045322e300301000000", "hex");
  const frame = Buffer.from("21f90400040000002c00000000000000000002024401" + "00", "hex");
  // What its head says of a size above 2048 px is not believed, but what a frame says is.
  frame.writeUInt16LE(width, 13);
  frame.writeUInt16LE(height, 15);
  return Buffer.concat([head, forever, ...Array.from({ length: frames }, () => frame), Buffer.from(";")]);
}
