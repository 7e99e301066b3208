import { variables } from "./variables.ts";

/** Variables of imgproxy's that change nothing here, and why. */
export interface OtherVariables {
  /** A `*` at the end stands for any more. */
  readonly names: readonly string[];
  readonly reason: string;
}

const pro = "a variable of imgproxy Pro, unknown to its open edition";

/** Every variable of imgproxy 4 that is not among ours. */
const listed: readonly OtherVariables[] = [
  {
    names: ["IMGPROXY_BIND", "IMGPROXY_NETWORK", "IMGPROXY_MAX_CLIENTS"],
    reason: "Lambda listens and hands requests over; a function has no socket. `shutterspeed serve` reads it",
  },
  { names: ["IMGPROXY_SO_REUSEPORT"], reason: "one process listens, and shares connections out" },
  {
    names: [
      "IMGPROXY_READ_REQUEST_TIMEOUT",
      "IMGPROXY_WRITE_RESPONSE_TIMEOUT",
      "IMGPROXY_KEEP_ALIVE_TIMEOUT",
      "IMGPROXY_GRACEFUL_STOP_TIMEOUT",
    ],
    reason: "the connections of clients are CloudFront's and Lambda's. `shutterspeed serve` reads it",
  },
  {
    names: ["IMGPROXY_WORKERS", "IMGPROXY_REQUESTS_QUEUE_SIZE"],
    reason:
      "a function serves one request at a time; Lambda starts another for the next, up to reservedConcurrency. `shutterspeed serve` reads it",
  },
  {
    names: [
      "IMGPROXY_FREE_MEMORY_INTERVAL",
      "IMGPROXY_LOG_MEM_STATS",
      "IMGPROXY_MALLOC",
      "IMGPROXY_PPROF_BIND",
    ],
    reason: "of Go's memory, and there is no Go here",
  },
  { names: ["IMGPROXY_FAIL_ON_DEPRECATION"], reason: "nothing here is deprecated" },
  {
    names: ["IMGPROXY_USE_S3"],
    reason: "S3 is always on; which buckets are read is the deployment's sourceBuckets",
  },
  {
    names: ["IMGPROXY_S3_USE_DECRYPTION_CLIENT"],
    reason: "objects encrypted by clients are not read; S3 and KMS decrypt theirs by themselves",
  },
  {
    names: [
      "IMGPROXY_USE_GCS",
      "IMGPROXY_GCS_*",
      "IMGPROXY_USE_ABS",
      "IMGPROXY_ABS_*",
      "IMGPROXY_USE_SWIFT",
      "IMGPROXY_SWIFT_*",
    ],
    reason: "a store of another cloud; its pictures are read over http",
  },
  {
    names: ["IMGPROXY_REPORT_DOWNLOADING_ERRORS", "IMGPROXY_REPORT_IO_ERRORS"],
    reason: "every failure is a line of the log, with its cause",
  },
  {
    names: ["IMGPROXY_SENTRY_*", "IMGPROXY_BUGSNAG_*", "IMGPROXY_HONEYBADGER_*", "IMGPROXY_AIRBRAKE_*"],
    reason: "failures are reported by CloudWatch, from the log",
  },
  {
    names: ["IMGPROXY_LOG_FORMAT", "IMGPROXY_LOG_LEVEL", "IMGPROXY_SYSLOG_*"],
    reason: "the log is JSON, a line a request, in CloudWatch",
  },
  {
    names: [
      "IMGPROXY_CLOUD_WATCH_*",
      "IMGPROXY_OPEN_TELEMETRY_*",
      "IMGPROXY_PROMETHEUS_*",
      "IMGPROXY_NEW_RELIC_*",
      "IMGPROXY_DATADOG_*",
    ],
    reason: "metrics are CloudWatch's, in the namespace Shutterspeed, without any setting",
  },
  {
    names: ["IMGPROXY_ENV_*"],
    reason: "variables are part of the deployment, for the edge is made with them",
  },
  {
    names: ["IMGPROXY_ENABLE_WEBP_DETECTION", "IMGPROXY_ENABLE_AVIF_DETECTION"],
    reason: "not read by imgproxy 4 either; say IMGPROXY_AUTO_WEBP, IMGPROXY_AUTO_AVIF",
  },
  {
    names: [
      "IMGPROXY_SOURCE_URL_ENCRYPTION_KEY",
      "IMGPROXY_CUSTOM_*",
      "IMGPROXY_REQUEST_HEADERS_PASSTHROUGH",
      "IMGPROXY_RESPONSE_HEADERS_PASSTHROUGH",
      "IMGPROXY_SERVER_NAME",
      "IMGPROXY_ALLOWED_INFO_OPTIONS",
      "IMGPROXY_INFO_*",
      "IMGPROXY_MAX_CHAINED_PIPELINES",
      "IMGPROXY_ALLOW_BYPASS_CACHE",
      "IMGPROXY_CACHE_*",
      "IMGPROXY_WATERMARK_PREPROCESS_URL",
      "IMGPROXY_WATERMARK_CACHE_SIZE",
      "IMGPROXY_JPEG_*",
      "IMGPROXY_WEBP_*",
      "IMGPROXY_AVIF_*",
      "IMGPROXY_AUTOQUALITY_*",
      "IMGPROXY_BEST_FORMAT_*",
      "IMGPROXY_UNSHARP_MASKING_*",
      "IMGPROXY_SMART_CROP_*",
      "IMGPROXY_ML_*",
      "IMGPROXY_OBJECT_DETECTION_*",
      "IMGPROXY_CLASSIFICATION_*",
      "IMGPROXY_VIDEO_*",
      "IMGPROXY_RAW_*",
      "IMGPROXY_PDF_*",
      "IMGPROXY_STRIP_METADATA_DPI",
      "IMGPROXY_COLOR_PROFILES_DIR",
    ],
    reason: pro,
  },
];

const ours: ReadonlySet<string> = new Set(Object.values(variables).map(({ name }) => name));

/** Those of imgproxy's variables that change nothing here. One that is built is none of them any more. */
export const otherVariables: readonly OtherVariables[] = listed
  .map(({ names, reason }) => ({ names: names.filter((name) => !ours.has(name)), reason }))
  .filter(({ names }) => names.length > 0);

/** Why a variable changes nothing here; `undefined` when it does, or when imgproxy has none of that name. */
export const whyNothing = (name: string): string | undefined =>
  ours.has(name)
    ? undefined
    : otherVariables.find(({ names }) => names.some((each) => stands(each, name)))?.reason;

const stands = (listed: string, name: string) =>
  listed.endsWith("*") ? name.startsWith(listed.slice(0, -1)) : name === listed;
