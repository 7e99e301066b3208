/** A name and a unit of CloudWatch's. Alarms and dashboards read them here, the log writes them. */
export const metrics = {
  Duration: "Milliseconds",
  /** Of the invocation, when the answer was made. */
  Remaining: "Milliseconds",
  DownloadDuration: "Milliseconds",
  RenderDuration: "Milliseconds",
  SourceBytes: "Bytes",
  SourceTimeout: "Count",
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

/** Where CloudWatch files them, and the value of their one dimension, `service`. */
export const METRICS_NAMESPACE = "Shutterspeed";
export const SERVICE_NAME = "shutterspeed";
