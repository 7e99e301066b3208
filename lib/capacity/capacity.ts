import { readConfig } from "../../lambda/config/variables.ts";
import type { Format } from "../../lambda/formats.ts";
import { cpuShare } from "../../lambda/image/admit.ts";
import { plainInfo, plan } from "../../lambda/image/plan.ts";
import { bytesPerPixel, measured } from "../../lambda/image/rates.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { KEPT_DAYS } from "../origins.ts";
import { keepAfter } from "./keeping.ts";
import { network, prices } from "./prices.ts";

/** What is known of a site's pictures. */
export interface Load {
  /** bytes of a source, and its megapixels. */
  readonly average: number;
  readonly megapixels: number;
  /** Requests a second that viewers make, on average over a month. */
  readonly rate: number;
  /** 0 to 1, of those that CloudFront answers by itself. */
  readonly hitRatio: number;
  readonly format: Format;
  /** px of the answers. */
  readonly width: number;
  readonly architecture: keyof typeof prices.lambdaGbSecond;
}

/** What is recommended, and what it comes to. */
export interface Capacity {
  /** Seconds. */
  readonly downloadTimeout: number;
  readonly functionTimeout: number;
  /** MB. */
  readonly memory: number;
  /** Processes at once: usually, and to reserve. */
  readonly concurrency: number;
  readonly reserved: number;
  /** Dollars a month. */
  readonly dollars: number;
  /** What they are made of. */
  readonly shares: Readonly<Record<string, number>>;
  /** How each figure came about, a sentence each. */
  readonly arithmetic: readonly string[];
}

/** MB that are tried: one vCPU's, and what lies around. */
const MEMORIES = [512, 1024, 1769, 2048, 3008, 4096, 6144, 10_240];
/** ms that drawing a picture may take; more memory is taken until it does, up to one vCPU: drawing uses no more. */
const PATIENCE = 1500;
/** Sources are this many times their average now and then. */
const LARGE = 4;
/** Attempts there is to be time for. */
const ATTEMPTS = 3;
/** Seconds to draw and to answer, beside the download. */
const DRAWING = 3;
/** Times the usual rate, at the busiest. */
const PEAK = 3;
const SECONDS_A_MONTH = 30.44 * 86_400;
const GB = 2 ** 30;

/** Reckons what a load needs. */
export function capacityFor(load: Load): Capacity {
  const { average, megapixels, rate, hitRatio } = load;
  const misses = rate * (1 - hitRatio);
  const cpu = drawingMs(load);
  const memory = memoryFor(average, cpu);
  const share = cpuShare(memory);
  const download = network.firstByte + average / (network.speed * share);
  const draw = cpu / share;
  const duration = download + draw;
  const concurrency = Math.max(1, Math.ceil((misses * duration) / 1000));
  const reserved = Math.max(2, Math.ceil((misses * PEAK * duration) / 1000));
  const late = network.lateFirstByte + (average * LARGE) / (network.speed * share);
  const downloadTimeout = Math.max(2, Math.ceil((late * ATTEMPTS) / 1000));
  const shares = sharesOf(load, misses, duration, memory);
  const ms = (figure: number) => `${Math.round(figure)} ms`;
  return {
    downloadTimeout,
    functionTimeout: downloadTimeout + DRAWING,
    memory,
    concurrency,
    reserved,
    dollars: Object.values(shares).reduce((sum, one) => sum + one, 0),
    shares,
    arithmetic: [
      `Drawing ${megapixels} megapixels down to ${load.width} px as ${load.format} takes ${ms(cpu)} of one vCPU, by the function's own prediction (rates of ${measured.on}, ${measured.machine}); ${memory} MB have ${share.toFixed(2)} of one: ${ms(draw)}.`,
      `Downloading takes ${network.firstByte} ms to the first byte and ${ms(download - network.firstByte)} for ${size(average)} (figures of ${network.asOf}).`,
      `The download timeout leaves time for ${ATTEMPTS} attempts at a source ${LARGE} times the average, with a late first byte: ${ATTEMPTS} x ${ms(late)}. The function has ${DRAWING} s more to draw and to answer.`,
      `${memory} MB is the least that holds a source ${LARGE} times the average and draws within ${PATIENCE} ms, or all that drawing can use.`,
      `${rate} requests a second, ${Math.round(hitRatio * 100)} % of them from the cache, leave ${misses.toFixed(2)} to draw; x ${ms(duration)} = ${concurrency} at once, ${reserved} at ${PEAK} times that rate.`,
      `From ${keepAfter({ memory, architecture: load.architecture, days: KEPT_DAYS })} ms of one vCPU on, drawing a picture twice more costs as much as keeping it for ${KEPT_DAYS} days: a PUT, the wait for it and the storing of 100 KB against two requests, GETs and waits for the source; the stack keeps those (SHUTTERSPEED_KEEP_AFTER).`,
    ],
  };
}

/** ms of one vCPU, as the function predicts before it draws. */
function drawingMs({ megapixels, format, width }: Load): number {
  const [across, down] = [Math.sqrt((megapixels * 4e6) / 3), Math.sqrt((megapixels * 3e6) / 4)];
  const config = readConfig({});
  const source = {
    width: Math.round(across),
    height: Math.round(down),
    ...plainInfo,
    format: "jpeg",
  } as const;
  const offers = { auto: [], enforced: [], preferred: config.preferredFormats };
  const limits = { ...limitsOf(config), maxSrcResolution: Infinity, memory: Infinity };
  return plan({ width, format }, source, offers, limits, config).cost.total;
}

function memoryFor(average: number, cpu: number): number {
  const holds = (memorySize: number) =>
    limitsOf({ ...readConfig({}), memorySize }).maxSrcFileSize >= average * LARGE;
  const draws = (memory: number) => cpuShare(memory) === 1 || cpu / cpuShare(memory) <= PATIENCE;
  return MEMORIES.find((memory) => holds(memory) && draws(memory)) ?? 10_240;
}

function sharesOf(
  { rate, format, width, architecture }: Load,
  misses: number,
  duration: number,
  memory: number,
) {
  const requests = rate * SECONDS_A_MONTH;
  const drawn = misses * SECONDS_A_MONTH;
  const answer = width * width * 0.75 * bytesPerPixel(format, 80);
  return {
    "Lambda time": drawn * (duration / 1000) * (memory / 1024) * prices.lambdaGbSecond[architecture],
    "Lambda requests": drawn * prices.lambdaRequest,
    "S3 requests": drawn * (2 * prices.s3Get + prices.s3Put),
    "CloudFront requests": requests * (prices.cloudFrontRequest + prices.cloudFrontFunction),
    "CloudFront traffic": ((requests * answer) / GB) * prices.cloudFrontGb,
  };
}

/** bytes, as people say them. */
const size = (bytes: number) =>
  bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
