import { framesOf, type Offers } from "../contract/canvas.ts";
import { Timeout } from "../errors.ts";
import type { Format } from "../formats.ts";
import type { Output } from "./output.ts";
import type { Plan } from "./plan.ts";
import { encodeRate } from "./rates.ts";

/** MB of a function that has one vCPU; with less it has as much less of one. */
export const MEMORY_OF_ONE_CPU = 1769;
/** The part of one vCPU that a function of so many MB draws with; drawing uses one at most, as far as was measured. */
export const cpuShare = (memorySize: number): number => Math.min(1, memorySize / MEMORY_OF_ONE_CPU);
/** How much more than the time left a picture may be predicted to take and is begun all the same: predictions err. */
const TOLERANCE = 1.5;

/** What this process takes beside what is predicted. */
export interface Calibration {
  /** Times the prediction. */
  readonly factor: number;
  /** Remembers what was predicted and what it took, in ms. */
  saw(predicted: number, took: number): void;
}

/** How much a picture tells of the next one, and ms below which it tells nothing. */
const [WEIGHT, TELLING] = [0.2, 20];
/** Factors beyond these are accidents. */
const [LEAST, MOST] = [0.33, 3];

/** Starts with what the function's memory says of its share of a CPU. */
export function startCalibration(memorySize: number): Calibration {
  const share = cpuShare(memorySize);
  let seen = 1;
  return {
    get factor() {
      return seen / share;
    },
    saw(predicted, took) {
      if (predicted < TELLING) return;
      const ratio = Math.min(MOST, Math.max(LEAST, (took * share) / predicted));
      seen = seen ** (1 - WEIGHT) * ratio ** WEIGHT;
    },
  };
}

/** A plan that was let in. */
export interface Admitted {
  readonly plan: Plan;
  /** What was spared so that it fits. */
  readonly stepDown?: "effort" | "format";
}

/**
 * The plan as it is where it fits into `left` ms; else one written with less effort, else in another format where the URL names none.
 * `planFor` plans the same for other offers. Throws `Timeout` when nothing would fit by far.
 */
export function admit(
  plan: Plan,
  planFor: (offers: Offers) => Plan,
  left: number,
  { factor }: Calibration,
): Admitted {
  const fits = ({ cost }: Plan) => cost.total * factor <= left;
  if (fits(plan)) return { plan };

  const tries: readonly Admitted[] = [
    ...gentlerPlans(plan).map((one): Admitted => ({ plan: one, stepDown: "effort" })),
    ...otherPlans(plan, planFor).map((one): Admitted => ({ plan: one, stepDown: "format" })),
  ];
  const fitting = tries.find((one) => fits(one.plan));
  if (fitting) return fitting;

  const [cheapest = { plan }] = [{ plan }, ...tries].toSorted(
    (a, b) => a.plan.cost.total - b.plan.cost.total,
  );
  const predicted = cheapest.plan.cost.total * factor;
  if (predicted <= left * TOLERANCE) return cheapest;
  throw new Timeout(`drawing it is predicted to take ${Math.round(predicted)} of ${Math.round(left)} ms`);
}

/** What is left to offer when there is no time for more: what every browser reads, and is written quickly. */
const plainOffers: Offers = { auto: [], enforced: [], preferred: ["jpeg", "png"] };

const gentlerPlans = (plan: Plan) => gentlerOutputs(plan.output).map((output) => withOutput(plan, output));

/** The same in another format, where the URL leaves it open. What moves goes on moving. */
function otherPlans(plan: Plan, planFor: (offers: Offers) => Plan): readonly Plan[] {
  const other = planFor(plainOffers);
  const same = other.output.format === plan.output.format || framesOf(other.canvas) < framesOf(plan.canvas);
  return same ? [] : [other, ...gentlerPlans(other)];
}

/** The same picture with less and less effort, where its format has any to spare. */
const gentlerOutputs = (output: Output): readonly Output[] => gentler[output.format]?.(output) ?? [];

const gentler: Readonly<Partial<Record<Format, (output: Output) => readonly Output[]>>> = {
  webp: (output) => downTo(output.webpEffort, 1).map((webpEffort) => ({ ...output, webpEffort })),
  avif: (output) => downTo(9 - output.avifSpeed, 0).map((effort) => ({ ...output, avifSpeed: 9 - effort })),
  // With still less it takes longer.
  jxl: (output) => downTo(output.jxlEffort, 3).map((jxlEffort) => ({ ...output, jxlEffort })),
  // With all of its colours it is only longer.
  png: ({ pngColors, paletteColors, ...output }) =>
    pngColors || paletteColors ? [{ ...output, pngColors: undefined, paletteColors: undefined }] : [],
};

const downTo = (effort: number, least: number) =>
  Array.from({ length: Math.max(0, effort - least) }, (_, at) => effort - 1 - at);

/** Its cost changes by what its encoder costs. */
function withOutput(plan: Plan, output: Output): Plan {
  const { cost } = plan;
  const encode = (cost.encode * encodeRate(output)) / encodeRate(plan.output);
  return { ...plan, output, cost: { ...cost, encode, total: cost.total - cost.encode + encode } };
}
