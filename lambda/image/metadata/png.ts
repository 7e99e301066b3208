import { crc32, deflateSync } from "node:zlib";
import { withoutPrefix } from "./exif.ts";

/** What a file tells beside its pixels. */
export interface Told {
  readonly exif?: Buffer | undefined;
  readonly xmp?: Buffer | undefined;
  readonly icc?: Buffer | undefined;
}

/** The file is read again at once: to make it smaller only takes time. */
const stored = { level: 0 } as const;

/** bytes of a PNG up to the end of its header, after which the others may stand. */
const HEADER = 33;

/** A PNG that tells this, too. */
export function withChunks(png: Buffer, { exif, xmp, icc }: Told): Buffer {
  const chunks = [
    ...(icc ? [chunk("iCCP", Buffer.concat([latin1("icc\0\0"), deflateSync(icc, stored)]))] : []),
    ...(exif ? [chunk("eXIf", withoutPrefix(exif))] : []),
    ...(xmp ? [chunk("iTXt", Buffer.concat([latin1("XML:com.adobe.xmp\0\0\0\0\0"), xmp]))] : []),
  ];
  return Buffer.concat([png.subarray(0, HEADER), ...chunks, png.subarray(HEADER)]);
}

const latin1 = (text: string) => Buffer.from(text, "latin1");

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([latin1(name), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
