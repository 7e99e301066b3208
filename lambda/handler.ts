import middy, { type MiddlewareObj } from "@middy/core";
import type { Context, LambdaFunctionURLEvent } from "aws-lambda";
import { readConfig } from "./config.ts";
import { Deadline, Late } from "./deadline.ts";
import { Failure, InternalError, Timeout } from "./errors.ts";
import { fromEvent, type LambdaResult, toResult } from "./http.ts";
import { type RequestLog, requestLog } from "./log.ts";
import { answerFailure } from "./respond.ts";
import { isSilent } from "./routes.ts";
import { s3Bucket } from "./s3-bucket.ts";
import { serve } from "./serve.ts";
import { language } from "./url/language.ts";

/** ms of an invocation kept for what follows the work: the log line, base64 of 6 MB, handing it to Lambda. */
const ANSWER_RESERVE = 250;
/** ms before the end at which an answer leaves even if the work forgot the time. */
const LAST_WORD = 100;

interface Rim extends Context {
  log: RequestLog;
  began: number;
}
type Middleware = MiddlewareObj<LambdaFunctionURLEvent, LambdaResult, Error, Rim>;

const config = readConfig(process.env);
const spoken = language(config, Date.now());
const bucket = s3Bucket(config);

/** One line and one set of metrics for each request. */
const telling: Middleware = {
  before({ context }) {
    context.log = requestLog();
    context.began = performance.now();
  },
  after: tell,
  onError: tell,
};

function tell({ event, context, response, error }: Parameters<NonNullable<Middleware["after"]>>[0]) {
  const http = fromEvent(event, context.awsRequestId);
  const status = response?.statusCode ?? 500;
  if (isSilent(http.path, config.pathPrefix) && status < 500) return;
  const durationMs = performance.now() - context.began;
  context.log.write({ http, status, error, durationMs, remainingMs: context.getRemainingTimeInMillis() });
}

/** Every error is an answer. */
const answering: Middleware = {
  onError(request) {
    const http = fromEvent(request.event, request.context.awsRequestId);
    request.response = toResult(answerFailure(failureOf(request.error), { http, config, now: Date.now() }));
  },
};

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return error instanceof Late
    ? new Timeout(error.message)
    : new InternalError("unforeseen", { cause: error });
}

/** What AWS executes: a function URL's event in, a whole response out, always before the function is killed. */
export const handler = middy<LambdaFunctionURLEvent, LambdaResult, Error, Rim>({ timeoutEarlyInMillis: 0 })
  .use(telling)
  .use(answering)
  .handler(async (event: LambdaFunctionURLEvent, context: Rim) => {
    const remaining = context.getRemainingTimeInMillis();
    const answerBy = Deadline.in(remaining - ANSWER_RESERVE).sooner((config.timeout ?? Infinity) * 1000);
    const http = fromEvent(event, context.awsRequestId);
    const services = { config, language: spoken, bucket, log: context.log };
    const response = await Deadline.in(remaining - LAST_WORD).within("the answer", Infinity, () =>
      serve(http, services, answerBy),
    );
    return toResult(response);
  });
