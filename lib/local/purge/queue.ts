import { randomUUID } from "node:crypto";

/** A message as a queue hands it to a function; in SQS's words. */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string; readonly SentTimestamp: string };
}

/** How a queue is set up. */
export interface QueueProps {
  /** Hands over a batch; resolves with the ids of messages that have to come again. */
  readonly deliver: (records: readonly QueueRecord[]) => Promise<readonly string[]>;
  /** Messages at a time. @default 100 */
  readonly batch?: number;
  /** ms a message waits for others. @default 0 */
  readonly window?: number;
  /** ms after which a message that was received, and failed, comes again. @default 30000 */
  readonly visibility?: number;
  /** How often a message comes at most; after that it lies among the dead letters. @default 10 */
  readonly receives?: number;
  /** ms by which each copy of a message is late: queues deliver twice, and in another order. @default one, in time */
  readonly copies?: () => readonly number[];
}

/** As much of SQS as purging needs, in this process. */
export interface LocalQueue {
  /** Puts a message in; `tried` settles once it was handed over, or one of its copies was. */
  send(body: string, seconds?: number): { readonly id: string; readonly tried: Promise<void> };
  /** Has a message that was received come again after so many seconds. `false` when nobody has it. */
  postpone(receipt: string, seconds: number): boolean;
  /** Bodies of messages that failed too often. */
  readonly deadLetters: readonly string[];
  /** How many messages there are, waiting or being worked on. */
  readonly size: number;
  stop(): void;
}

interface Entry {
  readonly id: string;
  readonly body: string;
  readonly sent: number;
  readonly tried: () => void;
  at: number;
  receives: number;
}

/** Batches that are worked on at a time, as in the stack. */
const AT_ONCE = 2;

/** Makes one. */
export function memoryQueue(props: QueueProps): LocalQueue {
  const { deliver, batch = 100, window = 0, visibility = 30_000, receives = 10, copies = () => [0] } = props;
  const entries = new Map<string, Entry>();
  const deadLetters: string[] = [];
  let [working, stopped] = [0, false];
  let timer: NodeJS.Timeout | undefined;

  const due = () => [...entries].filter(([, { at }]) => at <= Date.now()).slice(0, batch);
  const plan = () => {
    clearTimeout(timer);
    if (stopped || working >= AT_ONCE || entries.size === 0) return;
    const next = Math.min(...[...entries.values()].map(({ at }) => at));
    timer = setTimeout(work, Math.max(0, next - Date.now()) + window);
    timer.unref();
  };
  const work = async () => {
    const taken = due();
    for (const [, entry] of taken) {
      entry.at = Date.now() + visibility;
      entry.receives += 1;
    }
    if (taken.length === 0) return plan();
    working += 1;
    plan();
    const failed = await deliver(taken.map(recordOf)).catch(() => taken.map(([, { id }]) => id));
    working -= 1;
    for (const [receipt, entry] of taken) {
      const isDead = failed.includes(entry.id) && entry.receives >= receives;
      if (isDead) deadLetters.push(entry.body);
      if (isDead || !failed.includes(entry.id)) entries.delete(receipt);
      entry.tried();
    }
    plan();
  };
  return {
    send(body, seconds = 0) {
      const id = randomUUID();
      const sent = Date.now();
      const { promise: tried, resolve } = Promise.withResolvers<void>();
      for (const late of copies())
        entries.set(randomUUID(), {
          ...{ id, body, sent, tried: resolve },
          at: sent + seconds * 1000 + late,
          receives: 0,
        });
      plan();
      return { id, tried };
    },
    postpone(receipt, seconds) {
      const entry = entries.get(receipt);
      if (entry) entry.at = Date.now() + seconds * 1000;
      return entry !== undefined;
    },
    deadLetters,
    get size() {
      return entries.size;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

const recordOf = ([receiptHandle, { id, body, sent, receives }]: readonly [string, Entry]): QueueRecord => ({
  messageId: id,
  receiptHandle,
  body,
  attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(sent) },
});
