import middy, { type MiddlewareObj } from "@middy/core";
import type { Context, LambdaFunctionURLEvent } from "aws-lambda";
import { answerFailure } from "./answer/answers.ts";
import { isSilent } from "./answer/routes.ts";
import { readConfig } from "./config/variables.ts";
import { Deadline, DeadlineExceeded } from "./deadline.ts";
import { Failure, InternalError, Timeout } from "./errors.ts";
import { fromEvent, type HttpRequest, type LambdaResult, toResult } from "./http.ts";
import { type RequestLog, requestLog } from "./log.ts";
import { serve } from "./serve.ts";
import { s3Bucket } from "./store/s3.ts";
import { compileLanguage } from "./url/language.ts";

/** ms of an invocation kept for what follows the work: the log line, base64 of 6 MB, handing it to Lambda. */
const ANSWER_RESERVE = 250;
/** ms before the end at which an answer leaves even if the work forgot the time. */
const HARD_STOP = 100;

// Cold start: nonsense in the environment fails here, loudly.
const config = readConfig(process.env);
const language = compileLanguage(config, Date.now());
const bucket = s3Bucket(config);

type Rim = MiddlewareObj<LambdaFunctionURLEvent, LambdaResult>;
type Invocation = Parameters<NonNullable<Rim["onError"]>>[0];

/** What belongs to one invocation, whoever asks for it. */
interface Round {
  readonly http: HttpRequest;
  readonly log: RequestLog;
  /** ms of the monotonic clock. */
  readonly began: number;
}
const rounds = new WeakMap<Context, Round>();

function roundOf(event: LambdaFunctionURLEvent, context: Context): Round {
  const known = rounds.get(context);
  if (known) return known;
  const round = { http: fromEvent(event, context.awsRequestId), log: requestLog(), began: performance.now() };
  rounds.set(context, round);
  return round;
}

/** One line and one set of metrics for each request. */
const telling: Rim = {
  before: ({ event, context }) => void roundOf(event, context),
  after: tell,
  onError: tell,
};

function tell({ event, context, response, error }: Invocation): void {
  const { http, log, began } = roundOf(event, context);
  const status = response?.statusCode ?? 500;
  if (isSilent(http.path, config) && status < 500) return;
  const durationMs = performance.now() - began;
  log.write({ http, status, error, durationMs, remainingMs: context.getRemainingTimeInMillis() });
}

/** Every error is an answer. */
const answering: Rim = {
  onError(invocation) {
    const { http } = roundOf(invocation.event, invocation.context);
    invocation.response = toResult(
      answerFailure(failureOf(invocation.error), { http, config, now: Date.now() }),
    );
  },
};

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return error instanceof DeadlineExceeded
    ? new Timeout(error.message)
    : new InternalError("unforeseen", { cause: error });
}

/** What AWS executes: a function URL's event in, a whole response out, always before the function is killed. */
export const handler = middy<LambdaFunctionURLEvent, LambdaResult>({ timeoutEarlyInMillis: 0 })
  .use(telling)
  .use(answering)
  .handler(async (event: LambdaFunctionURLEvent, context: Context) => {
    const remaining = context.getRemainingTimeInMillis();
    const answerBy = Deadline.in(remaining - ANSWER_RESERVE).sooner((config.timeout ?? Infinity) * 1000);
    const { http, log } = roundOf(event, context);
    const services = { config, language: language, bucket, log };
    const response = await Deadline.in(remaining - HARD_STOP).within("the answer", Infinity, () =>
      serve(http, services, answerBy),
    );
    return toResult(response);
  });
