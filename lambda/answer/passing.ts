import type { HttpResponse } from "../http.ts";

/** Seconds that an answer of less than was asked may be kept: the next one may be better. */
const STEPPED_DOWN_SECONDS = 60;
/** Seconds that an answer made of an old source may be kept. */
const STALE_SECONDS = 10;

const holdingFor = (
  answer: HttpResponse,
  seconds: number,
  more: HttpResponse["headers"] = {},
): HttpResponse => ({
  ...answer,
  headers: { ...answer.headers, ...more, "Cache-Control": `max-age=${seconds}, public` },
});

/** The answer made of a source that was in memory and could not be had anew: it says so, and holds for a moment only. */
export const answerStale = (answer: HttpResponse): HttpResponse =>
  holdingFor(answer, STALE_SECONDS, { Warning: '110 - "Response is Stale"' });

/** The answer with which effort or format was spared for lack of time. */
export const answerSteppedDown = (answer: HttpResponse): HttpResponse =>
  holdingFor(answer, STEPPED_DOWN_SECONDS);
