import { Failure, InvalidSource, SourceIncomplete } from "../errors.ts";
import { imageType, TYPE_WITHIN } from "../image-type.ts";
import { type ObjectStream, StoreError } from "../store/store.ts";
import { isWholeFile } from "../whole-file.ts";
import { mayAsk, verdictOf } from "./attempts.ts";
import { type Body, startBody } from "./body.ts";
import { integrityOf, md5In } from "./integrity.ts";
import type { Pace } from "./pace.ts";
import { readParts } from "./parts.ts";
import { type Get, goOn, type Reading, readPart, StartOver, strongTag } from "./reading.ts";
import type { Download } from "./trail.ts";
import { unpacked, unpackedHead } from "./unpacking.ts";

/** bytes; no store holds a larger object. Whoever says so says nothing. */
const LARGEST_OBJECT = 50 * 2 ** 40;

/**
 * Reads an object to its end: to its length, its checksum, its format's own, or else to where the store says it is. Unpacked.
 * What is not as the store tells is read again; the same bytes as `before` are the object all the same.
 */
export async function readWhole(
  get: Get,
  first: ObjectStream,
  download: Download,
  limit: number,
  before: Uint8Array | undefined,
): Promise<Uint8Array> {
  const { length } = first;
  if ((length ?? 0) > LARGEST_OBJECT) throw new StartOver(`${length} bytes, which no object has`);
  const { pace } = download;
  const hashes = pace.tags !== "other" && first.crc32 === undefined && md5In(first) !== undefined;
  const body = startBody(length, limit, hashes);
  download.trail.note({ length, read: 0 });
  const reading: Reading = { get, first, body, download, look: looking(first, body) };
  let end = await readParts(reading);
  for (;;) {
    const raw = body.bytes(end);
    const seen = await sighted(raw, first, limit, pace, () => body.md5(raw.length));
    if (seen.bytes) return seen.bytes;
    if (!isPacked(first)) refuseUnknown(raw);
    if (strongTag(first) === undefined) return unprovable(raw, seen, first);
    const more = await restOf(end, seen, reading);
    const reached = more ? await readPart({ at: end }, reading, more) : end;
    if (reached === end) return accepted(raw, seen, before, reading);
    end = reached;
  }
}

/**
 * What there is beyond `end`; `undefined` when there is nothing. A web server that cannot say has told by the end of its body: not
 * every one knows its own tags, or ranges.
 */
async function restOf(end: number, { wrong }: Sighted, reading: Reading): Promise<ObjectStream | undefined> {
  const { deadline, trail } = reading.download;
  if (reading.first.plain && !mayAsk(trail.now, deadline.left))
    throw new SourceIncomplete("never an end that shows");
  try {
    return await goOn({ at: end }, reading);
  } catch (error) {
    const mute = error instanceof StartOver || (error instanceof StoreError && verdictOf(error) === "answer");
    if (reading.first.plain && mute && !wrong) return undefined;
    throw error;
  }
}

/** Has the type of a body looked at once, as soon as it must show. */
function looking(first: ObjectStream, body: Body): (end: number) => void {
  let looked = false;
  return (end) => {
    if (looked || end < TYPE_WITHIN) return;
    looked = true;
    const head = isPacked(first) ? unpackedHead(body.bytes(end)) : body.bytes(end);
    if (head.length >= TYPE_WITHIN) refuseUnknown(head);
  };
}

const isPacked = ({ metadata }: ObjectStream) => metadata.encoding === "gzip";

/** What a body looks like: the picture where it shows that this is all of it; what is wrong with it where that shows. */
interface Sighted {
  readonly bytes?: Uint8Array;
  readonly wrong?: Error;
  /** As it is where nothing is known to be wrong, unpacked. */
  readonly otherwise: Uint8Array | undefined;
  readonly told: boolean;
}

async function sighted(
  raw: Uint8Array,
  first: ObjectStream,
  limit: number,
  pace: Pace,
  md5: () => string,
): Promise<Sighted> {
  const integrity = integrityOf(raw, first, md5, pace.tags !== "other");
  if (integrity === "proven") pace.sawTag("MD5");
  const told = first.crc32 !== undefined;
  const wrong = new SourceIncomplete("another checksum than the store tells");
  const disproven = integrity === "disproven" && { wrong };
  if (!isPacked(first)) {
    const isWhole = integrity === "proven" || (integrity === "unknown" && isWholeFile(raw));
    return { otherwise: raw, told, ...disproven, ...(isWhole && { bytes: raw }) };
  }
  try {
    // What is packed tells its own length and checksum.
    return { otherwise: undefined, told, bytes: await unpacked(raw, limit) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { otherwise: undefined, told, wrong: error };
  }
}

/** A store says that this is all there is. */
function accepted(
  raw: Uint8Array,
  { wrong, otherwise, told }: Sighted,
  before: Uint8Array | undefined,
  { first: { length, marked, plain }, download: { pace } }: Reading,
): Uint8Array {
  const least = length ?? (plain && !marked ? Infinity : 0);
  if (!wrong && otherwise && raw.length < least)
    throw new StartOver(`${raw.length} bytes of ${length ?? "?"}`, {
      cause: new SourceIncomplete("no end that shows"),
    });
  if (!wrong && otherwise) return otherwise;
  // The same bytes twice are the object: not every store's ETag is what it looks like. A checksum is, and where one was, all are.
  const same = before !== undefined && Buffer.compare(before, raw) === 0;
  if (!same || (otherwise && (told || pace.tags === "MD5")))
    throw new StartOver(`${wrong?.message}`, { cause: wrong, bytes: raw });
  if (!otherwise) throw wrong;
  pace.sawTag("other");
  return otherwise;
}

/** Without an ETag there is nobody to ask: what tells its end on the wire is whole. */
function unprovable(
  raw: Uint8Array,
  { otherwise, wrong }: Sighted,
  { length, marked }: ObjectStream,
): Uint8Array {
  if (wrong) throw wrong;
  if (length === undefined && !marked) throw new SourceIncomplete("no end that shows");
  return otherwise ?? raw;
}

/** What shows no type we know is no picture; or something on the way answered in place of the source. */
export function refuseUnknown(head: Uint8Array): void {
  if (imageType(head) !== undefined) return;
  const cause = new InvalidSource("no picture we know");
  throw new StartOver(cause.message, { cause });
}
