import type { Config } from "../config/variables.ts";
import type { HttpResponse } from "../http.ts";

type Headers = HttpResponse["headers"];

/** Lets pages of `IMGPROXY_ALLOW_ORIGIN` read the answer. CloudFront says it of what S3 answers. */
export const cors = ({ allowOrigin }: Pick<Config, "allowOrigin">): Headers =>
  allowOrigin === ""
    ? {}
    : { "Access-Control-Allow-Origin": allowOrigin, "Access-Control-Allow-Methods": "GET, OPTIONS" };

/** Characters of the longest link that leaves the other headers room in 8 KB. */
const LONGEST_LINK = 3000;

/** Names the source's URL as the original, where it has an address on the web. What a header cannot hold is percent-encoded. */
export function canonical(
  source: string,
  { setCanonicalHeader }: Pick<Config, "setCanonicalHeader">,
): Headers {
  if (!setCanonicalHeader || !/^https?:\/\//.test(source)) return {};
  const url = source.toWellFormed().replace(/[^!-~]|[<>]/gu, encodeURIComponent);
  return url.length > LONGEST_LINK ? {} : { Link: `<${url}>; rel="canonical"` };
}
