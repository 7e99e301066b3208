import { InvalidUrl } from "../errors.ts";

/** The two parts of a picture's path: what is signed, and by what. */
export interface SignedPath {
  readonly signature: string;
  /** Normalised, without its leading slash; this is what is signed and parsed. */
  readonly path: string;
}

/** Splits a raw request target. Throws `InvalidUrl` when a part is missing. */
export function splitTarget(target: string, prefix: string): SignedPath {
  const [raw = ""] = target.split("?", 1);
  const bare = (raw.startsWith(prefix) ? raw.slice(prefix.length) : raw).replace(/^\/{1,2}/, "");
  const slash = bare.indexOf("/");
  const signature = slash < 0 ? bare : bare.slice(0, slash);
  const path = slash < 0 ? "" : redenormalize(bare.slice(slash + 1));
  if (signature === "" || path === "") throw new InvalidUrl(`${target}: expected /signature/options/source`);
  return { signature, path };
}

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

/** How many segments of a path are options: those before the first without the separator. */
export function optionsAhead(segments: readonly string[], separator: string): number {
  const found = segments.findIndex((segment) => !segment.includes(separator));
  return found < 0 ? segments.length : found;
}
