import { run } from "../run.ts";
import { rawOf, stageOf } from "../stage.ts";
import type { Encoder } from "./encoder.ts";

/** bytes before the picture: the directory and its one entry. */
const HEADER = 22;

/** Pixels per inch, which viewers take for none. */
const DENSITY = 72;

/** Writes an ICO of one picture, a PNG of 24 or 32 bits. As in imgproxy EXIF tells its size. */
export const encodeIco: Encoder = async (stage, _output, deadline) => {
  const raw = await rawOf(stage, deadline);
  // Drawn anew of raw pixels, there is no EXIF of the source's to be kept.
  const { pixels } = stageOf(raw);
  const { data } = await run(
    () => pixels().keepExif().withDensity(DENSITY).png({ compressionLevel: 6 }),
    deadline,
  );
  const header = Buffer.alloc(HEADER);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(1, 4);
  // 256 is said as 0.
  header.writeUInt8(raw.width % 256, 6);
  header.writeUInt8(raw.height % 256, 7);
  header.writeUInt16LE(1, 10);
  header.writeUInt16LE(raw.channels * 8, 12);
  header.writeUInt32LE(data.length, 14);
  header.writeUInt32LE(HEADER, 18);
  return Buffer.concat([header, data]);
};
