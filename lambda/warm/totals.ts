import type { Warmed } from "./asking.ts";

/** Dollars of what is paid for. */
export interface WarmPrices {
  /** For every picture that is asked for, whatever becomes of it. */
  readonly asked: number;
  /** For every one that is drawn, and for each of its ms. */
  readonly drawn: number;
  readonly drawnMs: number;
}

/** What a warming, or a part of it, came to. */
export interface WarmTotals {
  /** Pictures; the other four make them up. */
  readonly asked: number;
  readonly cached: number;
  readonly kept: number;
  readonly drawn: number;
  readonly failed: number;
  /** ms of those that were drawn, and of those that were not had, on the way there included. */
  readonly drawnMs: number;
  /** Dollars at most: the way there is reckoned as drawing. */
  readonly dollars: number;
  /** The first that could not be had. */
  readonly failures: readonly Pick<Warmed, "url" | "accept" | "reason">[];
}

/** Nothing yet. */
export const nothingWarmed: WarmTotals = {
  ...{ asked: 0, cached: 0, kept: 0, drawn: 0, failed: 0, drawnMs: 0, dollars: 0 },
  failures: [],
};

/** Failures that are told. */
const TOLD = 100;

/** With one more. */
export function withWarmed(totals: WarmTotals, warmed: Warmed, prices: WarmPrices): WarmTotals {
  const { outcome, ms, url, accept, reason } = warmed;
  const paid = outcome === "drawn" || outcome === "failed";
  const one = {
    ...nothingWarmed,
    asked: 1,
    [outcome]: 1,
    drawnMs: paid ? ms : 0,
    dollars: prices.asked + (paid ? prices.drawn + ms * prices.drawnMs : 0),
    failures: outcome === "failed" ? [{ url, accept, ...(reason !== undefined && { reason }) }] : [],
  };
  return together(totals, one);
}

/** Both. */
export const together = (a: WarmTotals, b: WarmTotals): WarmTotals => ({
  asked: a.asked + b.asked,
  cached: a.cached + b.cached,
  kept: a.kept + b.kept,
  drawn: a.drawn + b.drawn,
  failed: a.failed + b.failed,
  drawnMs: a.drawnMs + b.drawnMs,
  dollars: a.dollars + b.dollars,
  failures: [...a.failures, ...b.failures].slice(0, TOLD),
});

/** In one sentence. */
export function warmedText({ asked, cached, kept, drawn, failed, dollars }: WarmTotals): string {
  const parts = Object.entries({ cached, kept, drawn, failed }).map(([name, count]) => `${count} ${name}`);
  return `${asked} picture${asked === 1 ? "" : "s"}: ${parts.join(", ")}; at most $${dollars.toFixed(dollars < 1 ? 4 : 2)}`;
}
