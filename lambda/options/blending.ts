import type { Raw } from "../contract/step.ts";
import type { Overlay } from "../contract/stroke.ts";

const { fround } = Math;

/** Parts of 255, in single precision. */
const parts = Float32Array.from({ length: 256 }, (_, value) => value / 255);
const part = (value = 0) => parts[value] ?? 0;

/**
 * Lays one line of an overlay over a picture. Each step is rounded to single precision, and what is stored is rounded down, as
 * libvips does. sharp itself takes an overlay of 8 bits only: its alpha would have to be rounded before.
 */
export function blendLine(
  { data, channels, width: across }: Raw,
  { left, top, width }: Omit<Overlay, "pixels">,
  pixels: Uint8Array,
  line: number,
  opacity: number,
): void {
  const by = fround(opacity);
  for (let x = 0; x < width; x++) {
    const from = (line * width + x) * 4;
    const to = ((top + line) * across + left + x) * channels;
    const over = fround(fround((pixels[from + 3] ?? 0) * by) / 255);
    if (over === 0 && channels < 4) continue;
    const rest = fround(1 - over);
    const below = channels < 4 ? 1 : part(data[to + 3]);
    const alpha = fround(over + fround(below * rest));
    for (let channel = 0; channel < 3; channel++) {
      const seen = fround(part(pixels[from + channel]) * over);
      const kept = fround(fround(part(data[to + channel]) * below) * rest);
      const mixed = fround(seen + kept);
      data[to + channel] = alpha === 0 ? 0 : fround(fround(mixed / alpha) * 255);
    }
    if (channels === 4) data[to + 3] = fround(alpha * 255);
  }
}
