import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Config } from "../config/variables.ts";
import { SourceNotAllowed } from "../errors.ts";
import { matchPattern } from "../url/pattern.ts";
import { mayDial } from "./addresses.ts";
import { chunks } from "./chunks.ts";
import { openConnections, phases } from "./connections.ts";
import { type ClientCookies, startJar } from "./cookies.ts";
import { RefusedAddress } from "./guard.ts";
import { isWhole } from "./range.ts";
import { type GetOptions, type ObjectMetadata, type ObjectStream, type Origin, StoreError } from "./store.ts";

/** A page of the web, and how it is asked for. */
export interface Page {
  /** http or https, as a source spells it. */
  readonly url: string;
  readonly cookies?: ClientCookies | undefined;
  /** The environment names it itself: it may be asked for, whatever sources may. */
  readonly own?: boolean | undefined;
  /** By lower-case name; beside those that every request has. */
  readonly headers?: Headers;
  /** Hears what an answer of 304 tells. */
  readonly unmodified?: (metadata: ObjectMetadata) => void;
}

type Headers = Readonly<Record<string, string>>;
type How = Pick<GetOptions, "fresh" | "signal" | "at">;

/** An answer, whatever its status: the last of a chain of redirects. */
export interface WebAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly stream: ObjectStream;
}

/** The web, as a source of objects. */
export interface Web extends Origin<Page> {
  /** One attempt, whose answer may have any status. Rejects as `get` does. */
  ask(page: Page, how: How): Promise<WebAnswer>;
}

/** What stands for `%current_version` in a user agent: the imgproxy whose language we speak. */
const VERSION = "4.0";

/** bytes of a redirect's body that are read for the sake of its connection. */
const SHORT_BODY = 16 * 1024;

/** http and https, under the rules of the environment: who may be dialled, how many redirects are followed, and whereto. */
export function web(config: Config): Web {
  const connections = openConnections({
    mayDial: (address) => mayDial(address, config),
    idle: config.clientKeepAlive * 1000,
  });
  const ask = (page: Page, how: How) => {
    connections.use();
    if (how.fresh) connections.forget();
    return phases.run(how.at ?? (() => {}), () => followed(page, how.signal));
  };

  async function followed(page: Page, signal: AbortSignal): Promise<WebAnswer> {
    const jar = startJar(page.cookies);
    const allowed = page.own ? [] : config.allowedSources;
    let url = assertAllowed(page.url, allowed);
    for (let redirects = 0; ; redirects++) {
      const cookie = jar.headerFor(url);
      const message = await send(url, { ...page.headers, ...(cookie && { cookie }) }, signal);
      const to = redirecting.has(message.statusCode ?? 0) ? message.headers.location || undefined : undefined;
      if (to === undefined) return answerOf(message, signal);
      letGo(message);
      jar.keep(url, message.headers["set-cookie"] ?? []);
      if (redirects >= config.maxRedirects) throw new StoreError(404, `more than ${redirects} redirects`);
      if (!URL.canParse(to, url.href)) throw new StoreError(404, "a redirect to no URL");
      url = assertAllowed(new URL(to, url).href, allowed);
    }
  }

  const send = (url: URL, headers: Headers, signal: AbortSignal) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const tls = url.protocol === "https:";
      const { httpAgent, httpsAgent } = connections;
      const sent = (tls ? httpsRequest : httpRequest)(
        url,
        {
          agent: tls ? httpsAgent : httpAgent,
          headers: {
            "user-agent": config.userAgent.replaceAll("%current_version", VERSION),
            ...headers,
          },
          signal,
          ...(tls && { rejectUnauthorized: !config.ignoreSslVerification }),
        },
        (message) => {
          // Without a listener a reset, or an abort, of a body that nobody reads yet would end the process.
          message.on("error", () => {});
          resolve(message);
        },
      );
      sent.on("error", (error) => reject(translated(error, sent.reusedSocket)));
      sent.end();
    });

  return {
    ask,
    async get(page, options) {
      const { range, ifMatch, ifNoneMatch, ifModifiedSince, at = () => {} } = options;
      at("first byte");
      const headers = {
        ...page.headers,
        ...(range && { range: `bytes=${range.first}-${range.last ?? ""}` }),
        ...(ifMatch && { "if-match": ifMatch }),
        ...(ifNoneMatch && { "if-none-match": ifNoneMatch }),
        ...(ifModifiedSince && { "if-modified-since": ifModifiedSince }),
      };
      const { status, stream } = await ask({ ...page, headers }, options);
      const conditional = ifNoneMatch !== undefined || ifModifiedSince !== undefined;
      if (status === 200 || (status === 206 && (range || isWhole(stream.range, stream.length))))
        return stream;
      stream.cancel();
      if (status !== 304 || !conditional) throw new StoreError(status, "not what was asked for");
      page.unmodified?.(stream.metadata);
      return "not modified";
    },
  };
}

