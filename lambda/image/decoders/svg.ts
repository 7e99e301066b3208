import { InternalError } from "../../errors.ts";
import { openApart } from "../apart.ts";
import type { Decoder } from "./decoder.ts";
import { assertHarmless } from "./svg-guard.ts";

/** Opens an SVG in a process that can be killed: a few hundred bytes of it can hold a renderer for minutes, or all memory. */
export const openSvg: Decoder = async (bytes, _options, limits, deadline) => {
  await assertHarmless(bytes, limits);
  return {
    bytes,
    info: await openApart(bytes, limits.memory, deadline),
    pixels() {
      throw new InternalError("an SVG is not drawn in this process");
    },
    hostile: true,
  };
};
