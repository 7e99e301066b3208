import type { Deadline } from "../../deadline.ts";
import type { Output } from "../output.ts";
import type { Stage } from "../stage.ts";

/** Writes a picture as a file. */
export type Encoder = (stage: Stage, output: Output, deadline: Deadline) => Promise<Uint8Array>;
