/** Seconds of what a URL may live. */
export interface Lifetime {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/**
 * The time for `expires`: unix seconds, that long from `now` (unix ms). Rounded up to whole multiples of `every` seconds: all URLs of one
 * interval are the same, so caches hold one picture and not one for each second.
 * @example images.url(source, { expires: expiresIn({ hours: 1 }, 300) })
 */
export function expiresIn(lifetime: Lifetime, every = 60, now: number = Date.now()): number {
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = lifetime;
  const left = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  if (!(left > 0) || !Number.isFinite(left))
    throw new Error(`expiresIn: expected a time above 0, got ${left} seconds`);
  if (!Number.isInteger(every) || every < 1)
    throw new Error(`expiresIn: expected whole seconds of at least 1, got ${every}`);
  return Math.ceil((now / 1000 + left) / every) * every;
}
