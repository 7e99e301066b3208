import type { WarmPrices } from "../../lambda/warm/totals.ts";
import { prices } from "../capacity/prices.ts";

/** What a function of so many MB and that architecture costs while it warms. */
export function warmPrices(memory: number, architecture: keyof typeof prices.lambdaGbSecond): WarmPrices {
  return {
    asked: prices.cloudFrontRequest + prices.cloudFrontFunction + prices.s3Get,
    drawn: prices.lambdaRequest + prices.s3Get + prices.s3Put,
    drawnMs: ((memory / 1024) * prices.lambdaGbSecond[architecture]) / 1000,
  };
}
