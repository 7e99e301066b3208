import type { Config } from "../config/variables.ts";
import type { Canvas } from "./canvas.ts";
import type { OptionValues } from "./option.ts";
import { type Given, type Needs, settled } from "./step.ts";

/** The picture before the first step and after the last. */
export interface Ends {
  readonly source: Canvas;
  readonly canvas: Canvas;
}

/** What some options, and the environment, say of the answer's file. */
export interface OutputPart<Part extends object = object> {
  settle(options: OptionValues, ends: Ends, config: Config): Part;
}

/** Checks its types: what it needs arrives with defaults applied. */
export const outputPart = <N extends Needs, Part extends object>(
  needs: N,
  settle: (options: Given<N>, ends: Ends, config: Config) => Part,
): OutputPart<Part> => ({
  settle: (options, ends, config) => settle(settled(needs, options), ends, config),
});

/** All that several parts say together. */
export type Together<Parts extends readonly OutputPart[]> = Intersection<SaidBy<Parts[number]>>;
type SaidBy<P> = P extends OutputPart<infer Part> ? Part : never;
type Intersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer All) => void
  ? All
  : never;
