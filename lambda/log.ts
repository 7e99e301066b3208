import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { Failure, SourceTimeout } from "./errors.ts";
import type { HttpRequest } from "./http.ts";
import { METRICS_NAMESPACE, type Metric, metrics, SERVICE_NAME } from "./metrics.ts";
import type { Trail } from "./source/trail.ts";
import type { Address } from "./store/store.ts";

/** What is noted of a request while it is served. */
export interface LogFields {
  /** URL. */
  readonly source?: string;
  readonly s3?: Address & { readonly endpoint?: string };
  readonly downloadMs?: number;
  readonly download?: Trail;
  /** Of the source. */
  readonly bytes?: number;
  /** The download of the watermark, beside that of the source. */
  readonly watermarkMs?: number;
  /** Why the watermark was not looked at again. */
  readonly watermarkError?: string;
  /** Opening, drawing, encoding. */
  readonly renderMs?: number;
  readonly derivative?: "found" | "missing" | "kept" | "lost";
  readonly derivativeError?: string;
  /** The key the edge asked for, when the function computes another. */
  readonly edgeKey?: string;
}

/** Gathers what is to be known of one request. */
export interface Log {
  note(fields: LogFields): void;
}

/** A log whose fields can be read. */
export interface RequestLog extends Log {
  readonly fields: LogFields;
}

/** Starts the log of one request. */
export function requestLog(): RequestLog {
  let fields: LogFields = {};
  return {
    note(more) {
      fields = { ...fields, ...more };
    },
    get fields() {
      return fields;
    },
  };
}

/** How a request ended. */
export interface Outcome {
  /** Its path as a log may show it. */
  readonly http: Pick<HttpRequest, "method" | "path" | "id" | "clientIp">;
  readonly status: number;
  readonly error?: unknown;
  /** ms from the event to the answer. */
  readonly durationMs: number;
  /** ms the invocation had left then. */
  readonly remainingMs: number;
}

const logger = new Logger({ serviceName: SERVICE_NAME });
const published = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE_NAME });

/** Writes one line. Never throws: an answer is worth more than its record. */
export function writeLine(fields: LogFields, { http, status, error, ...times }: Outcome): void {
  try {
    logger[levelOf(status)](`${http.method} ${http.path}`, {
      request_id: http.id,
      ...readableFields({ client_ip: http.clientIp }),
      status,
      ...readableFields({ ...times, ...fields }),
      ...(error !== undefined && { error: errorOf(error, status) }),
    });
  } catch {}
}

/** Nobody reads a millionth of a millisecond, nor the whole of a text that came with a request. */
function readable(value: unknown): unknown {
  if (typeof value === "number") return Math.round(value);
  if (typeof value === "string") return shortened(value);
  return typeof value === "object" && value !== null ? readableFields(value) : value;
}
const readableFields = (fields: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, readable(value)]));

function levelOf(status: number) {
  if (status >= 500) return "error";
  return status >= 400 ? "warn" : "info";
}

/** A stack only where the fault may be ours. */
function errorOf(error: unknown, status: number): unknown {
  if (!(error instanceof Failure) || status === 500) return error;
  return { name: error.name, message: shortened(error.message) };
}

/** Characters of a text that came with a request. */
const SHOWN_TEXT = 500;

const shortened = (text: string) => (text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text);

type Measure = (fields: LogFields, outcome: Outcome) => number | boolean | undefined;

/** How each metric is read off a request; true counts as one. */
const measures: Readonly<Record<Metric, Measure>> = {
  Duration: (_, { durationMs }) => durationMs,
  Remaining: (_, { remainingMs }) => remainingMs,
  DownloadDuration: ({ downloadMs }) => downloadMs,
  RenderDuration: ({ renderMs }) => renderMs,
  SourceBytes: ({ bytes }) => bytes,
  SourceTimeout: (_, { error }) => error instanceof SourceTimeout,
  DerivativeKept: ({ derivative }) => derivative === "kept",
  DerivativeLost: ({ derivative }) => derivative === "lost",
  KeyMismatch: ({ edgeKey }) => edgeKey !== undefined,
  Success: (_, { status }) => status < 400,
  ClientError: (_, { status }) => status >= 400 && status < 500,
  ServerError: (_, { status }) => status >= 500,
};

/** Publishes one set of metrics. Never throws, as `writeLine`. */
export function publishMetrics(fields: LogFields, outcome: Outcome): void {
  try {
    for (const [name, unit] of Object.entries(metrics) as [Metric, (typeof metrics)[Metric]][]) {
      const value = measures[name](fields, outcome);
      if (value !== undefined) published.addMetric(name, unit, Math.round(Number(value)));
    }
    published.publishStoredMetrics();
  } catch {}
}
