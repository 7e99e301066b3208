import type { Config } from "../config/variables.ts";
import type { Size } from "../contract/canvas.ts";
import { type Failure, Forbidden } from "../errors.ts";
import { formats } from "../formats.ts";
import { type HttpRequest, type HttpResponse, NOWHERE } from "../http.ts";
import { type Picture, upright } from "../image/picture.ts";
import type { Source } from "../source/download.ts";
import type { ObjectMetadata } from "../store/store.ts";
import { etagOf } from "../url/etag.ts";
import { sourceTag, tagIn } from "../url/key.ts";
import { negotiatedFormats } from "../url/negotiation.ts";
import type { ImageRequest } from "../url/parse.ts";
import { developmentError } from "./development.ts";
import { canonical, cors } from "./headers.ts";

/** What belongs to one request, and every answer to it depends on. */
export interface RequestContext {
  readonly http: HttpRequest;
  readonly config: Config;
  /** Unix ms. */
  readonly now: number;
  /** bytes an answer may have as Lambda counts them. @default what Lambda takes */
  readonly responseLimit?: number;
}

/** A finished picture and what it was made of. */
export interface Finished {
  readonly picture: Picture;
  readonly source: Source;
  /** The source as its file says, turned by EXIF `orientation` when seen. */
  readonly origin: Size & { readonly orientation: number };
}

/** In which header an answer carries the tag of its source; S3 keeps it as metadata of that name. */
export const CACHE_TAG_HEADER = "x-amz-meta-cache-tag";

/** Of every answer: a picture runs and loads nothing. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/** 200 with a picture. */
export function answerPicture(
  { picture, source, origin }: Finished,
  request: ImageRequest,
  context: RequestContext,
) {
  const { extension, mime } = formats[picture.format];
  const { filename = "", return_attachment: attachment = false } = request.options;
  return answer(context, 200, picture.body, {
    "Content-Type": mime,
    "Content-Disposition": contentDisposition(request.source, filename, extension, attachment),
    "Cache-Control": cacheControl(context, request.options.expires, source),
    ...vary(context.config),
    ...validators(source, request.key, context.config),
    ...known(CACHE_TAG_HEADER, tagIn(request.key)),
    ...canonical(request.source, context.config),
    ...(context.config.debugHeaders && sizes(picture, source, origin)),
  });
}

/**
 * The fallback image in place of a source that could not be had: under the environment's status and time, or the failure's. It has
 * nothing of the source's. The edge has it no longer than it would have the failure, unless the environment says for how long.
 */
export function answerFallback(
  finished: Finished,
  failure: Failure,
  request: ImageRequest,
  context: RequestContext,
): HttpResponse {
  const { config, now } = context;
  const { expires = 0 } = request.options;
  const { "Cache-Control": _, ...headers } = answerPicture(finished, request, context).headers;
  const status = config.fallbackHttpCode >= 200 ? config.fallbackHttpCode : failure.status;
  const lasting = config.fallbackTtl > 0 || expires > 0 || status < 400;
  const limited = { config: { ...config, ttl: config.fallbackTtl || config.ttl }, now };
  const shared = context.http.edgeKey !== undefined && config.fallbackTtl === 0;
  const control = cacheControl(limited, expires) + (shared ? `, s-maxage=${failure.cacheFor}` : "");
  return {
    status,
    headers: { ...headers, ...(lasting && { "Cache-Control": control }) },
    body: finished.picture.body,
  };
}

/** 304: what the client has is what it would get, and all that would be said of it. */
export const answerNotModified = (
  source: ObjectMetadata,
  request: ImageRequest,
  context: RequestContext,
): HttpResponse =>
  answer(context, 304, "", {
    "Cache-Control": cacheControl(context, request.options.expires, source),
    ...vary(context.config),
    ...validators(source, request.key, context.config),
    ...known(CACHE_TAG_HEADER, tagIn(request.key)),
    ...canonical(request.source, context.config),
  });

/** 200 with a derivative kept earlier, as it was answered then. */
export const answerKept = (
  body: Uint8Array,
  metadata: ObjectMetadata,
  context: RequestContext,
): HttpResponse =>
  answer(context, 200, body, {
    ...known("Content-Type", metadata.type),
    ...known("Content-Disposition", metadata.contentDisposition),
    ...known("Cache-Control", metadata.cacheControl),
    ...vary(context.config),
    ...(context.config.useEtag && known("ETag", printable(metadata.etag))),
    ...lastModified(metadata, context.config),
    ...known(CACHE_TAG_HEADER, metadata.cacheTag),
  });

/**
 * An answer that the edge asked for under another key than ours: one of the two has not been deployed yet. It is right now, but would
 * be repeated under a key that says something else.
 */
export const unrepeatable = (answer: HttpResponse): HttpResponse => ({
  ...answer,
  headers: { ...answer.headers, "Cache-Control": "no-store" },
});

/** 302 to where the picture lies. */
export const answerElsewhere = (location: string, context: RequestContext): HttpResponse =>
  answer(context, 302, "", { Location: location, "Cache-Control": "no-store" });

/**
 * The status of a failure and all the client is told of it. Only the edge hears how long it may be repeated. It has its source's
 * tag, so that a missing picture can be asked for as soon as it is there; but nothing is computed of a path that is not signed.
 */
export const answerFailure = (failure: Failure, context: RequestContext): HttpResponse => {
  const { http, config } = context;
  const tag = failure instanceof Forbidden ? undefined : sourceTag(http.path, config);
  const throughEdge = http.edgeKey !== undefined || http.path === NOWHERE;
  const { type, body } = config.developmentErrorsMode
    ? developmentError(failure, http)
    : { type: "text/plain", body: failure.publicMessage };
  return answer(context, failure.status, body, {
    "Content-Type": type,
    ...known("Retry-After", failure.retryAfter?.toString()),
    ...(throughEdge && failure.cacheFor > 0 && { "Cache-Control": `s-maxage=${failure.cacheFor}` }),
    ...known(CACHE_TAG_HEADER, tag),
  });
};

