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