const redirecting: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The URL that is asked for, where it may be. Throws `SourceNotAllowed`, `StoreError` when it is none of the web. Where a URL may
 * mean something else than it looks like, what it means has to be allowed too.
 */
function assertAllowed(text: string, allowed: Config["allowedSources"]): URL {
  if (!URL.canParse(text)) throw new StoreError(404, "no URL");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new StoreError(404, "not of the web");
  const meant = isPlain(text) ? text : `${url.protocol}//${url.host}${url.pathname}${url.search}`;
  if (allowed.length > 0 && !allowed.some((pattern) => matchPattern(pattern, meant)))
    throw new SourceNotAllowed(`${meant}: not among IMGPROXY_ALLOWED_SOURCES`);
  return url;
}

/** Its host ends at the first slash, and its path leads nowhere but down. */
const isPlain = (text: string) =>
  /^https?:\/\/[^/\\?#@\s]+(\/[^\\\s]*)?$/i.test(text) && !/\/(\.|%2e){1,2}([/?#]|$)/i.test(text);

function answerOf(message: IncomingMessage, signal: AbortSignal): WebAnswer {
  const { headers, statusCode: status = 0 } = message;
  const announced = headers["content-length"];
  const length = announced === undefined ? undefined : Number(announced);
  const stream: ObjectStream = {
    plain: true,
    opaqueTag: true,
    length,
    marked: headers["transfer-encoding"] !== undefined,
    range: headers["content-range"],
    metadata: {
      type: headers["content-type"],
      encoding: headers["content-encoding"]?.toLowerCase().replace(/^x-/, ""),
      etag: headers.etag,
      lastModified: headers["last-modified"],
      cacheControl: headers["cache-control"],
      expires: headers.expires,
    },
    body: chunks(message, length, message, signal),
    cancel: () => message.destroy(),
  };
  const single = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join() : value,
  ]);
  return { status, headers: Object.fromEntries(single), stream };
}

function letGo(message: IncomingMessage): void {
  if (Number(message.headers["content-length"]) <= SHORT_BODY) message.resume();
  else message.destroy();
}

/** A name that is not there: no further attempt changes that. */
const unknown = /^ENOTFOUND/;
/** No TLS came about, or with a stranger: somebody on the way may have spoken. */
const strange = /^(EPROTO|ERR_SSL_|CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_)/;
/** What only a server that fails does, over a connection that nobody used before. */
const failing = /^(ECONNRESET|HPE_)/;

function translated(error: Error, reused: boolean): Error {
  if (error instanceof RefusedAddress) return new SourceNotAllowed(error.message, { cause: error });
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (unknown.test(code)) return new StoreError(404, code, { cause: error });
  if (strange.test(code)) return new StoreError(0, code, { cause: error });
  return failing.test(code) && !reused ? new StoreError(502, code, { cause: error }) : error;
}
