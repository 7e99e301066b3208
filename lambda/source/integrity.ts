import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ObjectStream } from "../store/store.ts";

/** Whether bytes are those a store told of: proven, disproven, or neither. */
export type Integrity = "proven" | "disproven" | "unknown";

/** What a store told of an object's bytes. */
export type Told = Pick<ObjectStream, "metadata" | "crc32" | "opaqueTag">;

/** Compares bytes with the checksum their store told of, else with an ETag that looks like an MD5, as S3's own do. */
export function integrityOf(
  bytes: Uint8Array,
  { metadata, crc32: told, opaqueTag }: Told,
  md5: () => string = () => createHash("md5").update(bytes).digest("hex"),
  tagsAreMd5 = true,
): Integrity {
  if (told !== undefined) {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum.toString("base64") === told ? "proven" : "disproven";
  }
  if (!tagsAreMd5) return "unknown";
  const tag = md5In({ metadata, opaqueTag });
  if (tag === undefined) return "unknown";
  return md5() === tag ? "proven" : "disproven";
}

/** The MD5 that an ETag looks like, in hex; where the object is encrypted with a key of its own, it is none. */
export const md5In = ({ metadata, opaqueTag }: Pick<Told, "metadata" | "opaqueTag">): string | undefined =>
  opaqueTag ? undefined : /^"?([0-9a-f]{32})"?$/.exec(metadata.etag ?? "")?.[1];
