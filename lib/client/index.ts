import type { Options } from "../../lambda/options/index.ts";
import { buildPath } from "../../lambda/url/build.ts";
import { sign } from "../../lambda/url/signature.ts";

export type { Options } from "../../lambda/options/index.ts";

/** Where the pictures are served, and what their URLs are signed with. */
export interface ImageUrlsProps {
  /** Origin, and prefix if there is one: `https://d111111abcdef8.cloudfront.net`. */
  readonly base: string;
  /**
   * `IMGPROXY_KEY`, hex; the first of several.
   * @default - URLs are not signed
   */
  readonly key?: string | undefined;
  /** `IMGPROXY_SALT`, hex; the first of several. */
  readonly salt?: string | undefined;
  /**
   * `IMGPROXY_SIGNATURE_SIZE`, bytes.
   * @default 32
   */
  readonly signatureSize?: number;
}

/** Writes picture URLs. */
export interface ImageUrls {
  /** The signed URL of a picture. Throws one sentence on a value its option would not read. */
  url(source: string, options?: Options): string;
}

/**
 * A writer of picture URLs for a backend. Throws one sentence when a key has no salt, or is not hex.
 * @example imageUrls({ base, key, salt }).url("s3://pictures/cat.jpg", { resize: { width: 300 }, format: "webp" })
 */
export function imageUrls({ base, key = "", salt = "", signatureSize = 32 }: ImageUrlsProps): ImageUrls {
  const [keys, salts] = [bytesList("key", key), bytesList("salt", salt)];
  if (keys.length !== salts.length) {
    throw new Error(`key and salt: expected as many keys as salts, got ${keys.length} and ${salts.length}`);
  }
  const [[firstKey], [firstSalt]] = [keys, salts];
  return {
    url(source, options = {}) {
      const path = buildPath(source, options);
      const signature = firstKey && firstSalt ? sign(path, firstKey, firstSalt, signatureSize) : "unsafe";
      return `${base.replace(/\/$/, "")}/${signature}${path}`;
    },
  };
}

function bytesList(name: string, given: string): readonly Buffer[] {
  const words = given.split(",").map((word) => word.trim());
  return words.filter(Boolean).map((hex) => {
    if (!/^([\da-f]{2})+$/i.test(hex)) throw new Error(`${name}: expected hex-encoded bytes`);
    return Buffer.from(hex, "hex");
  });
}
