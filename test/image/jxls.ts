/**
 * A JPEG XL of 64x32: red, green, blue and white quarters, from the top left. What a coder made of what we drew.
 */
export const quarters = Buffer.from(
  "/wrHQUJxIQASiAIAjAZd5RIAABUqo4wbvJzr+fJDh8W0jesMbbVtYUmiyDg2SSdwmKSgQKZtRcUoN8bY6Bis5BJm/OclABYAC5okRTmtiBnPkkmRXyL0P7pFm+CbyskxCXakhgMnaLqtF5p2vNUJBMpqf6r9QHkm1oTIagGAJWk3wdhHAyJnK7ueV2oPz+WkoiT7CFRiPlzWBzJazqYUa0NhtocC4iA/Mv8mdG+X/sJCpASAcwEgR+fgPKsziAcP119cQgokVpVIHi8ec+4YM3PijPywLsDxvsRLMqg6j9IcKjUrUty2rreqxRpRMF9PZcQv1+K3c9ObPFR+BoCKZsDdxus4JMwH0zaDuJVbnUb3F5IbVPkBfg8QKEHkARoIfjJ+FLzpKDzytPMio7p4dPnO2n5n/13VAUHFKhq5cv/UXDJzxgzZhPl+Z/sPhKpbE4dFL9XwRxD426l/8Q+hR/eSWcDYWcQU5pKgSTruvvjCWBcCj/j7IeF5EdLYc0B9lHrV+7gJXFOhBXj3xWKjo5Z+on4h+DNB2AfxPwQh6B7KP5QhdJwBQ2rDVIwiLBZjBQ==",
  "base64",
);

/** The same in boxes, to be turned a quarter clockwise, which makes it 32x64. */
export const turnedQuarters = Buffer.from(
  "AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAF+anhsY/8Kxy2QUFwSABKIAgCcBV3lEgAAFSqjjBu8nOv58kOHxbSN6wxttW1hSaLIODZJJ3CYpKBABoA2xig3xqioSi5h8N89Alw0IKdcggkRY11mxaUd/OXbjft7PKJ0EQa0DISU/JdMyPktOAbA4NTm0rUqnz7ljA27ab0GwngACnlXVlylKbSBiBayOIAQmnkg/OhYc31NUXd9YKS/88mmAPAdLDzNxxcaGd6W5ymDuRLgtWgvcskDJJDpBYCEUHohBXLaVqLueJw76mIOpj1aABgRhIYcoD4/+dEX4F7Ivv4OaTBDgLIZTLPHAWtPgyDkQEYhkKEVGZgFF3pmkCfeV3qumV5k0Ih0o2BGFqIQ2QSm157iKthGEFZZZo23rKVjWqnhXUUcw5HwBfOlr0PSxaC3mjGrVCCqgtKk/YQAoDv5j1KSZkxFPRo3DZnbyJ8fNqQxUwh4j7q2r61t2l3QHnSXtJS5NlH4V2k2tyWI2k4B03+j4EoB",
  "base64",
);

/** Bits of a header, by how many there are of each number. */
export type Written = readonly (readonly [value: number, bits: number])[];

/** Packs numbers into bytes, the lowest bit first. */
export function packed(written: Written): Buffer {
  const bits = written.flatMap(([value, count]) =>
    Array.from({ length: count }, (_, at) => Math.floor(value / 2 ** at) % 2),
  );
  return Buffer.from(
    Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) =>
      bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, at) => sum + bit * 2 ** at, 0),
    ),
  );
}

/** 30 bits: the longest side there is. */
const side = (px: number): Written => [
  [3, 2],
  [px - 1, 30],
];

/** A bare code stream that ends with its header, of that size and what is written after it. @default all as usual */
export const jxlHead = (
  { width, height }: { readonly width: number; readonly height: number },
  rest: Written = [[1, 1]],
): Buffer =>
  Buffer.concat([
    Buffer.from("ff0a", "hex"),
    packed([[0, 1], ...side(height), [0, 3], ...side(width), ...rest, [0, 64]]),
  ]);

/** Puts a code stream into boxes, in so many parts. */
export function boxed(stream: Buffer, parts = 0): Buffer {
  const box = (type: string, ...content: readonly Buffer[]) => {
    const body = Buffer.concat(content);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + body.length);
    head.write(type, 4, "latin1");
    return Buffer.concat([head, body]);
  };
  const piece = Math.ceil(stream.length / Math.max(1, parts));
  const pieces = Array.from({ length: parts }, (_, at) => {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(at === parts - 1 ? at + 2 ** 31 : at);
    return box("jxlp", number, stream.subarray(at * piece, at * piece + piece));
  });
  return Buffer.concat([
    Buffer.from("0000000c4a584c200d0a870a", "hex"),
    box("ftyp", Buffer.from("jxl \0\0\0\0jxl ", "latin1")),
    box("Exif", Buffer.alloc(30)),
    ...(parts === 0 ? [box("jxlc", stream)] : pieces),
  ]);
}
