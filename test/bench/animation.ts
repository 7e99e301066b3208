import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { open } from "../../lambda/image/open.ts";
import { plan } from "../../lambda/image/plan.ts";
import { render } from "../../lambda/image/render.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { noOffers } from "../options-of.ts";
import { median, photograph } from "./subject.ts";

const FRAMES = 40;
const frame = { width: 480, height: 360 };

/** A GIF whose frames are a photograph that moves to the left. */
async function movingGif(): Promise<Buffer> {
  const { width, height } = frame;
  const wide = sharp(await photograph(width + 4 * FRAMES, height));
  const frames = Array.from({ length: FRAMES }, (_, at) =>
    wide
      .clone()
      .extract({ left: 4 * at, top: 0, ...frame })
      .raw()
      .toBuffer(),
  );
  const raw = { width, height: height * FRAMES, channels: 3, pageHeight: height } as const;
  const delay = Array.from({ length: FRAMES }, () => 50);
  return sharp(Buffer.concat(await Promise.all(frames)), { raw })
    .gif({ delay, effort: 1 })
    .toBuffer();
}

/** ms of CPU. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** ms of CPU that a GIF of 40 frames takes to a WebP of half its size: drawn frame by frame, and all as one tall picture by bare sharp. */
export async function animation(rounds = 7): Promise<{ readonly ours: number; readonly bare: number }> {
  const bytes = await movingGif();
  const width = frame.width / 2;
  const config = readConfig({ IMGPROXY_MAX_ANIMATION_FRAMES: `${FRAMES}` });
  const limits = limitsOf(config);
  const ours = async () => {
    const deadline = Deadline.in(60_000);
    const opened = await open({ bytes }, {}, limits, deadline);
    const planned = plan({ width, format: "webp" }, opened.info, noOffers, limits, config);
    await render(planned, opened, deadline);
  };
  const written = { quality: config.formatQuality.webp ?? config.quality, effort: config.webpEffort };
  const bare = () => sharp(bytes, { animated: true }).resize(width).webp(written).toBuffer();
  const [own, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    own.push(await timed(ours));
    theirs.push(await timed(bare));
  }
  return { ours: median(own), bare: median(theirs) };
}
