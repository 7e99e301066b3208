import type { HttpResponse } from "../http.ts";

/** Seconds that an answer of less than was asked may be kept: the next one may be better. */
const STEPPED_DOWN_SECONDS = 60;
/** Seconds that an answer made of an old source may be kept. */
const STALE_SECONDS = 10;

const holdingFor = (answer: HttpResponse, seconds: number): HttpResponse => ({
  ...answer,
  headers: { ...answer.headers, "Cache-Control": shortened(answer.headers["Cache-Control"], seconds) },
});

/** What says no more than that it may be kept for so many seconds, or what was said where that allows less. */
function shortened(said = "", seconds: number): string {
  if (/\b(no-store|no-cache|private)\b/i.test(said)) return said;
  const ages = [...said.matchAll(/\b(?:s-maxage|max-age)\s*=\s*"?(\d+)/gi)].map(([, age]) => Number(age));
  return `max-age=${Math.min(seconds, ...ages)}, public`;
}

/** The answer made of a source that was in memory and could not be had anew: it says so, and holds for a moment only. */
export function answerStale(answer: HttpResponse): HttpResponse {
  const { headers, ...passing } = holdingFor(answer, STALE_SECONDS);
  return { ...passing, headers: { ...headers, Warning: '110 - "Response is Stale"' } };
}

/** The answer with which effort or format was spared for lack of time. It has no validator: by that a client would have it for good. */
export function answerSteppedDown(answer: HttpResponse): HttpResponse {
  const { headers, ...passing } = holdingFor(answer, STEPPED_DOWN_SECONDS);
  const { ETag: _tag, "Last-Modified": _date, ...others } = headers;
  return { ...passing, headers: others };
}
