import { Readable } from "node:stream";
import type { Address, Conditions, GetOptions, ObjectStream, Phase, Store } from "./store.ts";

/** What of a store was asked before whoever needs it did. */
export interface HeadStart {
  /** The store, which hands out what was begun, once, to whoever asks for the same. */
  readonly store: Store;
  /** Gives up what nobody has asked for. */
  end(): void;
}

/** A whole object, as it will be asked for. */
export interface EarlyGet extends Conditions {
  readonly address: Address;
}

/** Chunks of a body, of 64 KB at most, that are read before anybody wants them; the others wait in S3. */
const CHUNKS_AHEAD = 256;

/** Begins these at once; without any, as for all requests but a cold start's, the store is as it was. */
export function headStart(store: Store, gets: readonly EarlyGet[]): HeadStart {
  if (gets.length === 0) return { store, end() {} };
  const begun = gets.map((get) => begin(get, store));
  return {
    store: {
      ...store,
      get(address, options) {
        const at = begun.findIndex(({ get }) => isSame(get, address, options));
        const [found] = at < 0 ? [] : begun.splice(at, 1);
        return found ? found.handOver(options) : store.get(address, options);
      },
    },
    end() {
      for (const { abort } of begun.splice(0)) abort();
    },
  };
}

function begin(get: EarlyGet, store: Store) {
  const { address, ...conditions } = get;
  const controller = new AbortController();
  let phase: Phase = "first byte";
  let tell = (now: Phase) => {
    phase = now;
  };
  const at = (now: Phase) => tell(now);
  const answer = store.get(address, { ...conditions, signal: controller.signal, at }).then(readAhead);
  // Whoever asks for it hears; perhaps nobody does.
  answer.catch(() => {});
  const abort = (reason?: unknown) => {
    controller.abort(reason);
    // It may have been answered already.
    answer.then(
      (answered) => answered !== "not modified" && answered.cancel(),
      () => {},
    );
  };
  const handOver = ({ signal, at = () => {} }: GetOptions) => {
    at(phase);
    tell = at;
    if (signal.aborted) abort(signal.reason);
    signal.addEventListener("abort", () => abort(signal.reason), { once: true });
    return answer;
  };
  return { get, abort, handOver };
}

/** A part of an object, another version of it, or the same over a new connection is something else. */
const isSame = ({ address, ...conditions }: EarlyGet, asked: Address, options: GetOptions): boolean =>
  address.bucket === asked.bucket &&
  address.key === asked.key &&
  address.version === asked.version &&
  conditions.ifNoneMatch === options.ifNoneMatch &&
  conditions.ifModifiedSince === options.ifModifiedSince &&
  !(options.range || options.rangeHeader || options.ifMatch || options.fresh);

/** Reads a body without waiting for a reader. */
function readAhead(answer: ObjectStream | "not modified"): ObjectStream | "not modified" {
  if (answer === "not modified") return answer;
  const body = Readable.from(answer.body, { highWaterMark: CHUNKS_AHEAD });
  body.on("error", () => {}).read(0);
  return {
    ...answer,
    body,
    cancel() {
      body.destroy();
      answer.cancel();
    },
  };
}
