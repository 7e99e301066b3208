import { InvalidUrl } from "../../lambda/errors.ts";
import { buildPath, type Spelling } from "../../lambda/url/build.ts";
import { LONGEST_PATH } from "../../lambda/url/path.ts";
import { checkOptions, type Options } from "./options.ts";
import { checkedSize, keyPair, sign } from "./signature.ts";

/** Where the pictures are served, what their URLs are signed with, and what the function was told of its language. */
export interface ImageUrlsProps<Preset extends string = string> extends Spelling {
  /** Origin, and `IMGPROXY_PATH_PREFIX` if there is one: `https://d111111abcdef8.cloudfront.net`; empty on the same origin. */
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
  readonly signatureSize?: number | undefined;
  /**
   * Names of `IMGPROXY_PRESETS`; others are refused.
   * @default - any name is taken
   */
  readonly presets?: readonly Preset[] | undefined;
}

/** Writes picture URLs. */
export interface ImageUrls<Preset extends string = string> {
  /** The signed URL of a picture. Throws one sentence on what the function would refuse. */
  url(source: string, options?: Options<Preset>): string;
}

/**
 * A writer of picture URLs, the same in Node, Bun, Deno, browsers and edge workers. Throws one sentence when a key has no salt, or is not hex.
 * @example imageUrls({ base, key, salt }).url("s3://pictures/cat.jpg", { resize: { width: 300 }, format: "webp" })
 */
export function imageUrls<const Preset extends string = string>(
  props: ImageUrlsProps<Preset>,
): ImageUrls<Preset> {
  const { base, key = "", salt = "", signatureSize = 32, presets } = props;
  const [origin, prefix] = baseOf(base);
  const pair = keyPair(key, salt);
  const size = checkedSize(signatureSize);
  checkSeparator(props);
  return {
    url(source, options = {}) {
      if (typeof source !== "string" || source === "") throw new InvalidUrl("source: expected its URL");
      checkOptions(options, presets, Date.now());
      const path = buildPath(source, withoutUnsaid(options), props);
      const target = `${prefix}/${pair ? sign(path, pair.key, pair.salt, size) : "unsafe"}${path}`;
      if (target.length <= LONGEST_PATH) return origin + target;
      throw new InvalidUrl(
        `source: expected a URL of at most ${LONGEST_PATH} characters, got ${target.length}`,
      );
    },
  };
}

/** An option of no value was not said. */
function withoutUnsaid({ format, preset, ...others }: Options) {
  return { ...others, ...(format && { format }), ...(preset && { preset }) };
}

/** The origin and the path below it, without a slash at the end. */
function baseOf(base: string): readonly [origin: string, prefix: string] {
  const [, origin = "", path = "", more = ""] = /^(https?:\/\/[^/?#\s]+)?([^?#\s]*)(.*)$/s.exec(base) ?? [];
  if (more === "" && /^(\/.*)?$/.test(path)) return [origin, path.replace(/\/+$/, "")];
  throw new Error(
    `base: expected an origin such as https://pictures.example, and a path or none, got "${base}"`,
  );
}

function checkSeparator({ argumentsSeparator: separator = ":", encoding = "plain" }: Spelling): void {
  if (separator === "" || /[/?#%\s]/.test(separator) || "plain".includes(separator)) {
    throw new Error(`argumentsSeparator: expected characters that separate, got "${separator}"`);
  }
  if (encoding === "base64" && /^[\w-]+$/.test(separator)) {
    throw new Error(`argumentsSeparator: expected characters that base64 does not hold, got "${separator}"`);
  }
}
