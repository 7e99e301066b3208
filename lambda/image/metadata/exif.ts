/** What begins EXIF in a JPEG; other files hold what follows it alone. */
const PREFIX = Buffer.from("Exif\0\0", "latin1");

const orientation = 0x01_12;
const copyright = { Artist: 0x01_3b, Copyright: 0x82_98 } as const;

/** Types of values: text, and a number of 16 bits. */
const [ASCII, SHORT] = [2, 3];
/** bytes of an entry, and of a value that stands in it. */
const [ENTRY, INSIDE] = [12, 4];
/** Characters; more is no name. */
const MAX_TEXT = 4096;

/** EXIF as files other than JPEG hold it. */
export const withoutPrefix = (exif: Buffer): Buffer =>
  exif.subarray(0, PREFIX.length).equals(PREFIX) ? exif.subarray(PREFIX.length) : exif;

/** An entry of the first directory; `at` is where it begins. */
interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly at: number;
}

/** Numbers in the order of bytes that an EXIF block says it has. */
interface Numbers {
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
}

const numbersOf = (tiff: Buffer): Numbers =>
  tiff.toString("latin1", 0, 2) === "MM"
    ? { u16: (at) => tiff.readUInt16BE(at), u32: (at) => tiff.readUInt32BE(at) }
    : { u16: (at) => tiff.readUInt16LE(at), u32: (at) => tiff.readUInt32LE(at) };

/** Those that lie inside the block; none of what is no EXIF. */
function entriesOf(tiff: Buffer): readonly Entry[] {
  if (tiff.length < 8) return [];
  const { u16, u32 } = numbersOf(tiff);
  const directory = u32(4);
  if (directory + 2 > tiff.length) return [];
  const count = Math.min(u16(directory), Math.floor((tiff.length - directory - 2) / ENTRY));
  return Array.from({ length: count }, (_, index) => {
    const at = directory + 2 + index * ENTRY;
    return { at, tag: u16(at), type: u16(at + 2), count: u32(at + 4) };
  });
}

/** Whose picture it is: `Artist` and `Copyright`, as far as EXIF says so. */
export function copyrightOf(exif: Buffer): Readonly<Record<string, string>> {
  const tiff = withoutPrefix(exif);
  const entries = entriesOf(tiff);
  const texts = Object.entries(copyright).flatMap(([name, tag]) => {
    const entry = entries.find((one) => one.tag === tag && one.type === ASCII);
    const text = entry && textOf(tiff, entry);
    return text ? [[name, text]] : [];
  });
  return Object.fromEntries(texts);
}

/** Up to the first zero: what follows is for editors. */
function textOf(tiff: Buffer, { at, count }: Entry): string {
  const from = count <= INSIDE ? at + 8 : numbersOf(tiff).u32(at + 8);
  const bytes = tiff.subarray(from, from + Math.min(count, MAX_TEXT));
  const [text = ""] = bytes.toString("utf8").split("\0");
  return text.trim();
}

/** The same EXIF for a picture that has been turned upright. */
export function upright(exif: Buffer): Buffer {
  const turned = Buffer.from(withoutPrefix(exif));
  for (const { tag, type, at } of entriesOf(turned)) {
    if (tag !== orientation || type !== SHORT) continue;
    if (turned.toString("latin1", 0, 2) === "MM") turned.writeUInt16BE(1, at + 8);
    else turned.writeUInt16LE(1, at + 8);
  }
  return turned;
}
