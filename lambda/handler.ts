import middy, { type MiddlewareObj } from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import type { Context } from "aws-lambda";
import { answerFailure, type RequestContext } from "./answer/answers.ts";
import { isSilent } from "./answer/routes.ts";
import { readConfig } from "./config/variables.ts";
import { Deadline, DeadlineExceeded } from "./deadline.ts";
import { Failure, InternalError, Timeout } from "./errors.ts";
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
import { startCalibration } from "./image/admit.ts";
import { callAws } from "./keys/aws-json.ts";
import { keyring } from "./keys/keyring.ts";
import { firstGets } from "./keys/unverified.ts";
import { fileUnder, type Outcome, publishMetrics, type RequestLog, requestLog, writeLine } from "./log.ts";
import { serve } from "./serve.ts";
import { startPace } from "./source/pace.ts";
import { recentSources } from "./source/recent.ts";
import { headStart } from "./store/head-start.ts";
import { s3Store } from "./store/s3.ts";
import { web as openWeb } from "./store/web.ts";
import { compileLanguage } from "./url/language.ts";
import { shownPath } from "./url/shown.ts";

/** ms of an invocation kept for what follows the work: the log line, base64 of 6 MB, handing it to Lambda. */
const ANSWER_RESERVE = 250;
/** ms before the end at which an answer leaves even if the work forgot the time. */
const HARD_STOP = 100;

// Cold start: nonsense in the environment fails here, loudly.
const config = readConfig(process.env);
const unverified = compileLanguage(config, Date.now());
const ring = keyring(unverified, (call) => callAws(call, process.env));
const store = s3Store(config);
const web = openWeb(config);
const calibration = startCalibration(config.memorySize);
if (config.functionName) fileUnder(config.functionName);
const pace = startPace();
const recent = recentSources(config);

/** What belongs to one request. */
interface Request extends RequestContext {
  readonly log: RequestLog;
  /** ms of the monotonic clock. */
  readonly began: number;
}

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
    const { http, log, began } = requestOf(context);
    const result = typeof response === "object" ? response : undefined;
    const status = result?.statusCode ?? 500;
    if (isSilent(http.path, config) && status < 500) return;
    const durationMs = performance.now() - began;
    const shown = { ...http, path: shownPath(http.path, config) };
    tell(log.fields, {
      http: shown,
      status,
      error,
      durationMs,
      remainingMs: context.getRemainingTimeInMillis(),
      ...(result && { bytesOut: bodyBytes(result) }),
    });
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

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return error instanceof DeadlineExceeded
    ? new Timeout(error.message)
    : new InternalError("unforeseen", { cause: error });
}

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
    const response = await Deadline.in(remaining - HARD_STOP).within("the answer", Infinity, async () => {
      // At a cold start S3 is asked while the keys come; what it says is looked at once the signature was right.
      const early = headStart(store, ring.awaited ? firstGets(request, unverified) : []);
      try {
        const language = await ring.languageFor(request.http.path);
        const services = { config: language.config, language, store: early.store, web, calibration, pace };
        return await serve(request, { ...services, recent, log: request.log }, answerBy);
      } finally {
        early.end();
      }
    });
    return resultOf(response, request);
  });
