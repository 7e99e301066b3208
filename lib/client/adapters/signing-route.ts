import type { Options } from "../options.ts";
import type { ImageUrls } from "../urls.ts";

/** What a signing route gives away, and to whom it does not. */
export interface SigningRouteProps<Preset extends string = string> {
  /** With the keys, on the server. */
  readonly images: ImageUrls<Preset>;
  /** The URL of the source that a page means by `src`, which anybody may write; `undefined` refuses it. */
  readonly source: (src: string) => string | undefined;
  /** CSS px that may be asked for; others are refused, or each would be drawn for whoever counts through them. */
  readonly widths: readonly number[];
  /** Qualities that may be asked for. @default - none, quality is the function's */
  readonly qualities?: readonly number[] | undefined;
  /** What is asked of every picture. */
  readonly options?: Options<Preset> | undefined;
  /** Seconds that browsers and caches keep where a picture is. @default 3600 */
  readonly maxAge?: number | undefined;
}

/** Where a picture is, or why it is not told. */
export interface SigningAnswer {
  readonly status: 302 | 400 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs what a page asks with `?src=…&width=…&quality=…`: its keys stay on the server. */
export function signingAnswer<Preset extends string>(
  query: URLSearchParams,
  props: SigningRouteProps<Preset>,
): SigningAnswer {
  const { images, source, widths, qualities = [], options, maxAge = 3600 } = props;
  const width = numberIn(query.get("width"), widths);
  if (width === undefined) return refused(400, `width: expected one of ${widths.join(", ")}`);
  const asked = query.get("quality");
  const quality = asked === null ? undefined : numberIn(asked, qualities);
  if (asked !== null && quality === undefined)
    return refused(
      400,
      `quality: expected ${qualities.length > 0 ? `one of ${qualities.join(", ")}` : "none"}`,
    );
  const of = source(query.get("src") ?? "");
  if (of === undefined || of === "") return refused(404, "src: there is no such picture");
  const location = images.url(of, { ...options, width, ...(quality !== undefined && { quality }) });
  return { status: 302, headers: { location, "cache-control": `public, max-age=${maxAge}` }, body: "" };
}

/** The number a text says, where it is among those allowed, spelled as it would be here. */
const numberIn = (text: string | null, allowed: readonly number[]) =>
  allowed.find((one) => String(one) === text);

const refused = (status: 400 | 404, body: string): SigningAnswer => ({
  status,
  headers: { "content-type": "text/plain", "cache-control": "no-store" },
  body,
});

/**
 * The same for whatever answers a `Request` with a `Response`: a route of Next's app, Hono, SvelteKit, workers, Bun, Deno.
 * @example export const GET = signingRoute({ images, source: (src) => src.startsWith("/") ? `s3://pictures${src}` : undefined, widths: [640, 1080] })
 */
export const signingRoute =
  <Preset extends string>(props: SigningRouteProps<Preset>) =>
  (request: { readonly url: string }): Response => {
    const { status, headers, body } = signingAnswer(queryOf(request.url), props);
    return new Response(body === "" ? null : body, { status, headers });
  };

/** As much of Node's response as is used, which is Express's, too. */
export interface NodeResponse {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  end(body: string): unknown;
}

/**
 * The same for Express, Connect, and Node's own server.
 * @example app.get("/images", signingListener({ images, source: (src) => src.startsWith("/") ? `s3://pictures${src}` : undefined, widths: [640] }))
 */
export const signingListener =
  <Preset extends string>(props: SigningRouteProps<Preset>) =>
  (request: { readonly url?: string | undefined }, response: NodeResponse): void => {
    const { status, headers, body } = signingAnswer(queryOf(request.url ?? ""), props);
    response.writeHead(status, headers);
    response.end(body);
  };

function queryOf(url: string): URLSearchParams {
  const [, query = ""] = url
    .split("#", 1)
    .join("")
    .split(/\?(.*)/s, 2);
  return new URLSearchParams(query);
}
