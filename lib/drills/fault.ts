import type { NameFault } from "./names.ts";
import type { Act } from "./proxy.ts";
import type { SourceKind } from "./stage.ts";

/** What may be done to the way to a source, beside what is done to single connections. */
export type Trouble =
  | { readonly names: NameFault; readonly ms: number }
  | { readonly away: "refuse" | "swallow"; readonly ms: number }
  | { readonly spoil: "dark" | "reset" }
  /** The process stands still for so many ms, so many after it was asked, or before that; what idled may be dark then. */
  | { readonly freeze: number; readonly after?: number; readonly spoil?: "dark" }
  /** The clock is an hour ahead, from so many ms after the asking on. */
  | { readonly clock: "jumps"; readonly after: number };

/** Something that breaks, and what still holds. */
export interface Fault {
  /** What it is called on the command line: phase and a few words. */
  readonly name: string;
  /** What breaks, as a sentence. */
  readonly breaks: string;
  /** Happens to one after the other; what has none happens by `trouble` alone. */
  readonly acts?: readonly Act[];
  readonly trouble?: Trouble;
  /** The way that breaks. @default to the sources */
  readonly way?: "source" | "derivatives";
  /** What is promised when it happens once: the right picture, or an honest answer. @default a picture */
  readonly once?: "picture" | "answer";
  /** What is promised when it goes on. @default an answer */
  readonly always?: "picture" | "answer" | "nothing";
  /** It has no sense with a source that is spoken to otherwise: only S3 has errors of its own and checksums, only the web redirects. */
  readonly only?: SourceKind;
  /** It has no sense on a way without TLS. */
  readonly onlyTls?: true;
  /** It has none where TLS would not let the bytes pass. */
  readonly onlyPlain?: true;
  /** What is asked of the function beside a picture. */
  readonly needs?: "kept derivative" | "keeping" | "packed source" | "overwriting";
}

/** The promise of a fault, in words. */
export const promiseOf = ({ once = "picture" }: Fault, always: boolean): string =>
  !always && once === "picture" ? "the right picture, in time" : "an answer in time, never a wrong picture";
