import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { Failure, SourceIncomplete, SourceTimeout, SourceUnreachable } from "./errors.ts";
import type { HttpRequest } from "./http.ts";
import { METRICS_NAMESPACE, type Metric, metrics, SERVICE_NAME } from "./metrics.ts";
import type { Trail } from "./source/trail.ts";
import type { Address, Phase } from "./store/store.ts";
import { withoutSecrets } from "./url/shown.ts";

/** What is noted of a request while it is served. */
export interface LogFields {
  /** URL. */
  readonly source?: string;
  readonly s3?: Address & { readonly endpoint?: string; readonly region?: string };
  /** What the request is, or was last, busy with. */
  readonly phase?: Stage;
  readonly findMs?: number;
  readonly downloadMs?: number;
  readonly download?: Trail;
  /** Of the source. */
  readonly bytes?: number;
  /** The download of the watermark, beside that of the source. */
  readonly watermarkMs?: number;
  /** Why the watermark was not looked at again. */
  readonly watermarkError?: string;
  /** Why the fallback image was drawn instead of the source. */
  readonly fallback?: string;
  /** Why it could not be had either. */
  readonly fallbackError?: string;
  /** Opening, drawing, encoding. */
  readonly renderMs?: number;
  readonly decodeMs?: number;
  /** Drawing and encoding: one sharp does both. */
  readonly drawMs?: number;
  readonly keepMs?: number;
  /** Of the source in memory, when it could not be had anew. */
  readonly stale?: boolean;
  /** What was spared for lack of time. */
  readonly stepDown?: string;
  readonly derivative?: "found" | "missing" | "kept" | "lost";
  readonly derivativeError?: string;
  /** The key the edge asked for, when the function computes another. */
  readonly edgeKey?: string;
}

/** The parts of a request, in their order. */
export type Stage = "find" | "download" | "decode" | "draw" | "keep";

/** Gathers what is to be known of one request. */
export interface Log {
  note(fields: LogFields): void;
}

/** A log whose fields can be read. */
export interface RequestLog extends Log {
  readonly fields: LogFields;
}

/** Notes what a request is busy with, and the ms it took. */
export async function inStage<T>(log: Log, phase: Stage, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  log.note({ phase });
  try {
    return await work();
  } finally {
    log.note({ [`${phase}Ms`]: performance.now() - began });
  }
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
  /** bytes of the body. */
  readonly bytesOut?: number;
}

const logger = new Logger({ serviceName: SERVICE_NAME });
const published = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE_NAME });

/** Files metrics under the function's name, so that stacks do not mix. */
export const fileUnder = (functionName: string): void => {
  published.setDefaultDimensions({ function: functionName });
};

/** Writes one line. Never throws: an answer is worth more than its record. */
export function writeLine({ phase, ...fields }: LogFields, { http, status, error, ...times }: Outcome): void {
  try {
    logger[levelOf(status)](`${http.method} ${http.path}`, {
      request_id: http.id,
      ...readableFields({ client_ip: http.clientIp }),
      status,
      ...readableFields({ ...times, ...fields }),
      ...(error !== undefined && { ...failedIn(phase, fields), error: errorOf(error, status) }),
    });
  } catch {}
}

/** In a download it is known more exactly. */
const failedIn = (phase: Stage | undefined, { download }: LogFields) =>
  phase && { phase: phase === "download" ? (download?.phase ?? phase) : phase };

/** Nobody reads a millionth of a millisecond, nor the whole of a text that came with a request; nor is to read what its URLs keep secret. */
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

function shortened(text: string): string {
  const shown = withoutSecrets(text);
  return shown.length > SHOWN_TEXT ? `${shown.slice(0, SHOWN_TEXT)}…` : shown;
}

type Measure = (fields: LogFields, outcome: Outcome) => number | boolean | undefined;

/** Says nothing of requests that were not late. */
const lateIn =
  (phase: Phase): Measure =>
  ({ download }, { error }) =>
    (error instanceof SourceTimeout && download?.phase === phase) || undefined;

/** How each metric is read off a request; true counts as one. */
const measures: Readonly<Record<Metric, Measure>> = {
  Duration: (_, { durationMs }) => durationMs,
  DeadlineHeadroom: (_, { remainingMs }) => remainingMs,
  FindDuration: ({ findMs }) => findMs,
  DownloadDuration: ({ downloadMs }) => downloadMs,
  RenderDuration: ({ renderMs }) => renderMs,
  DecodeDuration: ({ decodeMs }) => decodeMs,
  DrawDuration: ({ drawMs }) => drawMs,
  KeepDuration: ({ keepMs }) => keepMs,
  SourceBytes: ({ bytes }) => bytes,
  BytesOut: (_, { bytesOut }) => bytesOut,
  SourceTimeout: (_, { error }) => error instanceof SourceTimeout,
  SourceTimeoutResolve: lateIn("resolve"),
  SourceTimeoutConnect: lateIn("connect"),
  SourceTimeoutTLS: lateIn("TLS"),
  SourceTimeoutFirstByte: lateIn("first byte"),
  SourceTimeoutBody: lateIn("body"),
  SourceErrors: (_, { error }) => error instanceof SourceUnreachable || error instanceof SourceIncomplete,
  Hedged: ({ download }) => download?.hedged,
  HedgeWon: ({ download }) => download?.hedgeWon,
  Resumed: ({ download }) => download?.resumed,
  StaleServed: ({ stale }) => stale,
  AdmissionStepDown: ({ stepDown }) => stepDown !== undefined,
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
