import type { Finding } from "../explain/finding.ts";
import type { Served } from "../local/edge/edge.ts";
import { paintFor } from "./paint.ts";

/** One request in one line, in columns; of one that was refused, in which phase, why, and what to do. */
export function requestLine({ method, path, status, cache, ms, bytes }: Served, reason?: Finding): string {
  const { good, bad, faint } = paintFor(process.stdout);
  const columns = [
    method.padEnd(4),
    status < 400 ? good(String(status)) : bad(String(status)),
    cache.padEnd(5),
    `${ms.toFixed(0)} ms`.padStart(9),
    size(bytes).padStart(9),
  ];
  const why = reason
    ? `  ${bad(`${reason.phase}: ${reason.says}`)}${faint(reason.advice ? `; ${reason.advice}` : "")}`
    : "";
  return `${columns.join(" ")}  ${path}${why}`;
}

const size = (bytes: number) =>
  bytes < 1000
    ? `${bytes} B`
    : bytes < 1e6
      ? `${(bytes / 1000).toFixed(1)} kB`
      : `${(bytes / 1e6).toFixed(2)} MB`;
