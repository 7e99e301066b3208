import type { Config } from "../config/variables.ts";
import type { Offers } from "../contract/canvas.ts";
import type { Deadline } from "../deadline.ts";
import { inStage } from "../log.ts";
import type { Services } from "../services.ts";
import type { ImageRequest } from "../url/parse.ts";
import { admit } from "./admit.ts";
import type { Opened } from "./decoders/decoder.ts";
import { draw } from "./draw.ts";
import { type Files, open } from "./open.ts";
import { passThrough } from "./pass-through.ts";
import type { Made } from "./picture.ts";
import { type Plan, plan } from "./plan.ts";
import { trimmed } from "./trim.ts";

type Asked = Pick<ImageRequest, "options" | "offers" | "limits">;

/** What a picture is made of: the source's file, and that of the watermark, which may still be on its way. */
interface Ingredients extends Pick<Files, "bytes"> {
  readonly watermark?: Promise<Uint8Array | undefined>;
}

/** Makes the picture that a request asks for: the source as it is, or drawn. Throws as `passThrough`, `open`, `plan` and `draw` do. */
export async function makePicture(
  { bytes, watermark }: Ingredients,
  request: Asked,
  { config, log, calibration }: Pick<Services, "config" | "log" | "calibration">,
  deadline: Deadline,
): Promise<Made> {
  const passed = await passThrough({ bytes }, request, config, deadline);
  if (passed) return passed;
  const files = { bytes, watermark: await watermark };
  const began = performance.now();
  const opened = await inStage(log, "decode", () => openTrimmed(files, request, config, deadline));
  const planFor = (offers: Offers) => planOf(opened, { ...request, offers }, config);
  const { plan, stepDown } = admit(planFor(request.offers), planFor, deadline.left, calibration);
  if (stepDown) log.note({ stepDown });
  const opening = performance.now() - began;
  const picture = await inStage(log, "draw", () => draw(plan, opened, request.limits, deadline));

  const renderMs = performance.now() - began;
  log.note({ renderMs });
  // Nothing is predicted of opening; to trim a picture is the most of it.
  calibration.saw(plan.cost.total, renderMs - opening);
  const { origin = opened.info } = opened;
  const cost = plan.cost.total + (opened.origin ? opening : 0);
  return { picture, origin, cost, ...(stepDown && { stepDown }) };
}

/** What to draw of an opened source. */
export const planOf = ({ info }: Opened, { options, offers, limits }: Asked, config: Config): Plan =>
  plan(options, info, offers, limits, config);

/** Opens a source, without its border where that was asked for. As in imgproxy an animation keeps its border. */
export async function openTrimmed(
  files: Files,
  request: Asked,
  config: Config,
  deadline: Deadline,
): Promise<Opened> {
  const { options, limits } = request;
  const opened = await open(files, options, limits, deadline);
  if (!options.trim) return opened;
  const moves = opened.info.animation && planOf(opened, request, config).canvas.animation;
  return moves ? opened : trimmed(opened, options, limits, deadline);
}
