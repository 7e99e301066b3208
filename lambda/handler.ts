import middy, { type MiddlewareObj } from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import type { Context } from "aws-lambda";
import { answerFailure, type RequestContext } from "./answer/answers.ts";
import { answering } from "./answering.ts";
import { Deadline } from "./deadline.ts";
import {
  bodyBytes,
  forMethod,
  fromEvent,
  type HttpResponse,
  type InvocationEvent,
  isRequest,
  type LambdaResult,
  type StreamedResult,
  toResult,
  toStreamed,
} from "./http.ts";
import { fileUnder, type Outcome, publishMetrics, type RequestLog, requestLog, writeLine } from "./log.ts";
import { failureOf, open, outcomeOf, type Request } from "./opened.ts";

/** ms of an invocation kept for what follows the work: the log line, base64 of 6 MB, handing it to Lambda. */
const ANSWER_RESERVE = 250;
/** ms before the end at which an answer leaves even if the work forgot the time. */
const HARD_STOP = 100;

// Cold start: nonsense in the environment fails here, loudly.
const opened = open(process.env);
const { config } = opened;
if (config.functionName) fileUnder(config.functionName);

/** Lambda's context of an invocation, and from the first middleware on what we know of its request. */
interface Invocation extends Context {
  request?: Request;
}
/** Text alone is the whole of what an invocation hears that is no request, where answers are streamed. */
type Result = LambdaResult | StreamedResult | string;
type Middleware = MiddlewareObj<InvocationEvent, Result, Error, Invocation>;
type MiddlewareRequest = Parameters<NonNullable<Middleware["onError"]>>[0];

/** An event that is no request only wants us to be here, or to look at the way to an object; no URL leads to that. */
const ping: Middleware = {
  async before({ event, context }) {
    if (isRequest(event)) return undefined;
    const body = event.doctor ? await examined(event.doctor, context.getRemainingTimeInMillis()) : "";
    const result = toResult({ status: 200, headers: {}, body });
    return config.responseStreaming ? JSON.stringify(result) : result;
  },
};

async function examined(
  { bucket, key, version, reads }: NonNullable<InvocationEvent["doctor"]>,
  remaining: number,
): Promise<string> {
  const { examine } = await import("./doctor.ts");
  const address = {
    bucket: String(bucket),
    key: String(key),
    ...(version !== undefined && { version: String(version) }),
  };
  const report = await examine(
    { ...address, reads: Number(reads) || DOCTOR_READS, within: remaining - ANSWER_RESERVE },
    config,
  );
  return JSON.stringify(report);
}

/** How often an object is read when it is examined. */
const DOCTOR_READS = 10;

/** Makes what belongs to one request. */
const requestContext: Middleware = {
  before({ event, context }) {
    const http = fromEvent(event, context.awsRequestId);
    context.request = { http, config, now: Date.now(), log: requestLog(), began: performance.now() };
  },
};

function requestOf({ request }: Invocation): Request {
  if (!request) throw new TypeError("the request's context was not made");
  return request;
}

/** Has every request told of once it has ended, but for the silent ones. */
const atTheEnd = (tell: (fields: RequestLog["fields"], outcome: Outcome) => void): Middleware => {
  const end = ({ context, response, error }: MiddlewareRequest) => {
    const request = requestOf(context);
    const result = typeof response === "object" ? response : undefined;
    const outcome = outcomeOf(request, {
      status: result?.statusCode ?? 500,
      error,
      remainingMs: context.getRemainingTimeInMillis(),
      ...(result && { bytesOut: bodyBytes(result) }),
    });
    if (outcome) tell(request.log.fields, outcome);
  };
  return { after: end, onError: end };
};

/** Every error is an answer. */
const errorResponse: Middleware = {
  onError(request) {
    const context = requestOf(request.context);
    request.response = resultOf(answerFailure(failureOf(request.error), context), context);
  },
};

const resultOf = (response: HttpResponse, { http }: RequestContext) =>
  (config.responseStreaming ? toStreamed : toResult)(forMethod(response, http.method));

/** What AWS executes: a function URL's event in, a whole response out, always before the function is killed. */
export const handler = middy<InvocationEvent, Result, Error, Invocation>({
  timeoutEarlyInMillis: 0,
  ...(config.responseStreaming && { executionMode: executionModeStreamifyResponse }),
})
  .use([ping, requestContext, atTheEnd(writeLine), atTheEnd(publishMetrics), errorResponse])
  .handler(async (_event: InvocationEvent, context: Invocation) => {
    const remaining = context.getRemainingTimeInMillis();
    const answerBy = Deadline.in(remaining - ANSWER_RESERVE).sooner((config.timeout ?? Infinity) * 1000);
    const request = requestOf(context);
    const response = await Deadline.in(remaining - HARD_STOP).within("the answer", Infinity, () =>
      opened.serve(request, answerBy),
    );
    return resultOf(response, request);
  });

/** The same for a server of one's own, in place of Lambda. */
export const answer = answering(opened);
export { hasLeftovers } from "./image/run.ts";
