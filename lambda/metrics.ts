/** A name and a unit of CloudWatch's. Alarms and dashboards read them here, the log writes them. */
export const metrics = {
  Duration: "Milliseconds",
  /** What was left of the invocation when the answer was made. */
  DeadlineHeadroom: "Milliseconds",
  FindDuration: "Milliseconds",
  DownloadDuration: "Milliseconds",
  /** Opening, drawing and encoding; then its parts. */
  RenderDuration: "Milliseconds",
  DecodeDuration: "Milliseconds",
  DrawDuration: "Milliseconds",
  KeepDuration: "Milliseconds",
  SourceBytes: "Bytes",
  BytesOut: "Bytes",
  /** A source that came too late; then by what was being waited for. */
  SourceTimeout: "Count",
  SourceTimeoutResolve: "Count",
  SourceTimeoutConnect: "Count",
  SourceTimeoutTLS: "Count",
  SourceTimeoutFirstByte: "Count",
  SourceTimeoutBody: "Count",
  /** A source that could not be had for another reason. */
  SourceErrors: "Count",
  /** Requests made because another one was late, and whether one of them answered first. */
  Hedged: "Count",
  HedgeWon: "Count",
  /** Bodies that were gone on with where another one broke. */
  Resumed: "Count",
  /** Answered from memory while the source could not be had. */
  StaleServed: "Count",
  /** Written with less effort, or in another format, for lack of time. */
  AdmissionStepDown: "Count",
  DerivativeKept: "Count",
  DerivativeLost: "Count",
  /** Edge and function named one request differently: a deployment under way, or a mistake. */
  KeyMismatch: "Count",
  Success: "Count",
  ClientError: "Count",
  ServerError: "Count",
} as const satisfies Readonly<Record<string, "Milliseconds" | "Bytes" | "Count">>;

/** The name of a metric we publish. */
export type Metric = keyof typeof metrics;

/** Where CloudWatch files them, and the value of their dimension `service`; `function` is the other one, and holds the function's name. */
export const METRICS_NAMESPACE = "Shutterspeed";
export const SERVICE_NAME = "shutterspeed";
