import type { Deadline } from "../deadline.ts";
import type { Format } from "../formats.ts";
import type { Limits } from "../options/limits.ts";
import { renderApart } from "./apart.ts";
import type { Opened } from "./decoders/decoder.ts";
import type { Picture } from "./picture.ts";
import type { Plan } from "./plan.ts";
import { render } from "./render.ts";
import { hasLeftovers } from "./run.ts";

/** Predicted ms from which a picture is drawn apart: sharp may not stop at the deadline, and starting a process is little beside it. */
export const DEAR = 1000;

/** Formats whose encoders may not be stopped, or hold the process, where a request is answered. */
const apartOnly: readonly Format[] = ["jxl"];

/**
 * Draws a plan: here, or where it can be killed when it is predicted dear, when its source is hostile or its format is,
 * and when what an earlier request left behind is still being drawn here.
 */
export async function draw(plan: Plan, opened: Opened, limits: Limits, deadline: Deadline): Promise<Picture> {
  const apart =
    opened.hostile ||
    opened.watermark?.hostile ||
    apartOnly.includes(plan.output.format) ||
    plan.cost.total >= DEAR ||
    hasLeftovers();
  return apart ? renderApart(plan, opened, limits.memory, deadline) : render(plan, opened, deadline);
}
