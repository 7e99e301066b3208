import type { IncomingMessage, ServerResponse } from "node:http";
import type { EdgeRequest } from "./edge-function.ts";
import type { Answer } from "./http.ts";

/** What a viewer asks, without the query: nothing behind the edge sees it. Its address is added, as CloudFront does. */
export function received({
  method = "GET",
  url = "/",
  headersDistinct,
  socket,
}: IncomingMessage): EdgeRequest {
  const [uri = "/"] = url.split("?", 1);
  const { "x-forwarded-for": forwarded = [], ...others } = headersDistinct;
  const named = { ...others, "x-forwarded-for": [...forwarded, socket.remoteAddress ?? ""] };
  const headers = Object.entries(named).map(([name, values]) => [name, values?.join(", ") ?? ""]);
  return { method, uri, headers: Object.fromEntries(headers) };
}

/** These are between two ends of one connection. */
const hopByHop = ["connection", "keep-alive", "transfer-encoding", "content-length", "date"];

/** Sends an answer, shortened to 304 when the viewer has it. Tells the bytes of the body that went out. */
export function send(response: ServerResponse, { method, headers }: EdgeRequest, answer: Answer): number {
  const sent = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => !hopByHop.includes(name)),
  );
  const held = answer.status === 200 && sent.etag !== undefined && headers["if-none-match"] === sent.etag;
  if (held) {
    response.writeHead(304, sent).end();
    return 0;
  }
  const headersOnly = method === "HEAD";
  // What an origin answered to HEAD has no body, and says how long it would be.
  const length =
    (headersOnly && answer.body.length === 0 && answer.headers["content-length"]) || answer.body.length;
  // What comes in chunks is handed on in chunks; from the cache its length is known.
  const chunked = answer.headers["transfer-encoding"] === "chunked";
  response.writeHead(answer.status, { ...sent, ...(!chunked && { "content-length": length }) });
  const body = headersOnly ? "" : answer.body;
  response.end(body);
  return body.length;
}
