import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen } from "../listen.ts";
import type { LocalFunction } from "./function.ts";
import { record } from "./record.ts";

/** The function's own address, as Lambda would give it one. Whoever reaches it on this machine may ask. */
export interface FunctionUrl {
  /** http://127.0.0.1:port */
  readonly origin: string;
  stop(): void;
}

/** Lets the function be asked over HTTP: payload format 2.0 in and out, 502 when it has no answer. */
export async function startFunctionUrl(fn: LocalFunction): Promise<FunctionUrl> {
  const server = createServer(async (request, response) => {
    const { status, headers, body } = await answer(request, fn);
    response.writeHead(status, { ...headers, ...ofLambda() }).end(body);
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

async function answer(request: IncomingMessage, fn: LocalFunction): Promise<Answer> {
  try {
    const outcome = await fn.invoke(eventOf(request, await buffer(request)));
    return "json" in outcome ? answerIn(outcome.json, request.method === "HEAD") : badGateway;
  } catch {
    return badGateway;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
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
