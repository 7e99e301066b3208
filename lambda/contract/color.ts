import { word } from "./args.ts";

/** A colour, `rrggbb`, of six digits of hex or three; `undefined` where it is none. */
export function hex(word: string): string | undefined {
  if (/^[\da-f]{6}$/i.test(word)) return word.toLowerCase();
  if (/^[\da-f]{3}$/i.test(word)) return word.toLowerCase().replace(/./g, "$&$&");
  return undefined;
}

/** A colour in one word of hex. */
export const hexColor = () => word<string>("a hex colour such as ff8800 or f80", { kind: "color" }, hex);
