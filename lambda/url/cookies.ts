import type { Config } from "../config/variables.ts";
import type { HttpRequest } from "../http.ts";
import type { ClientCookies } from "../store/cookies.ts";

/**
 * The client's cookies, where they are handed on to this source: `undefined` otherwise, and always behind the edge, which keeps one
 * answer for all viewers.
 */
export function cookiesOf(
  { headers, edgeKey }: Pick<HttpRequest, "headers" | "edgeKey">,
  source: string,
  { cookiePassthrough, cookiePassthroughAll, cookieBaseUrl }: Config,
): ClientCookies | undefined {
  const { cookie = "" } = headers;
  if (!cookiePassthrough || edgeKey !== undefined || !/^[ -~]+$/.test(cookie)) return undefined;
  if (!/^https?:/i.test(source)) return undefined;
  if (cookiePassthroughAll) return { header: cookie, host: undefined };
  const base = cookieBaseUrl || `http://${headers["x-forwarded-host"] ?? headers.host ?? ""}/`;
  return URL.canParse(base) ? { header: cookie, host: new URL(base).hostname } : undefined;
}
