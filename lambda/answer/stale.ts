import type { HttpResponse } from "../http.ts";

/** Seconds that an answer made of an old source may be kept. */
const STALE_SECONDS = 10;

/** The answer made of a source that was in memory and could not be had anew: it says so, and holds for a moment only. */
export const answerStale = (answer: HttpResponse): HttpResponse => ({
  ...answer,
  headers: {
    ...answer.headers,
    Warning: '110 - "Response is Stale"',
    "Cache-Control": `max-age=${STALE_SECONDS}, public`,
  },
});
