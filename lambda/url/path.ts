import type { Config } from "../config/variables.ts";
import { InvalidUrl, UrlTooLong } from "../errors.ts";

/** The two parts of a picture's path: what is signed, and by what. */
export interface SignedPath {
  readonly signature: string;
  /** Normalised, without its leading slash; this is what is signed and parsed. */
  readonly path: string;
}

/** Characters of the longest path that is read. A longer one would not fit into the header the edge hands it on in. */
export const LONGEST_PATH = 6144;

/** Splits a raw request target. Throws `InvalidUrl` when a part is missing, `UrlTooLong` before it looks at anything else. */
export function splitTarget(target: string, prefix: string): SignedPath {
  const [raw = ""] = target.split("?", 1);
  if (raw.length > LONGEST_PATH) throw new UrlTooLong(`${raw.length} characters of at most ${LONGEST_PATH}`);
  const signed = signedPathIn(raw, prefix);
  if (!signed) throw new InvalidUrl("expected /signature/options/source");
  return signed;
}

/** The two parts of a raw path; `undefined` when it is no picture's. */
export function signedPathIn(raw: string, prefix: string): SignedPath | undefined {
  if (raw.length > LONGEST_PATH || !isBelow(raw, prefix)) return undefined;
  const bare = raw.slice(prefix.length).replace(/^\/{1,2}/, "");
  const slash = bare.indexOf("/");
  if (slash < 1 || bare.startsWith(".well-known/")) return undefined;
  const path = redenormalize(bare.slice(slash + 1));
  return path === "" ? undefined : { signature: bare.slice(0, slash), path };
}

/** Whether a path lies below the prefix: `/imgsig` does not lie below `/img`. */
export const isBelow = (path: string, prefix: string): boolean => path.startsWith(`${prefix}/`);

const plainMarker = /(?:^|\/)plain\//;

/** Undoes what proxies and CDNs do to a path: `%3A` for `:` among the options, one slash for two in a plain source. */
export function redenormalize(path: string): string {
  const marker = plainMarker.exec(path);
  const at = marker ? marker.index + marker[0].length : path.length;
  const options = path.slice(0, at).replaceAll("%3A", ":");
  const source = path
    .slice(at)
    .replace(/^(\S+):\/([^/])/, (_, before, after) =>
      before === "local" ? `local:///${after}` : `${before}://${after}`,
    );
  return (options + source).replace(/^\//, "");
}

/** The segments of a normalised path that are options, and those that are the source. With presets only, the first is theirs. */
export function segmentsIn(
  path: string,
  { onlyPresets, argumentsSeparator }: Pick<Config, "onlyPresets" | "argumentsSeparator">,
): { readonly options: readonly string[]; readonly source: readonly string[] } {
  const segments = path.replace(/^\//, "").split("/");
  const first = segments.findIndex((segment) => !segment.includes(argumentsSeparator));
  const named = first < 0 ? segments.length : first;
  const count = onlyPresets ? 1 : named;
  return { options: segments.slice(0, count), source: segments.slice(count) };
}
