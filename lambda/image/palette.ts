import { setImmediate } from "node:timers/promises";
import type { Sharp } from "sharp";
import type { Deadline } from "../deadline.ts";
import { Timeout } from "../errors.ts";
import { run } from "./run.ts";

/** px between two looks at the time. */
const STRIDE = 1 << 20;

/** Whether a picture has no more than `most` colours. What is transparent has none, whatever it would be. */
export async function hasColors(pixels: () => Sharp, most: number, deadline: Deadline): Promise<boolean> {
  const { data } = await run(() => pixels().ensureAlpha().raw(), deadline);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const found = new Set<number>();
  let last: number | undefined;
  for (let at = 0; at < data.length; at += 4) {
    if (at % (4 * STRIDE) === 0) await breathe(deadline);
    const rgba = view.getUint32(at);
    if (rgba === last) continue;
    last = rgba;
    found.add(data[at + 3] === 0 ? 0 : rgba);
    if (found.size > most) return false;
  }
  return true;
}

async function breathe(deadline: Deadline): Promise<void> {
  await setImmediate();
  if (deadline.left === 0) throw new Timeout("counting colours: the time is up");
}
