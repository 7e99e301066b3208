/** Where in the life of a request something is found, in the order they are passed. */
export type Phase =
  | "path"
  | "signature"
  | "options"
  | "source"
  | "format"
  | "key"
  | "fetch"
  | "open"
  | "plan"
  | "draw"
  | "keep"
  | "time"
  | "function";

/** What one phase makes of a URL. */
export interface Finding {
  readonly phase: Phase;
  /** Whether the request goes on. */
  readonly passes: boolean;
  readonly says: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** A phase that lets the request pass. */
export const passes = (phase: Phase, says: string): Finding => ({ phase, passes: true, says });

/** A phase that refuses it. */
export const refuses = (phase: Phase, says: string, advice?: string): Finding => ({
  phase,
  passes: false,
  says,
  ...(advice && { advice }),
});

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
