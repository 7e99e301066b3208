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
 * A writer of picture URLs for a backend.
 * @example imageUrls({ base, key, salt }).url("s3://pictures/cat.jpg", { resize: { width: 300 }, format: "webp" })
 */
export function imageUrls({ base, key = "", salt = "", signatureSize = 32 }: ImageUrlsProps): ImageUrls {
  const [firstKey = "", firstSalt = ""] = [key, salt].map((list) => list.split(",", 1)[0]?.trim());
  const [keyBytes, saltBytes] = [bytes("key", firstKey), bytes("salt", firstSalt)];
  const signed = keyBytes.length > 0 && saltBytes.length > 0;
  return {
    url(source, options = {}) {
      const path = buildPath(source, options);
      const signature = signed ? sign(path, keyBytes, saltBytes, signatureSize) : "unsafe";
      return `${base.replace(/\/$/, "")}/${signature}${path}`;
    },
  };
}

function bytes(name: string, hex: string): Buffer {
  if (!/^([\da-f]{2})*$/i.test(hex)) throw new Error(`${name}: expected hex-encoded bytes`);
  return Buffer.from(hex, "hex");
}
