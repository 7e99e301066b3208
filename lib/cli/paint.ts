import { styleText } from "node:util";

/** A stream people may read on. */
interface Stream {
  /** Whether it is a terminal. */
  readonly isTTY?: boolean;
}

/** Colours where the stream is a terminal that has them and nobody said NO_COLOR; plain words elsewhere. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

/** How to write on a stream. */
export function paintFor(stream: Stream): Paint {
  const coloured = stream.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== "dumb";
  const with_ = (style: Parameters<typeof styleText>[0]) => (text: string) =>
    coloured ? styleText(style, text, { validateStream: false }) : text;
  return { good: with_("green"), bad: with_("red"), faint: with_("dim"), strong: with_("bold") };
}
