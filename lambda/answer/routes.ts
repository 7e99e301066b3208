import type { Config } from "../config/variables.ts";
import { NoRoute } from "../errors.ts";
import type { HttpResponse } from "../http.ts";
import { isBelow } from "../url/path.ts";
import { answerText, type RequestContext } from "./answers.ts";

const nothing = (): never => {
  throw new NoRoute("nothing is here");
};

const landing = "<!doctype html><title>Shutterspeed</title><h1>Hey, I'm Shutterspeed!</h1>";

/** Paths that are no pictures, without prefix. */
const exact: ReadonlyMap<string, (context: RequestContext) => HttpResponse> = new Map([
  ["", (context: RequestContext) => answerText("text/html", landing, context)],
  ["/", (context: RequestContext) => answerText("text/html", landing, context)],
  ["/favicon.ico", nothing],
  ["/health", healthy],
]);

function healthy(context: RequestContext): HttpResponse {
  const { headers, ...response } = answerText("text/plain", "imgproxy is running", context);
  return { ...response, headers: { ...headers, "Cache-Control": "no-cache" } };
}

/** The answer to whatever asks for no picture; `undefined` when it asks for one. Throws `NoRoute`. */
export function route(context: RequestContext): HttpResponse | undefined {
  const { http, config } = context;
  if (http.path !== config.pathPrefix && !isBelow(http.path, config.pathPrefix)) nothing();
  const path = http.path.slice(config.pathPrefix.length);
  switch (http.method) {
    // As imgproxy: no checks at all. HEAD is checked: a CDN would repeat its answer.
    case "OPTIONS":
      return answerText("text/plain", " ", context);
    case "GET":
    case "HEAD":
      if (path.startsWith("/.well-known/")) return nothing();
      if (path !== "" && path === config.healthCheckPath) return healthy(context);
      return exact.get(path)?.(context);
    default:
      return nothing();
  }
}

/** Nobody wants to read of it in the log, unless it fails. */
export const isSilent = (path: string, { pathPrefix, healthCheckPath }: Config): boolean => {
  const bare = path.slice(pathPrefix.length);
  const silent = ["/health", "/favicon.ico", healthCheckPath].filter(Boolean);
  return silent.includes(bare) || bare.startsWith("/.well-known/");
};
