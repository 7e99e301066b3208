// What the stack and this machine's cloud are both to do between the edge and its two origins.

/**
 * Statuses of the derivative bucket upon which the function is asked: S3 says 403 for a missing key to whoever may not list, and 400 to
 * long headers. A failing bucket is a miss, too.
 */
export const failoverStatusCodes: readonly number[] = [400, 403, 404, 416, 500, 502, 503, 504];

/** Seconds for which a bucket may be silent: it must not hold up for long what the function can draw. */
export const DERIVATIVE_READ_TIMEOUT = 5;

/** Seconds that Lambda may take before the function's own clock starts. */
export const COLD_START_ALLOWANCE = 10;

/** Days a finished picture is kept unless one says. */
export const KEPT_DAYS = 30;
