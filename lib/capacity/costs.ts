import { type Capacity, capacityFor } from "./capacity.ts";
import { prices } from "./prices.ts";

/** Requests a second, averaged over a month, of the sites whose costs the guide tells. */
const RATES = [0.38, 3.8, 38] as const;
/** What else is known of them: the defaults of `shutterspeed capacity`. */
const site = {
  average: 2e6,
  megapixels: 12,
  hitRatio: 0.9,
  format: "webp",
  width: 800,
  architecture: "arm64",
} as const;
const SECONDS_A_MONTH = 30.44 * 86_400;

/** What a month costs for three sizes of traffic, as a Markdown table: each figure as `shutterspeed capacity` prints it. */
export function costsTable(): string {
  const found = RATES.map((rate) => capacityFor({ ...site, rate }));
  const [first] = found;
  const of = (cell: (one: Capacity) => string) => found.map(cell);
  return [
    row([
      "requests a month",
      ...RATES.map((rate) => `${Math.round((rate * SECONDS_A_MONTH) / 1e6)} million`),
    ]),
    row(["---", ...RATES.map(() => "--:")]),
    row(["`--rate`, a second", ...RATES.map(String)]),
    row(["memory, reserved concurrency", ...of(({ memory, reserved }) => `${memory} MB, ${reserved}`)]),
    ...Object.keys(first?.shares ?? {}).map((name) =>
      row([name, ...of(({ shares }) => dollars(shares[name]))]),
    ),
    row(["**a month**", ...of((one) => `**${dollars(one.dollars)}**`)]),
    "",
    `List prices of us-east-1, ${prices.asOf}, without free tiers.`,
  ].join("\n");
}

const dollars = (figure = 0) => `$ ${figure.toFixed(2)}`;
const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
