import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { CACHE_TAG_HEADER } from "../../lambda/answer/answers.ts";
import { clientIp, type HttpRequest, type HttpResponse, requestId } from "../../lambda/http.ts";
import type { ServerConfig } from "./variables.ts";

/** Answers a request; `gone` fires when nobody waits any more. Never rejects. */
export type Answer = (http: HttpRequest, gone: AbortSignal) => Promise<HttpResponse>;

/** ms between two looks for requests that take too long to arrive. */
const CHECKS = 1000;
/** bytes of a request's first line and headers; the longest path that is read, twice, and what browsers send. */
const HEADERS = 32_768;

/** An HTTP server that has every request answered. It does not listen yet; `clients` connections are held at once. */
export function door(
  answer: Answer,
  clients: number,
  { readRequestTimeout, writeResponseTimeout, keepAliveTimeout }: ServerConfig,
): Server {
  const server = createServer(
    {
      requestTimeout: readRequestTimeout * 1000,
      headersTimeout: readRequestTimeout * 1000,
      keepAliveTimeout: keepAliveTimeout * 1000,
      connectionsCheckingInterval: CHECKS,
      maxHeaderSize: HEADERS,
    },
    async (request, response) => {
      const gone = goneOf(response);
      const answered = await answer(requestIn(request), gone);
      if (gone.aborted) return;
      // Of a server that has been closed, no connection stays.
      if (keepAliveTimeout === 0 || !server.listening) response.shouldKeepAlive = false;
      send(response, answered);
      endAfter(response, writeResponseTimeout * 1000);
    },
  );
  // Dropped, for other processes have as many.
  if (clients > 0) Object.assign(server, { maxConnections: clients, dropMaxConnection: true });
  return server;
}

/** Fires when a connection is closed before its answer has been sent. */
function goneOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  // Every step of the work listens.
  setMaxListeners(0, controller.signal);
  response.on("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** A request as it is on the wire: its path as it was sent, nothing decoded. What only our edge may say is not heard. */
function requestIn({ method = "GET", url = "/", headers: given, socket }: IncomingMessage): HttpRequest {
  const named = Object.entries(given).filter(([name]) => !name.startsWith("x-shutterspeed-"));
  const headers = Object.fromEntries(named.map(([name, value]) => [name, String(value)]));
  // What is not of ASCII alone comes byte by byte.
  const [path = ""] = Buffer.from(url, "latin1").toString().split("?", 1);
  // Of both kinds of address IPv4 is told as IPv6.
  const address = clientIp(headers, socket.remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/, ""));
  return {
    method,
    path,
    headers,
    id: requestId(headers, randomUUID()),
    ...(address !== undefined && { clientIp: address }),
  };
}

function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  // The tag is S3's to keep; the edge tells nobody of it, either.
  const { [CACHE_TAG_HEADER]: _, ...told } = headers;
  const length = status === 304 ? {} : { "Content-Length": Buffer.byteLength(body) };
  // What HEAD is told stands in the headers.
  response.writeHead(status, { ...length, ...told }).end(body);
}

/** Closes the connection when an answer is not on its way whole after `ms`. */
function endAfter(response: ServerResponse, ms: number): void {
  const timer = setTimeout(() => response.destroy(), ms);
  response.on("close", () => clearTimeout(timer));
}
