import type { Config } from "../config/variables.ts";
import type { Offers } from "../contract/canvas.ts";
import type { OptionValues } from "../contract/option.ts";
import { InvalidUrl, SourceNotAllowed, SourceUnreachable, UnsupportedFormat } from "../errors.ts";
import { formatNamed, isWritable } from "../formats.ts";
import type { HttpRequest } from "../http.ts";
import type { Options } from "../options/index.ts";
import { type Limits, limitsOf } from "../options/limits.ts";
import type { ClientCookies } from "../store/cookies.ts";
import type { Conditions } from "../store/store.ts";
import { cookiesOf } from "./cookies.ts";
import { sourceEtagIn } from "./etag.ts";
import { type Hints, hintsIn } from "./hints.ts";
import { keyFor, resolvedSource } from "./key.ts";
import { checkExpiry, type Language, Reading, readOption, startOf, usePresets } from "./language.ts";
import { offersOf } from "./negotiation.ts";
import { segmentsIn, splitTarget } from "./path.ts";
import { matchPattern } from "./pattern.ts";
import { verify } from "./signature.ts";
import { readSource } from "./source.ts";

/** A picture's URL, understood. */
export interface ImageRequest {
  /** URL of the source, decoded and rewritten. */
  readonly source: string;
  readonly options: Options;
  readonly limits: Limits;
  readonly offers: Offers;
  /** Under which its answer is kept. */
  readonly key: string;
  /** What the client has, in the source's own validators; as far as the environment hands them on. */
  readonly conditions: Conditions;
  /** The client's, for the source; as far as the environment hands them on. */
  readonly cookies?: ClientCookies | undefined;
}

/** Reads a request. Throws `Forbidden` on a wrong signature, `InvalidUrl` and its kin on everything else; `now` is unix ms. */
export function parse(http: HttpRequest, language: Language, now: number): ImageRequest {
  const { config } = language;
  const signed = splitTarget(http.path, config.pathPrefix);
  verify(signed, config);
  const hints = hintsIn(http.headers, config);
  const { source, options } = readPath(signed.path, language, now, hints);

  // It was in base64 and is not UTF-8: no name of ours would tell which object it is.
  if (!source.isWellFormed() || source !== resolvedSource(signed, config))
    throw new SourceUnreachable("expected a source URL in UTF-8");
  const { allowedSources } = config;
  if (allowedSources.length > 0 && !allowedSources.some((pattern) => matchPattern(pattern, source))) {
    throw new SourceNotAllowed(`${source}: not among IMGPROXY_ALLOWED_SOURCES`);
  }
  // An SVG may go out as it is: what the source is, is known later. A raw one does anyway.
  if (!options.raw && options.format && !isWritable(options.format)) {
    throw new UnsupportedFormat(`format: ${options.format} cannot be written`);
  }
  const key = keyFor(signed, source, http.headers.accept, config, hints);
  return {
    source,
    options,
    limits: limitsOf(config, options),
    key,
    offers: offersOf(http.headers.accept ?? "", config),
    conditions: conditionsOf(http, key, config),
    cookies: cookiesOf(http, source, config),
  };
}

/** The options a URL may hold, old style: a bare resizing type in front. */
const basicTypes = ["fit", "fill", "fill-down", "force", "auto"];

/** Reads a normalised path: what was asked, and of which source. */
export function readPath(
  path: string,
  language: Language,
  now: number,
  hints: Hints = {},
): Pick<ImageRequest, "source" | "options"> {
  const { config } = language;
  const segments = segmentsIn(path, config);
  const [first = ""] = [...segments.options, ...segments.source];
  if (!config.onlyPresets && basicTypes.includes(first))
    throw new InvalidUrl(`${first}: expected an option with arguments`);

  const { url, extension } = readSource(segments.source, config);
  const reading = new Reading();
  const start = startOf(language, hints);
  const said = config.onlyPresets
    ? usePresets(first.split(config.argumentsSeparator), start, language)
    : segments.options.reduce((soFar, segment) => readOption(segment, soFar, language, reading), start);
  const options = settle(said, extension);
  checkExpiry(options, now);
  return { source: url, options };
}

function settle(options: OptionValues, extension: string): Options {
  if (extension === "") return options;
  const format = formatNamed(extension);
  // A raw source is what it is, whatever it is called.
  if (!format && options.raw === true) return options;
  if (!format) throw new InvalidUrl(`extension: expected the name of a format, got "${extension}"`);
  return { ...options, format };
}

/** None behind the edge: CloudFront answers its viewers' conditions by itself, and what it asks us for it will keep. */
function conditionsOf(
  { headers, edgeKey }: HttpRequest,
  key: string,
  { useEtag, useLastModified, lastModifiedBuster = -Infinity }: Config,
): Conditions {
  if (edgeKey !== undefined) return {};
  const held = useEtag && headers["if-none-match"];
  const ifModifiedSince = headers["if-modified-since"];
  const counts = useLastModified && ifModifiedSince && !(Date.parse(ifModifiedSince) <= lastModifiedBuster);
  if (!held) return counts ? { ifModifiedSince } : {};
  // A client that has another picture of the source has nothing, whatever the source's date.
  const ifNoneMatch = sourceEtagIn(held, key);
  return ifNoneMatch ? { ifNoneMatch } : {};
}
