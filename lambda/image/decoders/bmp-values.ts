/** Reads pixels of 16 bits. */
export const sixteenBits = (bytes: Uint8Array) => (from: number, x: number) =>
  (bytes[from + x * 2] ?? 0) | ((bytes[from + x * 2 + 1] ?? 0) << 8);

/** Reads pixels of 8 bits or less, the first of a byte in its highest bits. */
export function fewBits(bytes: Uint8Array, bits: number) {
  const mask = (1 << bits) - 1;
  return (from: number, x: number) => {
    const bit = x * bits;
    return ((bytes[from + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & mask;
  };
}

/** Puts the colour of a value where a pixel begins. */
export function put(pixels: Uint8Array, at: number, palette: Uint8Array, value: number): void {
  pixels[at] = palette[value * 3] ?? 0;
  pixels[at + 1] = palette[value * 3 + 1] ?? 0;
  pixels[at + 2] = palette[value * 3 + 2] ?? 0;
}
