import type { Config } from "../../lambda/config/variables.ts";
import { isBelow, type SignedPath, splitTarget } from "../../lambda/url/path.ts";
import { type Finding, messageOf, passes, refuses } from "./finding.ts";

/** The two parts of a URL, or of a path of one. */
export function explainPath(
  url: string,
  { pathPrefix }: Config,
): { readonly finding: Finding; readonly signed?: SignedPath } {
  const [target, origin] = targetOf(url);
  try {
    const signed = splitTarget(target, pathPrefix);
    const query = target.indexOf("?");
    const cut = query < 0 ? "" : `; "${target.slice(query)}" is cut off: of a source's name write ? as %3F`;
    return { finding: passes("path", `below ${origin}${pathPrefix || "/"}${cut}`), signed };
  } catch (error) {
    return { finding: refuses("path", messageOf(error), adviceOn(target, pathPrefix)) };
  }
}

/** The raw path and query, as a client sends it: nothing decoded, no `..` resolved. */
function targetOf(url: string): readonly [target: string, origin: string] {
  const [, origin = "", target = ""] = /^(https?:\/\/[^/?#]*)?([^#]*)/i.exec(url.trim()) ?? [];
  return [target.startsWith("/") || origin !== "" ? target : `/${target}`, origin];
}

function adviceOn(target: string, prefix: string): string {
  if (prefix !== "" && !isBelow(target, prefix))
    return `begin the path with ${prefix} (IMGPROXY_PATH_PREFIX)`;
  if (/^\/(plain\/|s3:|https?:)/.test(target))
    return "put a signature before the source: /unsafe/plain/s3://bucket/key where there are no keys";
  return "write /SIGNATURE/OPTIONS/plain/s3://bucket/key";
}
