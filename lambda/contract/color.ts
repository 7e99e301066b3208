import { word } from "./args.ts";

/** A colour, `rrggbb`, of six digits of hex or three; `undefined` where it is none. */
export function hex(word: string): string | undefined {
  if (/^[\da-f]{6}$/i.test(word)) return word.toLowerCase();
  if (/^[\da-f]{3}$/i.test(word)) return word.toLowerCase().replace(/./g, "$&$&");
  return undefined;
}

/** A colour in one word of hex. */
export const hexColor = () => word<string>("a hex colour such as ff8800 or f80", { kind: "color" }, hex);

/** Red, green and blue of a colour `rrggbb`, 0–255. */
export const channelsOf = (color: string): readonly number[] =>
  [0, 2, 4].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
