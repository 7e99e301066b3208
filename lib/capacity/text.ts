import type { Capacity } from "./capacity.ts";
import { prices } from "./prices.ts";

const dollars = (figure: number) => `$ ${figure.toFixed(2)}`;

/** A recommendation as a person reads it, with its arithmetic. */
export const capacityText = (found: Capacity): string =>
  [
    `IMGPROXY_DOWNLOAD_TIMEOUT   ${found.downloadTimeout}`,
    `Function timeout            ${found.functionTimeout} s`,
    `Memory                      ${found.memory} MB`,
    `Concurrency                 ${found.concurrency} usually, reserve ${found.reserved}`,
    `A month                     ${dollars(found.dollars)}`,
    ...Object.entries(found.shares).map(([name, share]) => `  ${name.padEnd(25)} ${dollars(share)}`),
    "",
    ...found.arithmetic.map((line) => `* ${line}`),
    `* Prices: us-east-1, ${prices.asOf}, without free tiers.`,
  ].join("\n");
