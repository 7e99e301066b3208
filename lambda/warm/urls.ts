import type { Config } from "../config/variables.ts";
import { formatNamed } from "../formats.ts";
import { buildPath } from "../url/build.ts";
import { sign } from "../url/signature.ts";
import type { WarmRequest } from "./asking.ts";

/** What is made of each source. */
export interface Presets {
  /** Where viewers ask: https://d111111abcdef8.cloudfront.net */
  readonly origin: string;
  /** Names of `IMGPROXY_PRESETS`. */
  readonly presets: readonly string[];
  /** What browsers say they accept; a picture is made for each. */
  readonly accepts: readonly string[];
}

/** One line of a list of objects. */
export interface ListedObject {
  readonly Key: string;
  /** Where the list is an inventory. */
  readonly Bucket?: string;
}

/** The source that a listed object is; `undefined` when its name is no picture's. Keys of an inventory are percent-encoded. */
export function sourceOf({ Key, Bucket }: ListedObject, bucket: string): string | undefined {
  const key = Bucket === undefined ? Key : decoded(Key);
  const [, extension = ""] = /\.([^./]+)$/.exec(key) ?? [];
  return isPicture(extension.toLowerCase()) ? `s3://${Bucket ?? bucket}/${key}` : undefined;
}

/** What is not encoded stays as it is: one strange name is no reason to make nothing of a batch. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
}

/** Names of files that formats' own names do not say. */
const others = ["tif", "heic", "heif"];
const isPicture = (extension: string) => formatNamed(extension) !== undefined || others.includes(extension);

/** A request for every preset and every Accept of a source, signed as the environment wants. */
export function warmRequests(
  source: string,
  { origin, presets, accepts }: Presets,
  config: Config,
): readonly WarmRequest[] {
  const { argumentsSeparator, onlyPresets, pathPrefix } = config;
  return presets.flatMap((preset) => {
    const path = buildPath(source, { preset: [preset] }, { argumentsSeparator, onlyPresets });
    const url = `${origin}${pathPrefix}/${sign(path, config)}${path}`;
    return accepts.map((accept) => ({ url, accept }));
  });
}
