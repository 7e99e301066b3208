/** What begins a segment of Photoshop's in a JPEG, and each block in it. */
const [SEGMENT, BLOCK] = ["Photoshop 3.0\0", "8BIM"];
/** The block that holds IPTC. */
const IPTC = 0x04_04;
/** The record of IPTC that is about the picture; what begins a data set; those that say whose the picture is. */
const [APPLICATION, MARK] = [2, 0x1c];
const copyright = [80, 110, 116];

/** bytes; the longest segment of a JPEG, and the two that say its length. */
const [MAX_SEGMENT, LENGTH] = [65_535, 2];

/** Of a segment of Photoshop's, what says whose the picture is; other records stay. `undefined` when nothing is left. */
export function copyrightIptc(segment: Buffer): Buffer | undefined {
  const iptc = blockOf(segment);
  const kept = iptc && copyrightSets(iptc);
  if (!kept || kept.length === 0) return undefined;
  const header = Buffer.alloc(12);
  header.write(BLOCK, "latin1");
  header.writeUInt16BE(IPTC, 4);
  header.writeUInt32BE(kept.length, 8);
  return Buffer.concat([Buffer.from(SEGMENT, "latin1"), header, kept, Buffer.alloc(kept.length % 2)]);
}

/** What the block of IPTC holds. Blocks have a name, and begin at even bytes. */
function blockOf(segment: Buffer): Buffer | undefined {
  let at = SEGMENT.length;
  while (at + 12 <= segment.length && segment.toString("latin1", at, at + 4) === BLOCK) {
    const name = 1 + segment.readUInt8(at + 6);
    const from = at + 6 + name + (name % 2);
    if (from + 4 > segment.length) return undefined;
    const length = segment.readUInt32BE(from);
    if (segment.readUInt16BE(at + 4) === IPTC) return segment.subarray(from + 4, from + 4 + length);
    at = from + 4 + length + (length % 2);
  }
  return undefined;
}

/** The data sets of a block, but those of the picture that do not say whose it is; none where no other does. */
function copyrightSets(iptc: Buffer): Buffer {
  const kept: Buffer[] = [];
  let [at, signed] = [0, false];
  while (at + 5 <= iptc.length && iptc.readUInt8(at) === MARK) {
    const end = at + 5 + iptc.readUInt16BE(at + 3);
    const [record, number] = [iptc.readUInt8(at + 1), iptc.readUInt8(at + 2)];
    const signs = record === APPLICATION && copyright.includes(number);
    if (record !== APPLICATION || signs) kept.push(iptc.subarray(at, end));
    signed ||= signs;
    at = end;
  }
  return Buffer.concat(signed ? kept : []);
}

/** A JPEG with a segment of Photoshop's after those that it begins with; as it is where that is no such segment, or too long. */
export function withIptc(jpeg: Uint8Array, segment: Buffer): Uint8Array {
  const isSegment = segment.toString("latin1", 0, SEGMENT.length) === SEGMENT;
  if (!isSegment || segment.length + LENGTH > MAX_SEGMENT) return jpeg;
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  const at = afterBeginning(bytes);
  const header = Buffer.from([0xff, 0xed, 0, 0]);
  header.writeUInt16BE(segment.length + LENGTH, 2);
  return Buffer.concat([bytes.subarray(0, at), header, segment, bytes.subarray(at)]);
}

/** Where the segments of applications end that a JPEG begins with. */
function afterBeginning(jpeg: Buffer): number {
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg.readUInt8(at) === 0xff && (jpeg.readUInt8(at + 1) & 0xf0) === 0xe0)
    at += 2 + jpeg.readUInt16BE(at + 2);
  return at;
}
