/** One tag of a TIFF: its number, and its numbers, of 2 bytes each, or 4 where one takes more. */
export type Tag = readonly [number: number, values: readonly number[]];

/** A TIFF, laid out by hand, of one strip; pixels in hex. */
export function tiff(
  width: number,
  height: number,
  tags: readonly Tag[],
  pixels: string,
  big = false,
): Buffer {
  const data = Buffer.from(pixels.replaceAll(" ", ""), "hex");
  const said = new Map<number, readonly number[]>([
    [256, [width]],
    [257, [height]],
    [259, [1]],
    [273, [8]],
    [278, [height]],
    [279, [data.length]],
    ...tags,
  ]);
  const number = (value: number, size: number) => {
    const bytes = Buffer.alloc(size);
    if (big) bytes.writeUIntBE(value, 0, size);
    else bytes.writeUIntLE(value, 0, size);
    return bytes;
  };
  const start = 8 + data.length;
  let place = start + 2 + said.size * 12 + 4;
  const beyond: Buffer[] = [];
  const entries = [...said]
    .sort(([one], [other]) => one - other)
    .map(([tag, values]) => {
      const size = values.some((value) => value > 0xffff) ? 4 : 2;
      const written = Buffer.concat(values.map((value) => number(value, size)));
      const short = written.length <= 4;
      const at = place;
      if (!short) {
        beyond.push(written);
        place += written.length;
      }
      const field = short ? Buffer.concat([written, Buffer.alloc(4 - written.length)]) : number(at, 4);
      return Buffer.concat([number(tag, 2), number(size === 4 ? 4 : 3, 2), number(values.length, 4), field]);
    });
  const head = Buffer.concat([Buffer.from(big ? "MM" : "II"), number(42, 2), number(start, 4)]);
  return Buffer.concat([head, data, number(said.size, 2), ...entries, Buffer.alloc(4), ...beyond]);
}
