import type { Config } from "./config/variables.ts";
import type { Deadline } from "./deadline.ts";
import { fits, type HttpResponse } from "./http.ts";

/** What a streamed response may be. */
export interface StreamLimits {
  /** bytes of a response at most. */
  readonly bytes: number;
  /** bytes that go out as fast as they are taken. */
  readonly burst: number;
  /** bytes a ms of what follows. */
  readonly rate: number;
}

/**
 * Lambda's, as its developer guide says under "Response streaming" (read in November 2026). Where it
 * leaves open whether a MB is 10^6 or 2^20 bytes, the smaller.
 */
export const streamLimits: StreamLimits = { bytes: 200_000_000, burst: 6_000_000, rate: 2_000 };

/** bytes a ms of the burst. Lambda promises no figure; inside a region it is many times this. */
const BURST_RATE = 10_000;
/** ms of streaming for which an invocation has time when all its deadline is used up: part of what is kept to answer in. */
const RESERVED = 100;

/** ms that so many bytes take to leave the function. It must live as long: what is cut off in the middle is no picture. */
export const streamingMs = (bytes: number): number =>
  Math.min(bytes, streamLimits.burst) / BURST_RATE +
  Math.max(0, bytes - streamLimits.burst) / streamLimits.rate;

/** So many bytes can be streamed whole in the time left. */
export const streams = (bytes: number, { left }: Deadline): boolean =>
  bytes <= streamLimits.bytes && streamingMs(bytes) <= left + RESERVED;

/**
 * ms that a body of so many bytes, too large for a response that is not streamed, takes to leave; `undefined` where it cannot leave
 * in the time left.
 */
export function leavingMs(
  bytes: number,
  { config, responseLimit }: Sending,
  deadline: Deadline,
): number | undefined {
  if (responseLimit === Infinity) return 0;
  return config.responseStreaming && streams(bytes, deadline) ? streamingMs(bytes) : undefined;
}

/** What says how an answer is sent. */
interface Sending {
  readonly config: Config;
  readonly responseLimit?: number;
}

/** The function can send this response by itself, in the way its URL expects and in the time left; a server of one's own knows no such limits. */
export const isSendable = (
  response: HttpResponse,
  { config, responseLimit }: Sending,
  deadline: Deadline,
): boolean =>
  config.responseStreaming && responseLimit === undefined
    ? streams(Buffer.byteLength(response.body), deadline)
    : fits(response, responseLimit);
