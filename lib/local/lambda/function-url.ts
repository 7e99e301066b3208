import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { listen } from "../listen.ts";
import type { LocalFunction } from "./function.ts";
import { record } from "./record.ts";
import type { Streamed } from "./response-stream.ts";

/** The function's own address, as Lambda would give it one. Whoever reaches it on this machine may ask. */
export interface FunctionUrl {
  /** http://127.0.0.1:port */
  readonly origin: string;
  stop(): void;
}

/** How Lambda is asked, by the names it has for them: for a whole response, or for a stream. */
export type InvokeMode = "BUFFERED" | "RESPONSE_STREAM";

/** Lets the function be asked over HTTP: payload format 2.0 in and out, 502 when it has no answer. */
export async function startFunctionUrl(
  fn: LocalFunction,
  mode: InvokeMode = "BUFFERED",
): Promise<FunctionUrl> {
  const server = createServer(async (request, response) => {
    const { status, headers, body } = await answer(request, fn, mode);
    response.writeHead(status, { ...headers, ...ofLambda() });
    if (typeof body === "string" || Buffer.isBuffer(body)) response.end(body);
    else await sendStream(body, response);
  });
  const port = await listen(server);
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${port}`, stop };
}

/** What Lambda adds to every answer. */
const ofLambda = () => ({
  "x-amzn-requestid": randomUUID(),
  "x-amzn-trace-id": "Root=1-00000000-000000000000000000000000",
});

/** A stream that breaks breaks the connection: nothing else can be said after the headers. */
const sendStream = (body: Readable, response: ServerResponse) => pipeline(body, response).catch(() => {});

async function answer(request: IncomingMessage, fn: LocalFunction, mode: InvokeMode): Promise<Answer> {
  try {
    const event = eventOf(request, await buffer(request));
    const outcome = await (mode === "BUFFERED" ? fn.invoke(event) : fn.stream(event));
    if ("failed" in outcome) return badGateway;
    if ("streamed" in outcome) return answerOf(outcome.streamed);
    const { json } = outcome;
    return mode === "BUFFERED" ? answerIn(json, request.method === "HEAD") : asItIs(json);
  } catch {
    return badGateway;
  }
}

/** What the prelude says, and the body behind it. A Content-Length goes by another name: what is streamed goes out in chunks. */
function answerOf({ prelude, body }: Streamed): Answer {
  if (prelude === undefined) return asItIs(body);
  const { statusCode, headers } = record(JSON.parse(prelude));
  const entries = Object.entries(record(headers)).map(([name, value]) => [renamed(name), String(value)]);
  return {
    status: Number(statusCode ?? 200),
    headers: { "content-type": "application/octet-stream", ...Object.fromEntries(entries) },
    body,
  };
}

const renamed = (name: string) =>
  name.toLowerCase() === "content-length" ? "x-amzn-remapped-content-length" : name.toLowerCase();

/** Without a prelude, all of it is the body. */
const asItIs = (body: Readable | string): Answer => ({
  status: 200,
  headers: { "content-type": "application/octet-stream" },
  body,
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | Readable;
}

const badGateway: Answer = {
  status: 502,
  headers: { "content-type": "application/json" },
  body: '{"Message":"Internal Server Error"}',
};

/** A request as a function URL tells it; the path stays as it was sent. */
function eventOf(request: IncomingMessage, body: Buffer) {
  const [path = "/", query = ""] = request.url?.split(/\?(.*)/s) ?? [];
  const headers = Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [name, values?.join(",") ?? ""]),
  );
  const { method = "GET", httpVersion, socket } = request;
  const userAgent = headers["user-agent"];
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query,
    headers: { ...headers, "x-forwarded-proto": "https", "x-forwarded-port": "443" },
    requestContext: {
      accountId: "anonymous",
      apiId: "local",
      domainName: headers.host,
      domainPrefix: "local",
      http: { method, path, protocol: `HTTP/${httpVersion}`, sourceIp: socket.remoteAddress, userAgent },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: new Date().toISOString(),
      timeEpoch: Date.now(),
    },
    ...(body.length > 0 && { body: body.toString("base64") }),
    isBase64Encoded: body.length > 0,
  };
}

/**
 * What the function's JSON says over HTTP. Without a status code, the JSON itself is the body.
 * With `headersOnly` the function says how long the body would be.
 */
function answerIn(json: string, headersOnly: boolean): Answer {
  const { statusCode, headers, body, isBase64Encoded } = record(JSON.parse(json));
  if (statusCode === undefined)
    return { status: 200, headers: { "content-type": "application/json" }, body: json };
  const text = typeof body === "string" ? body : "";
  const bytes = Buffer.from(text, isBase64Encoded ? "base64" : "utf8");
  const entries = Object.entries(record(headers)).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: Number(statusCode),
    headers: {
      "content-type": "application/json",
      "content-length": "0",
      ...Object.fromEntries(entries),
      ...(!headersOnly && { "content-length": String(bytes.length) }),
    },
    body: bytes,
  };
}
