import { constants, gunzip, gunzipSync } from "node:zlib";
import { BrokenSource, InvalidSource, SourceIncomplete } from "../errors.ts";
import { imageType, TYPE_WITHIN } from "../image-type.ts";

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Undoes gzip; at most `limit` bytes may come of it. What is said to be packed but is a picture already stays as it is. */
export async function unpacked(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  if (!isGzip(bytes) && imageType(bytes) !== undefined) return bytes;
  return new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: limit }, (error, whole) => {
      if (error) reject(failureOf(error, limit));
      else resolve(whole);
    });
  });
}

function failureOf(cause: Error, limit: number) {
  const code = "code" in cause ? cause.code : undefined;
  if (code === "ERR_BUFFER_TOO_LARGE")
    return new InvalidSource(`more than ${limit} bytes when unpacked`, { cause });
  const message = `gzip: ${cause.message}`;
  return code === "Z_BUF_ERROR"
    ? new SourceIncomplete(message, { cause })
    : new BrokenSource(message, { cause });
}

/** The first bytes of what is packed, as far as these go; none when they are not gzip. */
export function unpackedHead(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes.subarray(0, TYPE_WITHIN), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}
