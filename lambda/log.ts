import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { Failure, SourceTimeout } from "./errors.ts";
import type { HttpRequest } from "./http.ts";
import type { Address } from "./store/store.ts";

/** What is told of a request while it is served. */
export interface LogFields {
  /** URL. */
  readonly source?: string;
  readonly s3?: Address & { readonly endpoint?: string };
  readonly downloadMs?: number;
  /** Of the source. */
  readonly bytes?: number;
  /** Opening, drawing, encoding. */
  readonly renderMs?: number;
  readonly derivative?: "found" | "missing" | "kept" | "lost";
  readonly derivativeError?: string;
}

/** Gathers what is told of one request. */
export interface Log {
  note(fields: LogFields): void;
}

/** How a request ended. */
export interface Outcome {
  readonly http: HttpRequest;
  readonly status: number;
  readonly error?: unknown;
  /** ms from the event to the answer. */
  readonly durationMs: number;
  /** ms the invocation had left then. */
  readonly remainingMs: number;
}

/** A log that is written once, as one line and one set of metrics. */
export interface RequestLog extends Log {
  /** Never throws: an answer is worth more than its record. */
  write(outcome: Outcome): void;
}

/** Starts the log of one request. */
export function requestLog(): RequestLog {
  let fields: LogFields = {};
  return {
    note(more) {
      fields = { ...fields, ...more };
    },
    write(outcome) {
      try {
        writeLine(fields, outcome);
        writeMetrics(fields, outcome);
      } catch {}
    },
  };
}

const service = "shutterspeed";
const logger = new Logger({ serviceName: service });
const metrics = new Metrics({ namespace: "Shutterspeed", serviceName: service });

function writeLine(fields: LogFields, { http, status, error, ...times }: Outcome) {
  logger[levelOf(status)](`${http.method} ${http.path}`, {
    request_id: http.id,
    status,
    ...whole({ ...times, ...fields }),
    ...(error !== undefined && { error: errorOf(error, status) }),
  });
}

/** Nobody reads a millionth of a millisecond. */
const whole = (fields: object) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "number" ? Math.round(value) : value,
    ]),
  );

function levelOf(status: number) {
  if (status >= 500) return "error";
  return status >= 400 ? "warn" : "info";
}

/** A stack only where the fault may be ours. */
function errorOf(error: unknown, status: number): unknown {
  if (!(error instanceof Failure) || status === 500) return error;
  return { name: error.name, message: error.message };
}

type Measure = (fields: LogFields, outcome: Outcome) => number | undefined;
const { Count, Milliseconds, Bytes } = MetricUnit;
const counts =
  (holds: (fields: LogFields, outcome: Outcome) => boolean): Measure =>
  (fields, outcome) =>
    holds(fields, outcome) ? 1 : 0;

/** Every metric we publish, by name, in the namespace `Shutterspeed` with the dimension `service`. */
export const measures = {
  Duration: [Milliseconds, (_, { durationMs }) => durationMs],
  Remaining: [Milliseconds, (_, { remainingMs }) => remainingMs],
  DownloadDuration: [Milliseconds, ({ downloadMs }) => downloadMs],
  RenderDuration: [Milliseconds, ({ renderMs }) => renderMs],
  SourceBytes: [Bytes, ({ bytes }) => bytes],
  SourceTimeout: [Count, counts((_, { error }) => error instanceof SourceTimeout)],
  DerivativeKept: [Count, counts(({ derivative }) => derivative === "kept")],
  DerivativeLost: [Count, counts(({ derivative }) => derivative === "lost")],
  Success: [Count, counts((_, { status }) => status < 400)],
  ClientError: [Count, counts((_, { status }) => status >= 400 && status < 500)],
  ServerError: [Count, counts((_, { status }) => status >= 500)],
} as const satisfies Readonly<
  Record<string, readonly [(typeof MetricUnit)[keyof typeof MetricUnit], Measure]>
>;

function writeMetrics(fields: LogFields, outcome: Outcome) {
  for (const [name, [unit, measure]] of Object.entries(measures)) {
    const value = measure(fields, outcome);
    if (value !== undefined) metrics.addMetric(name, unit, Math.round(value));
  }
  metrics.publishStoredMetrics();
}
