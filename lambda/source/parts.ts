import { type Reading, readPart } from "./reading.ts";

/** bytes from which an object is read in several parts at a time. */
const LARGE = 8 * 2 ** 20;
/** Parts, and so connections. */
const PARTS = 4;

/** Reads all of a body, a large one over several connections. Tells where its bytes end. */
export async function readParts(reading: Reading): Promise<number> {
  const { first } = reading;
  const { length } = first;
  // A page of the web may know no parts, and would be sent whole for each.
  const inParts =
    length !== undefined && length >= LARGE && first.metadata.etag !== undefined && !first.plain;
  if (!inParts) return readPart({ at: 0, end: length }, reading, first);
  const size = Math.ceil(length / PARTS);
  const over = new AbortController();
  const { download } = reading;
  const rest: Reading = {
    ...reading,
    download: { ...download, signal: AbortSignal.any([download.signal, over.signal]) },
    look: () => {},
  };
  const parts = Array.from({ length: PARTS }, (_, nth) => {
    const part = { at: nth * size, end: Math.min(length, (nth + 1) * size) };
    return nth === 0
      ? readPart(part, { ...rest, look: reading.look }, first)
      : readPart(part, rest, undefined);
  });
  try {
    const ends = await Promise.all(parts);
    return ends.at(-1) ?? 0;
  } finally {
    over.abort();
  }
}
