import { createHash } from "node:crypto";
import { InvalidSource, SourceIncomplete } from "../errors.ts";
import type { ObjectStream } from "../store/store.ts";

/** Bytes as they arrive, at whatever place. */
export interface Body {
  /** Throws `InvalidSource` when that makes too many. */
  write(at: number, chunk: Uint8Array): void;
  /** Throws `InvalidSource` when so many are too many. */
  assertFits(bytes: number): void;
  /** The first `end` of them. */
  bytes(end: number): Uint8Array;
  /** MD5 of these in hex; reckoned while they came, as far as they came in order. */
  md5(end: number): string;
}

/** bytes set aside for a body of unknown length. */
const UNKNOWN = 64 * 1024;

/** Room for `length` bytes, or for as many as come, at most `limit`. Their `md5` is reckoned on the way where it will be asked for. */
export function startBody(length: number | undefined, limit: number, md5 = false): Body {
  const assertFits = (bytes: number) => {
    if (bytes > limit) throw new InvalidSource(`${bytes} bytes of at most ${limit}`);
  };
  assertFits(length ?? 0);
  let buffer = Buffer.allocUnsafe(length ?? UNKNOWN);
  const hash = createHash("md5");
  let hashed = 0;
  const grow = (bytes: number) => {
    const larger = Buffer.allocUnsafe(Math.max(bytes, Math.min(limit, buffer.length * 2)));
    larger.set(buffer);
    buffer = larger;
  };
  return {
    assertFits,
    write(at, chunk) {
      const end = at + chunk.length;
      assertFits(end);
      if (end > buffer.length) grow(end);
      buffer.set(chunk, at);
      if (!md5 || at !== hashed) return;
      hash.update(chunk);
      hashed = end;
    },
    bytes: (end) => buffer.subarray(0, end),
    md5(end) {
      const whole = hashed <= end ? hash.copy() : createHash("md5");
      return whole.update(buffer.subarray(hashed <= end ? hashed : 0, end)).digest("hex");
    },
  };
}

/** Reads a body of at most `limit` bytes to its end, as it is, in one attempt. Leaves `cancel` to the caller. */
export async function readBody({ body, length }: ObjectStream, limit: number): Promise<Uint8Array> {
  const read = startBody(length, limit);
  let at = 0;
  for await (const chunk of body) {
    read.write(at, chunk);
    at += chunk.length;
  }
  if (at < (length ?? 0)) throw new SourceIncomplete("the other side ended");
  return read.bytes(at);
}