/** 200 with words, that a cache may keep as long as a picture. */
export const answerText = (type: string, body: string, context: RequestContext): HttpResponse =>
  answer(context, 200, body, { "Content-Type": type, "Cache-Control": cacheControl(context) });

/** An answer of any status, with the headers that every one has. */
export function answer(
  { http, config }: RequestContext,
  status: number,
  body: Uint8Array | string,
  headers: HttpResponse["headers"],
): HttpResponse {
  return {
    status,
    body,
    headers: {
      Server: "imgproxy",
      "X-Request-ID": http.id,
      "Content-Security-Policy": CONTENT_SECURITY_POLICY,
      ...cors(config),
      ...headers,
    },
  };
}

/**
 * How long the answer may be kept. Until its URL expires (unix s; 0 is never), at most `IMGPROXY_TTL`; else as the source
 * says, where that is passed on; else `IMGPROXY_TTL`.
 */
export function cacheControl(
  { config, now }: Pick<RequestContext, "config" | "now">,
  expires = 0,
  source: ObjectMetadata = {},
): string {
  const { ttl, cacheControlPassthrough } = config;
  const passed = cacheControlPassthrough ? printable(source.cacheControl) : undefined;
  const until = cacheControlPassthrough ? secondsUntil(source.expires, now) : 0;
  const left = Math.min(expires - Math.floor(now / 1000), ttl);
  if (left > 0) return maxAge(left);
  if (passed) return passed;
  if (until > 0) return maxAge(until);
  return ttl > 0 ? maxAge(ttl) : "no-cache";
}

const maxAge = (seconds: number) => `max-age=${seconds}, public`;

/** 0 when the date is none. */
const secondsUntil = (date: string | undefined, now: number) =>
  Math.floor((Date.parse(date ?? "") - now) / 1000) || 0;

/** bytes of the longest name a file system takes; a header with a longer one may be refused on its way. */
const LONGEST_NAME = 255;

/**
 * What browsers call the picture: `filename`, else what the source URL ends on, with the extension of the answer. Cut to what
 * a file may be called.
 */
export function contentDisposition(source: string, filename: string, extension: string, attachment: boolean) {
  const stem = (filename || stemOf(source) || "image").toWellFormed();
  const name = cut(stem, LONGEST_NAME - extension.length) + extension;
  const plain = name
    .replace(/\p{Cc}/gu, " ")
    .replace(/[^ -~]/gu, "_")
    .replaceAll('"', "%22");
  const full = /[^ -~]/.test(name) ? `; filename*=UTF-8''${percentEncoded(name)}` : "";
  return `${attachment ? "attachment" : "inline"}; filename="${plain}"${full}`;
}

/** As many whole characters as `bytes` hold. */
const cut = (text: string, bytes: number) =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(text).subarray(0, bytes), {
    stream: true,
  });

/** The text after the last slash, without what follows its last dot. */
function stemOf(source: string): string {
  const last = source.slice(source.lastIndexOf("/") + 1);
  const dot = last.lastIndexOf(".");
  return dot < 0 ? last : last.slice(0, dot);
}

const percentEncoded = (name: string) =>
  encodeURIComponent(name.replace(/\p{Cc}/gu, " ")).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Which request headers chose the format and the size. */
export function vary(config: Config): HttpResponse["headers"] {
  const accept = negotiatedFormats(config).length > 0 ? ["Accept"] : [];
  const hints = config.enableClientHints ? ["Sec-Ch-Dpr", "Dpr", "Sec-Ch-Width", "Width"] : [];
  return known("Vary", [...accept, ...hints].join(", ") || undefined);
}

/** An ETag of the answer's own, and its source's date, as far as the environment hands them on. */
export const validators = (source: ObjectMetadata, key: string, config: Config): HttpResponse["headers"] => ({
  ...known("ETag", config.useEtag ? etagOf(source.etag, key) : undefined),
  ...lastModified(source, config),
});

function lastModified({ lastModified: date }: ObjectMetadata, config: Config): HttpResponse["headers"] {
  return known(
    "Last-Modified",
    config.useLastModified ? notBefore(config.lastModifiedBuster, httpDate(date)) : undefined,
  );
}

/** As HTTP writes dates today, for that is all a client has to read. */
const httpDate = (date: string | undefined) =>
  /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(date ?? "") && !Number.isNaN(Date.parse(date ?? ""))
    ? date
    : undefined;

const notBefore = (least: number | undefined, date: string | undefined) =>
  date !== undefined && Date.parse(date) < (least ?? -Infinity) ? new Date(least ?? 0).toUTCString() : date;

function sizes(picture: Size, source: Source, origin: Finished["origin"]) {
  const seen = upright(origin);
  return {
    "X-Origin-Content-Length": `${source.bytes.length}`,
    "X-Origin-Width": `${seen.width}`,
    "X-Origin-Height": `${seen.height}`,
    "X-Result-Width": `${picture.width}`,
    "X-Result-Height": `${picture.height}`,
  };
}

/** A header that is there, or none. */
export const known = (name: string, value: string | undefined): HttpResponse["headers"] =>
  value === undefined ? {} : { [name]: value };

/** Nothing but what a header may hold, and no more than leaves all of them room in 8 KB. */
export const printable = (value: string | undefined) =>
  value !== undefined && /^[\t -~]{0,1000}$/.test(value) ? value : undefined;
