import { setTimeout as pause } from "node:timers/promises";

/** A picture that is to be there before anybody asks. */
export interface WarmRequest {
  /** Where viewers ask for it: https://…/<signature>/… */
  readonly url: string;
  /** As browsers say it: the formats it is made in. */
  readonly accept: string;
}

/** What became of it: it was in CloudFront's cache, kept in the derivative bucket, drawn now, or could not be had. */
export interface Warmed extends WarmRequest {
  readonly outcome: "cached" | "kept" | "drawn" | "failed";
  /** Until the last answer. */
  readonly ms: number;
  /** Of a failure: its status, or what broke, and the first line of what was said. */
  readonly reason?: string;
}

/** What is answered, as far as warming looks. */
export interface HeadOrText {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  readonly text: () => Promise<string>;
  readonly body: Pick<ReadableStream, "cancel"> | null;
}

/** Asks over HTTP, without following redirects. */
export type Send = (method: "GET" | "HEAD", request: WarmRequest, signal: AbortSignal) => Promise<HeadOrText>;

/** Over the network; says `IMGPROXY_SECRET` where there is one. */
export const sender =
  (secret: string): Send =>
  (method, { url, accept }, signal) => {
    const headers = { accept, ...(secret !== "" && { authorization: `Bearer ${secret}` }) };
    return fetch(url, { method, headers, redirect: "manual", signal });
  };

/** ms an answer may take: CloudFront waits no longer for the function. */
const TIMEOUT = 125_000;
/** ms that asking for a picture, or once more, or why there is none, may take, with what is waited before. */
export const LONGEST_ASKING = 135_000;
/** What passes is tried so often, with ms in between that double. */
const [ATTEMPTS, WAIT] = [3, 500];
/** Seconds of a `Retry-After` that are waited at most. */
const MAX_RETRY_AFTER = 10;

/** Throttled, or without time: it may be otherwise the next moment. */
const passing = [429, 502, 503, 504];

/**
 * Has a picture made, by a HEAD: what is worth keeping is kept as for a GET, and nothing travels. Never rejects. Once it was asked for,
 * nothing more is asked while `mayAsk` says no: each takes up to `LONGEST_ASKING`.
 */
export async function warm(
  request: WarmRequest,
  send: Send = sender(""),
  mayAsk: () => boolean = () => true,
): Promise<Warmed> {
  const began = performance.now();
  const ended = (outcome: Warmed["outcome"], reason?: string): Warmed => ({
    ...request,
    outcome,
    ms: Math.round(performance.now() - began),
    ...(reason !== undefined && { reason }),
  });
  for (let attempt = 1; ; attempt++) {
    const { status, headers, broke } = await once("HEAD", request, send);
    if (status >= 200 && status < 400) return ended(outcomeOf(status, headers));
    const passes = broke !== undefined || passing.includes(status);
    if (!mayAsk()) return ended("failed", broke ?? `${status}`);
    if (attempt === ATTEMPTS || !passes)
      return ended("failed", broke ?? (await reasonOf(status, request, send)));
    const said = Math.min(Number(headers.get("retry-after")) || 0, MAX_RETRY_AFTER) * 1000;
    await pause(Math.max(said, WAIT * 2 ** (attempt - 1) * (0.5 + Math.random())));
  }
}

interface Once extends HeadOrText {
  readonly broke?: string;
}

async function once(method: "GET" | "HEAD", request: WarmRequest, send: Send): Promise<Once> {
  try {
    return await send(method, request, AbortSignal.timeout(TIMEOUT));
  } catch (error) {
    const { message, cause } = Object(error);
    const broke = Object(cause).code ?? Object(cause).message ?? message;
    return { status: 0, headers: new Headers(), text: async () => "", body: null, broke };
  }
}

/** A redirect is the function's, to what it has just kept. S3 says of all it answers that it gives ranges. */
function outcomeOf(status: number, headers: HeadOrText["headers"]): Warmed["outcome"] {
  if (/^hit/i.test(headers.get("x-cache") ?? "")) return "cached";
  return status < 300 && headers.get("accept-ranges") === "bytes" ? "kept" : "drawn";
}

/** A HEAD is answered without the sentence that says why; a GET, too, where it has passed meanwhile. */
async function reasonOf(status: number, request: WarmRequest, send: Send): Promise<string> {
  const answer = await once("GET", request, send);
  if (answer.status < 400) {
    await answer.body?.cancel().catch(() => {});
    return `${status}`;
  }
  const [line = ""] = (await answer.text().catch(() => "")).split("\n", 1);
  return `${status} ${line.slice(0, SHOWN)}`.trim();
}

/** Characters of a sentence that are told. */
const SHOWN = 200;
