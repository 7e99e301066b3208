/** How files of a media type begin and end, in hex; what is in between is the decoder's business. */
const ends: ReadonlyMap<string, readonly [begins: RegExp, ends: RegExp]> = new Map([
  ["image/jpeg", [/^ffd8ff/, /ffd9$/]],
  ["image/png", [/^89504e470d0a1a0a/, /49454e44ae426082$/]],
  ["image/gif", [/^474946383[79]61/, /3b$/]],
  ["image/webp", [/^52494646.{8}57454250/, /$/]],
  ["image/avif", [/^.{8}66747970/, /$/]],
  ["image/tiff", [/^(49492a00|4d4d002a)/, /$/]],
]);

/** bytes at either end that are looked at. */
const LOOKED_AT = 16;

/** Whether bytes may be a file of this media type, by how they begin and end; nothing is a file of none. */
export function isFileOf(type: string | undefined, bytes: Uint8Array): boolean {
  if (type === undefined || bytes.length === 0) return false;
  const [begins, closes] = ends.get(type) ?? [/^/, /$/];
  const hex = (part: Uint8Array) => Buffer.from(part).toString("hex");
  return begins.test(hex(bytes.subarray(0, LOOKED_AT))) && closes.test(hex(bytes.subarray(-LOOKED_AT)));
}
