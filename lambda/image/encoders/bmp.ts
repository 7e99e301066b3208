import { rawOf } from "../stage.ts";
import type { Encoder } from "./encoder.ts";

/** bytes of the header of a BMP with its palette, and of one without: those of versions 3 and 5. */
const [SHORT, LONG] = [40, 124];
const FILE_HEADER = 14;
const GREYS = 256;

/** Writes an unpacked BMP from the top: 32 bits a pixel with alpha, 24 without, and 8 where there are no colours. */
export const encodeBmp: Encoder = async (stage, output, deadline) => {
  const { data, width, height, channels } = await rawOf(stage, deadline);
  const bands = output.grey && channels === 3 ? 1 : channels;
  const line = Math.ceil((width * bands) / 4) * 4;
  const start = FILE_HEADER + (bands === 1 ? SHORT + 4 * GREYS : LONG);
  const file = Buffer.alloc(start + line * height);
  writeHeader(file, start, { width, height, bits: bands * 8, bytes: line * height });
  if (bands === 1) writeGreys(file);
  else writeMasks(file);

  for (let y = 0; y < height; y++) {
    let at = y * width * channels;
    for (let out = start + y * line; out < start + y * line + width * bands; out += bands) {
      // Blue comes first; where there are no colours it is as good as any.
      file[out] = data[at + 2] ?? 0;
      if (bands > 1) file[out + 1] = data[at + 1] ?? 0;
      if (bands > 1) file[out + 2] = data[at] ?? 0;
      if (bands > 3) file[out + 3] = data[at + 3] ?? 0;
      at += channels;
    }
  }
  return file;
};

interface Facts {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly bytes: number;
}

function writeHeader(file: Buffer, start: number, { width, height, bits, bytes }: Facts): void {
  file.write("BM", 0, "latin1");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(bits === 8 ? SHORT : LONG, 14);
  file.writeInt32LE(width, 18);
  // From the top.
  file.writeInt32LE(-height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(bytes, 34);
}

function writeGreys(file: Buffer): void {
  file.writeUInt32LE(GREYS, 46);
  for (let grey = 0; grey < GREYS; grey++) {
    file.fill(grey, FILE_HEADER + SHORT + grey * 4, FILE_HEADER + SHORT + grey * 4 + 3);
  }
}

/** Which bits are which colour, that the colours are sRGB's, and meant for a photograph. */
function writeMasks(file: Buffer): void {
  for (const [at, mask] of [0xff0000, 0xff00, 0xff, 0xff000000].entries())
    file.writeUInt32LE(mask, 54 + at * 4);
  file.write("BGRs", 70, "latin1");
  file.writeUInt32LE(4, 122);
}
