import { BrokenSource } from "../../errors.ts";

/** A view of all bytes of an array. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A number that says how many bits it takes: so much, and so many bits more. */
type Choice = readonly [least: number, bits?: number];

/** Reads a stream of bits, the lowest of each byte first. */
export interface Bits {
  /** The number in the next bits. Throws `BrokenSource` when there are no more. */
  take(count: number): number;
  flag(): boolean;
  /** A number written in one of four ways. */
  choose(...ways: readonly [Choice, Choice, Choice, Choice]): number;
}

/** Begins to read. */
export function bitsOf(format: string, bytes: Uint8Array): Bits {
  let at = 0;
  const take = (count: number): number => {
    let value = 0;
    for (let bit = 0; bit < count; bit++, at++) {
      const byte = bytes[at >> 3];
      if (byte === undefined) throw new BrokenSource(`${format}: the header is cut off`);
      value += ((byte >> (at & 7)) & 1) * 2 ** bit;
    }
    return value;
  };
  return {
    take,
    flag: () => take(1) === 1,
    choose(...ways) {
      const [least = 0, bits = 0] = ways[take(2)] ?? [];
      return least + take(bits);
    },
  };
}
