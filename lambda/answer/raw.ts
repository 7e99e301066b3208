import type { Deadline } from "../deadline.ts";
import { NowhereToKeep } from "../errors.ts";
import { formats } from "../formats.ts";
import type { HttpResponse } from "../http.ts";
import { imageType } from "../image-type.ts";
import type { RawSource } from "../source/raw.ts";
import { isSendable } from "../streaming.ts";
import { tagIn } from "../url/key.ts";
import type { ImageRequest } from "../url/parse.ts";
import {
  answer,
  CACHE_TAG_HEADER,
  cacheControl,
  contentDisposition,
  known,
  printable,
  type RequestContext,
} from "./answers.ts";
import { canonical } from "./headers.ts";

/** Types that show and do nothing else; whatever is none of these is saved, never shown. What ends in +xml is a document, whatever it begins with. */
const pictures = /^image\/(?!svg|[\w.+-]*\+xml)[\w.+-]+\s*(;|$)/i;
const harmless = /^((audio|video)\/(?![\w.+-]*\+xml)[\w.+-]+|text\/plain)\s*(;|$)/i;

/** What the source says it is; where it says nothing, what it looks like. */
function typeOf({ metadata: { type }, bytes }: RawSource): string {
  const format = imageType(bytes);
  return printable(type) ?? (format ? formats[format].mime : "text/plain; charset=utf-8");
}

/**
 * A source's own answer, under its own status. Throws `NowhereToKeep` where it is too large for a response and no whole picture that
 * could be kept.
 */
export function answerRaw(
  raw: RawSource,
  request: ImageRequest,
  context: RequestContext,
  deadline: Deadline,
): HttpResponse {
  const { status, metadata, bytes } = raw;
  const { encoding, etag, lastModified } = metadata;
  const type = typeOf(raw);
  const shows = pictures.test(type);
  const runs = !shows && !harmless.test(type);
  const empty = bytes.length === 0 && status >= 300;
  const named = status < 300 || (runs && !empty);
  const answered = answer(context, status, bytes, {
    ...(!empty && { "Content-Type": type }),
    ...known("Content-Encoding", printable(encoding)),
    ...known("Content-Range", printable(raw.range)),
    ...known("Accept-Ranges", printable(raw.acceptRanges)),
    ...known("Last-Modified", printable(lastModified)),
    ...known("ETag", printable(etag)),
    ...(named && { "Content-Disposition": disposition(type, request, runs) }),
    ...(!shows && { "X-Content-Type-Options": "nosniff" }),
    ...(status < 400 && { "Cache-Control": cacheControl(context, request.options.expires, metadata) }),
    ...known(CACHE_TAG_HEADER, tagIn(request.key)),
    ...canonical(request.source, context.config),
  });
  if (!isSendable(answered, context, deadline) && (status !== 200 || encoding !== undefined))
    throw new NowhereToKeep(`${bytes.length} bytes, ${status} ${encoding ?? ""}, and no picture to be kept`);
  return answered;
}

/** Named as the source is: its own extension, or else that of its type. */
function disposition(type: string, { source, options }: ImageRequest, runs: boolean): string {
  const last = source.slice(source.lastIndexOf("/") + 1);
  const dot = last.lastIndexOf(".");
  const mime = type.split(";", 1)[0]?.trim().toLowerCase();
  const ofType = Object.values(formats).find((format) => format.mime === mime)?.extension ?? "";
  const extension = dot < 0 ? ofType : last.slice(dot);
  const { filename = "", return_attachment: attachment = false } = options;
  return contentDisposition(source, filename, extension, attachment || runs);
}
