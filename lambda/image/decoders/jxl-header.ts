import type { Size } from "../../contract/canvas.ts";
import { upright } from "../picture.ts";
import { type Bits, bitsOf, viewOf } from "./reading.ts";

/** What a JPEG XL says of itself, upright. */
export interface JxlHeader extends Size {
  readonly alpha: boolean;
}

/** Reads the header, from a bare code stream or from the box that holds it. Throws `BrokenSource` where there is none. */
export function jxlHeader(bytes: Uint8Array): JxlHeader {
  const stream = bytes[0] === 0xff ? bytes : codestreamIn(bytes);
  const bits = bitsOf("JXL", stream.subarray(2));
  const size = readSize(bits);
  if (bits.flag()) return { ...size, alpha: false };

  const orientation = bits.flag() ? readExtraFields(bits) : 1;
  skipDepth(bits);
  bits.flag();
  const channels = bits.choose([0], [1], [2, 4], [1, 12]);
  const alpha = Array.from({ length: channels }).some(() => isAlpha(bits));
  return { ...upright({ ...size, orientation }), alpha };
}

/** bytes of the beginning within which a header ends. */
const HEADER = 4096;

/** The first part of the code stream among boxes of a length and a type. */
function codestreamIn(bytes: Uint8Array): Uint8Array {
  const file = viewOf(bytes);
  const parts: Uint8Array[] = [];
  for (let at = 0; at + 16 <= bytes.length; ) {
    const short = file.getUint32(at);
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString("latin1");
    const head = short === 1 ? 16 : 8;
    const length = (short === 1 ? Number(file.getBigUint64(at + 8)) : short) || bytes.length - at;
    if (length < head) break;
    const body = bytes.subarray(at + head, Math.min(at + length, at + head + HEADER));
    if (type === "jxlc") return body;
    // Its parts are counted before they begin.
    if (type === "jxlp") parts.push(body.subarray(4));
    at += length;
  }
  return Buffer.concat(parts);
}

/** Width by height, as a header says it in three bits. */
const ratios: readonly (readonly [number, number])[] = [
  [1, 1],
  [12, 10],
  [4, 3],
  [3, 2],
  [16, 9],
  [5, 4],
  [2, 1],
];

function readSize(bits: Bits): Size {
  const byEight = bits.flag();
  const side = () => (byEight ? (bits.take(5) + 1) * 8 : bits.choose([1, 9], [1, 13], [1, 18], [1, 30]));
  return sizeOf(bits, side);
}

function sizeOf(bits: Bits, side: () => number): Size {
  const height = side();
  const ratio = ratios[bits.take(3) - 1];
  return { height, width: ratio ? Math.floor((height * ratio[0]) / ratio[1]) : side() };
}

/** Reads over what is said beside the size, and returns the orientation. */
function readExtraFields(bits: Bits): number {
  const orientation = 1 + bits.take(3);
  if (bits.flag()) readSize(bits);
  if (bits.flag()) skipPreview(bits);
  if (bits.flag()) skipAnimation(bits);
  return orientation;
}

function skipPreview(bits: Bits): void {
  const byEight = bits.flag();
  const side = () =>
    byEight
      ? bits.choose([16], [32], [1, 5], [33, 9]) * 8
      : bits.choose([1, 6], [65, 8], [321, 10], [1345, 12]);
  sizeOf(bits, side);
}

function skipAnimation(bits: Bits): void {
  bits.choose([100], [1000], [1, 10], [1, 30]);
  bits.choose([1], [1001], [1, 8], [1, 10]);
  bits.choose([0], [0, 3], [0, 16], [0, 32]);
  bits.flag();
}

function skipDepth(bits: Bits): void {
  if (!bits.flag()) bits.choose([8], [10], [12], [1, 6]);
  else {
    bits.choose([32], [16], [24], [1, 6]);
    bits.take(4);
  }
}

const [ALPHA, SPOT, FILTER] = [0, 2, 5];

/** Reads over what is said of a channel that is no colour. */
function isAlpha(bits: Bits): boolean {
  if (bits.flag()) return true;
  const type = bits.choose([0], [1], [2, 4], [18, 6]);
  skipDepth(bits);
  bits.choose([0], [3], [4], [1, 3]);
  const name = bits.choose([0], [0, 4], [16, 5], [48, 10]);
  for (let letter = 0; letter < name; letter++) bits.take(8);
  if (type === ALPHA) bits.flag();
  if (type === SPOT) for (let color = 0; color < 4; color++) bits.take(16);
  if (type === FILTER) bits.choose([1], [0, 2], [3, 4], [19, 8]);
  return type === ALPHA;
}
