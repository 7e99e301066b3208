import { Readable } from "node:stream";
import type { LambdaFunctionURLEvent } from "aws-lambda";

/** A request as it stands on the wire. */
export interface HttpRequest {
  readonly method: string;
  /** The raw request target up to the first `?`, nothing decoded. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** What it is known by, in logs and to the client. */
  readonly id: string;
  /** The address it says it comes from; for the log alone, for whoever asks may say what they like. */
  readonly clientIp?: string;
  /** The key the edge function asked the derivative bucket for; absent when the request came without CloudFront. */
  readonly edgeKey?: string;
}

/** An answer before it is put into a Lambda result. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes go out in base64, text as it is. */
  readonly body: Uint8Array | string;
}

/** What a function URL expects of its function. */
export interface LambdaResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly isBase64Encoded: boolean;
  readonly body: string;
}

/** What a function URL that streams expects: what is said first, and what follows as it is. */
export interface StreamedResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | string;
}

/** In which header the edge function hands on the path as the viewer sent it. */
export const PATH_HEADER = "x-shutterspeed-path";

/** In which header it hands on the viewer's `Authorization`, when that was right: CloudFront signs with the original one. */
export const AUTHORIZATION_HEADER = "x-shutterspeed-authorization";

/** What the edge function asks for in place of whatever is no picture and no fixed path. */
export const NOWHERE = "/-";

/** bytes that Lambda takes of a result, as JSON. */
export const RESPONSE_LIMIT = 6_291_556;

/** A function URL's event, or anything else the function is invoked with. */
export type InvocationEvent = Partial<Pick<LambdaFunctionURLEvent, "rawPath" | "headers">> & {
  readonly requestContext?: { readonly http?: { readonly method?: string; readonly sourceIp?: string } };
  /** Of a direct invocation, which IAM allows: examine the way to this object. */
  readonly doctor?: {
    readonly bucket?: unknown;
    readonly key?: unknown;
    readonly version?: unknown;
    readonly reads?: unknown;
  };
};

/** Whether an event is a request. What keeps the function warm sends `{}`, or what it likes. */
export const isRequest = ({ rawPath, requestContext }: InvocationEvent): boolean =>
  typeof rawPath === "string" && typeof requestContext?.http?.method === "string";

/** The request in a function URL's event, as far as it is one; `invocation` is Lambda's own id for it. */
export function fromEvent(
  { rawPath = "", requestContext, ...event }: InvocationEvent,
  invocation: string,
): HttpRequest {
  const given = Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? ""]);
  const headers: Readonly<Record<string, string>> = Object.fromEntries(given);
  const method = requestContext?.http?.method ?? "GET";
  const id = requestId(headers, invocation);
  const address = clientIp(headers, requestContext?.http?.sourceIp);
  const from = { id, ...(address !== undefined && { clientIp: address }) };
  const original = headers[PATH_HEADER];
  if (original === undefined) return { method, headers, ...from, path: untilQuery(rawPath) };
  const edgeKey = rawPath.slice(1);
  return {
    method,
    headers: { ...headers, ...negotiatedIn(edgeKey) },
    ...from,
    path: untilQuery(handedOn(original)),
    edgeKey,
  };
}

/** The path in the edge's header: as it is, or percent-encoded whole where it is not of ASCII alone. What cannot be decoded names no picture. */
function handedOn(header: string): string {
  if (!header.startsWith(ENCODED)) return header;
  try {
    return decodeURIComponent(header.slice(ENCODED.length));
  } catch {
    return "";
  }
}
const ENCODED = "utf8 ";

/** What the viewer accepts and hints at, as far as it counts: the edge put it into the key, so the answer may depend on nothing else. */
function negotiatedIn(edgeKey: string): HttpRequest["headers"] {
  const words = edgeKey.slice(edgeKey.lastIndexOf(".") + 1).split("-");
  const hint = (letter: string) =>
    words
      .find((word) => new RegExp(`^${letter}\\d`).test(word))
      ?.slice(1)
      .replace("_", ".") ?? "";
  const accept = words.map((format) => `image/${format}`).join();
  return { accept, "sec-ch-width": hint("w"), width: "", "sec-ch-dpr": hint("d"), dpr: "" };
}

const untilQuery = (target: string) => target.split("?", 1)[0] ?? "";

/** The client's own `X-Request-ID` if it is made of at most 128 harmless characters, else Lambda's. */
export function requestId(headers: HttpRequest["headers"], invocation: string): string {
  const own = headers["x-request-id"];
  return own !== undefined && /^[A-Za-z0-9_-]{1,128}$/.test(own) ? own : invocation;
}

/** The address of the client as what stands before us tells it, else that of who asked: `socket`. */
export function clientIp(headers: HttpRequest["headers"], socket?: string): string | undefined {
  const [forwarded] = (headers["x-forwarded-for"] ?? "").split(",", 1);
  const told = [headers["cf-connecting-ip"], forwarded, headers["x-real-ip"], socket];
  return told.map((address) => address?.trim()).find(Boolean);
}

/** The response as its request's method wants it: HEAD is told all that GET is, but the body. */
export const forMethod = (response: HttpResponse, method: string): HttpResponse =>
  method === "HEAD"
    ? {
        ...response,
        headers: { ...response.headers, "Content-Length": `${Buffer.byteLength(response.body)}` },
        body: "",
      }
    : response;

/** The result that makes a function URL send this response. */
export const toResult = (response: HttpResponse): LambdaResult =>
  envelope(
    response,
    typeof response.body === "string"
      ? response.body
      : Buffer.from(response.body.buffer, response.body.byteOffset, response.body.byteLength).toString(
          "base64",
        ),
  );

const envelope = ({ status, headers, body }: HttpResponse, text: string): LambdaResult => ({
  statusCode: status,
  headers,
  isBase64Encoded: typeof body !== "string",
  body: text,
});

/**
 * The result that makes a function URL stream this response. It says no length: Lambda sends what is streamed in chunks, and would
 * hand on a Content-Length under another name.
 */
export function toStreamed({ status, headers, body }: HttpResponse): StreamedResult {
  const { "Content-Length": _, ...said } = headers;
  return { statusCode: status, headers: said, body: typeof body === "string" ? body : streamOf(body) };
}

/** All of it is there from the beginning: nothing can go wrong after the headers. */
function streamOf(bytes: Uint8Array): Readable {
  const stream = new Readable({ read() {} });
  stream.push(bytes);
  stream.push(null);
  return stream;
}

/** bytes of a result's body as a client gets it. */
export function bodyBytes(result: LambdaResult | StreamedResult): number {
  const { body } = result;
  if (typeof body !== "string") return body.readableLength;
  const encoded = "isBase64Encoded" in result && result.isBase64Encoded;
  return Buffer.byteLength(body, encoded ? "base64" : "utf8");
}

/** bytes of the JSON of the whole result, counted without making it. */
export function responseBytes(response: HttpResponse): number {
  const { body } = response;
  const empty = Buffer.byteLength(JSON.stringify(envelope(response, "")));
  return (
    empty + (typeof body === "string" ? Buffer.byteLength(JSON.stringify(body)) - 2 : base64Length(body))
  );
}

const base64Length = ({ length }: Uint8Array) => Math.ceil(length / 3) * 4;

/** Lambda would take this response, or whoever else takes up to `limit` bytes of it. */
export const fits = (response: HttpResponse, limit = RESPONSE_LIMIT): boolean =>
  limit === Infinity || responseBytes(response) <= limit;
