import type { Report } from "../../lambda/doctor.ts";
import { type Advice, advise, type Percentiles, percentiles, throughput } from "./advice.ts";

/** A report as a person reads it, with what it advises. */
export function reportText(report: Report): string {
  const { host, region, bucketRegion, checks, reads } = report;
  const figures = [
    ["resolve", percentiles(reads.map(({ resolve }) => resolve))],
    ["connect", percentiles(reads.map(({ connect }) => connect))],
    ["TLS", percentiles(reads.map(({ TLS }) => TLS))],
    ["first byte", percentiles(reads.map(({ firstByte }) => firstByte))],
    ["body", percentiles(reads.map(({ body }) => body))],
    ["total", percentiles(reads.map(({ total }) => total))],
  ] as const;
  const speed = percentiles(reads.map(throughput));
  return [
    `${host}, signed for ${region || "?"}${bucketRegion ? `, the bucket is in ${bucketRegion}` : ""}`,
    "",
    ...checks.map(
      ({ name, ok, ms, says }) =>
        `  ${ok ? "ok    " : "FAILED"} ${name.padEnd(12)} ${`${ms} ms`.padStart(8)}  ${says}`,
    ),
    ...(reads.length > 0
      ? ["", `  ms           ${["p50", "p90", "p99"].map((one) => one.padStart(8)).join("")}`]
      : []),
    ...figures.flatMap(([name, found]) => (found ? [`  ${name.padEnd(13)}${rowOf(found)}`] : [])),
    ...(speed ? [`  ${"KB/s".padEnd(13)}${rowOf(speed)}`] : []),
    "",
    ...advise(report).map(adviceText),
  ].join("\n");
}

const rowOf = ({ p50, p90, p99 }: Percentiles) =>
  [p50, p90, p99].map((one) => `${Math.round(one)}`.padStart(8)).join("");

const adviceText = ({ what, why }: Advice) => `* ${what}\n  ${why}`;
