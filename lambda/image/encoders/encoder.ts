import type { Sharp } from "sharp";
import type { Deadline } from "../../deadline.ts";
import type { Output } from "../output.ts";

/** Writes a picture as a file. `pixels` begins anew at each call. */
export type Encoder = (pixels: () => Sharp, output: Output, deadline: Deadline) => Promise<Uint8Array>;
