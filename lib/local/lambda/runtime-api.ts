import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer, text } from "node:stream/consumers";
import { ALIAS } from "../../environment.ts";
import { listen } from "../listen.ts";
import { record } from "./record.ts";
import { isStreamed, type Streamed, streamedIn } from "./response-stream.ts";

/** What Lambda lets a response be: bytes of the whole JSON. */
export const RESPONSE_LIMIT = 6_291_556;

/** What whoever waits for a whole response gets: of what is streamed, all of it as text. */
export async function whole(outcome: StreamedOutcome): Promise<Outcome> {
  if (!("streamed" in outcome)) return outcome;
  const { prelude = "", body } = outcome.streamed;
  try {
    const json = prelude + (await text(body));
    return json.length <= RESPONSE_LIMIT ? { json } : { failed: tooBig(json.length) };
  } catch (error) {
    return { failed: `${error}` };
  }
}

const tooBig = (bytes: number) => `a response of ${bytes} bytes, at most ${RESPONSE_LIMIT} fit`;

/** One event on its way into the function. */
export interface Invocation {
  readonly id: string;
  /** JSON. */
  readonly event: string;
  /** ms since 1970; when the process will be killed. */
  readonly deadline: number;
}

/** What became of it: the function's JSON, or why there is none. */
export type Outcome = { readonly json: string } | { readonly failed: string };

/** The same of a function that may stream. */
export type StreamedOutcome = Outcome | { readonly streamed: Streamed };

/** Lambda's Runtime API for one process of the function. */
export interface RuntimeApi {
  /** host:port */
  readonly address: string;
  /** Settles when the function asks for its first event; rejects when it says it could not start. */
  readonly ready: Promise<void>;
  /** Hands out an event and waits for what becomes of it; one at a time. Never settles when the process dies. */
  hand(invocation: Invocation): Promise<StreamedOutcome>;
  close(): void;
}

/** Listens for one process of the function. */
export async function runtimeApi(): Promise<RuntimeApi> {
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  let idle = Promise.withResolvers<ServerResponse>();
  let current: { readonly id: string; readonly settle: (outcome: StreamedOutcome) => void } | undefined;

  const settle = (id: string, outcome: StreamedOutcome) => {
    if (current?.id !== id) return;
    current.settle(outcome);
    current = undefined;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const [id = "", said = ""] = request.url?.split("/").slice(-2) ?? [];
    if (said === "next") {
      ready.resolve();
      return idle.resolve(response);
    }
    if (isStreamed(request)) {
      await handOn(id, request);
      return accept(response);
    }
    const body = await buffer(request);
    const refused = said === "response" && body.length > RESPONSE_LIMIT;
    if (id === "init") ready.reject(new Error(reasonIn(body)));
    else if (refused) settle(id, { failed: tooBig(body.length) });
    else settle(id, said === "response" ? { json: body.toString() } : { failed: reasonIn(body) });
    accept(response, refused ? 413 : 202);
  };
  /** The function hears nothing before all was taken. */
  const handOn = async (id: string, request: IncomingMessage) => {
    try {
      const streamed = await streamedIn(request);
      settle(id, { streamed });
      await streamed.ended;
    } catch (error) {
      settle(id, { failed: `${error}` });
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const port = await listen(server);

  const hand = async ({ id, event, deadline }: Invocation) => {
    const response = await idle.promise;
    idle = Promise.withResolvers();
    const { promise, resolve } = Promise.withResolvers<StreamedOutcome>();
    current = { id, settle: resolve };
    response.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": id,
      "lambda-runtime-deadline-ms": String(deadline),
      "lambda-runtime-invoked-function-arn": `arn:aws:lambda:us-east-1:000000000000:function:local:${ALIAS}`,
      "lambda-runtime-trace-id": "Root=1-00000000-000000000000000000000000;Sampled=0",
    });
    response.end(event);
    return promise;
  };
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `127.0.0.1:${port}`, ready: ready.promise, hand, close };
}

const accept = (response: ServerResponse, status = 202) =>
  response.writeHead(status, { "content-type": "application/json" }).end('{"status":"OK"}');

function reasonIn(body: Buffer): string {
  const { errorType, errorMessage } = record(JSON.parse(body.toString()));
  return `${errorType}: ${errorMessage}`;
}
