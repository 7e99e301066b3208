import type { Canvas, Size } from "./canvas.ts";
import type { Option, OptionValues, Settled } from "./option.ts";
import type { Overlay, PlannedStroke } from "./stroke.ts";

/** The options that somebody reads, by the name it calls them. */
export type Needs = Readonly<Record<string, Option>>;
/** Their values, defaults applied. */
export type Given<N extends Needs> = { readonly [K in keyof N]: Settled<N[K]> };

/** A step of the picture: arithmetic that says what to call on sharp, and what the canvas is afterwards. */
export interface Step {
  readonly name: string;
  readonly needs: Needs;
  plan(options: OptionValues, canvas: Canvas): Planned | undefined;
  readonly draw?: Drawing;
}

/** Pixels in memory, row by row, 8 bits a channel. */
export interface Raw extends Size {
  readonly data: Uint8Array;
  readonly channels: 1 | 2 | 3 | 4;
}

/** A step's own drawing, which may draw over the picture it is given. It yields now and then, so that time can be looked at. */
export type Drawing = (
  picture: Raw,
  args: readonly [number],
  overlay?: Overlay,
) => Generator<undefined, Raw, undefined>;

/** What a step will do. Without strokes it only settles something for those after it. */
export interface Planned {
  readonly strokes?: readonly PlannedStroke[];
  readonly canvas?: Partial<Canvas>;
}

/** Checks a step's types: what it needs arrives with defaults applied. */
export const step = <N extends Needs>(definition: {
  readonly name: string;
  readonly needs: N;
  readonly plan: (options: Given<N>, canvas: Canvas) => Planned | undefined;
  /** How `own` strokes are drawn. */
  readonly draw?: Drawing;
}): Step => ({
  ...definition,
  plan: (options, canvas) => definition.plan(settled(definition.needs, options), canvas),
});

/** The options that `needs` names, as far as the URL said them, else by default. */
export const settled = <N extends Needs>(needs: N, options: OptionValues): Given<N> =>
  Object.fromEntries(
    Object.entries(needs).map(([key, { name, default: otherwise }]) => [key, options[name] ?? otherwise]),
  ) as Given<N>;
