import { hash } from "node:crypto";
import type { SQSRecord } from "aws-lambda";
import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { derivativePrefixes, everyDerivativePrefix } from "../url/key.ts";
import type { DeleteBelow } from "./deletion.ts";
import { type Invalidate, MOST_ITEMS } from "./invalidation.ts";
import { type Purge, readMessage, writeMessage } from "./messages.ts";
import { LONGEST_DELAY, type Queue } from "./queue.ts";

/** All that is outside of a purge. */
export interface Purging {
  readonly config: Pick<Config, "sourceQuerySeparator" | "urlReplacements" | "baseUrl">;
  readonly deleteBelow: DeleteBelow;
  readonly invalidate: Invalidate;
  readonly queue: Queue;
  /** Seconds after which no drawing is under way any more that began before the first time. */
  readonly againAfter: number;
}

/** A message as Lambda hands it over; its body is read by us. */
export type Received = Pick<SQSRecord, "messageId" | "receiptHandle" | "body"> & {
  readonly attributes: Pick<SQSRecord["attributes"], "ApproximateReceiveCount">;
};

/** What became of a batch. */
export interface Purged {
  readonly tags: number;
  readonly deleted: number;
  /** Ids of messages that have to come again. */
  readonly failed: readonly string[];
  readonly errors: readonly string[];
}

/** A message that was read. */
interface Waiting extends Purge {
  readonly received: Received;
}

/**
 * Purges what these messages ask for: what was made of the sources is deleted, then what the edges have of it dropped, in one invalidation
 * for many, and both are asked for again when no drawing of before can be under way. What the deadline leaves no time for goes on in
 * messages of its own. Whether it is done twice, or in another order, makes no difference. Never rejects: what failed comes again,
 * later each time.
 */
export async function purgeBatch(
  records: readonly Received[],
  purging: Purging,
  deadline: Deadline,
  now = Date.now(),
): Promise<Purged> {
  const failed = new Map<Received, string>();
  const waiting: Waiting[] = [];
  for (const received of records) {
    try {
      const purge = readMessage(received.body, purging.config);
      if (purge.notBefore > now) await sendLater(purge, purging, now);
      else waiting.push({ ...purge, received });
    } catch (error) {
      failed.set(received, told(error));
    }
  }
  let [tags, deleted] = [0, 0];
  for (const group of grouped(waiting)) {
    const done = await purgeGroup(group, purging, deadline, now);
    tags += done.tags;
    deleted += done.deleted;
    for (const [received, error] of done.failed) failed.set(received, error);
  }
  await Promise.all([...failed.keys()].map((received) => postponed(received, purging.queue)));
  const ids = [...failed.keys()].map(({ messageId }) => messageId);
  return { tags, deleted, failed: ids, errors: [...new Set(failed.values())] };
}

/** As many messages together as one invalidation takes; what purges all, or more than that, stands alone. */
function grouped(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const groups: Waiting[][] = [];
  let room = 0;
  for (const one of waiting) {
    const size = one.tags === "all" ? MOST_ITEMS : one.tags.length;
    const last = groups.at(-1);
    if (last && size <= room) last.push(one);
    else groups.push([one]);
    room = (last && size <= room ? room : MOST_ITEMS) - size;
  }
  return groups;
}

async function purgeGroup(group: readonly Waiting[], purging: Purging, deadline: Deadline, now: number) {
  const outcomes = await deleteMade(tagsOf(group), purging.deleteBelow, deadline);
  const failed = new Map<Received, string>();
  for (const { received, tags } of group) {
    const error = namesOf(tags)
      .map((tag) => outcomes.get(tag)?.error)
      .find(Boolean);
    if (error !== undefined) failed.set(received, error);
  }
  const rest = group.filter(({ received }) => !failed.has(received));
  try {
    await goOn(rest, (tag) => outcomes.get(tag)?.done === true, purging, now);
  } catch (error) {
    for (const { received } of rest) failed.set(received, told(error));
  }
  const deleted = [...outcomes.values()].reduce((sum, outcome) => sum + outcome.deleted, 0);
  return { tags: outcomes.size, deleted, failed };
}

/** What follows deleting: the invalidation, and messages about what is left and for the second time. */
async function goOn(
  group: readonly Waiting[],
  isDone: (tag: string) => boolean,
  purging: Purging,
  now: number,
): Promise<void> {
  const done = tagsOf(group).filter(isDone);
  for (let at = 0; at < done.length; at += MOST_ITEMS) {
    const items = done.slice(at, at + MOST_ITEMS).map(itemOf);
    await purging.invalidate(items, referenceOf(group, items));
  }
  for (const again of [false, true]) {
    const tags = tagsOf(group.filter((one) => one.again === again));
    const left = tags.filter((tag) => !isDone(tag));
    // Some thousand of it are deleted, however much is left: no failure.
    if (left.length > 0) await sendLater({ tags: left, again, notBefore: now }, purging, now);
    const gone = again ? [] : tags.filter(isDone);
    const notBefore = now + purging.againAfter * 1000;
    if (gone.length > 0) await sendLater({ tags: gone, again: true, notBefore }, purging, now);
  }
}

/** Stands for the tags of all sources; no tag is empty. */
const EVERYTHING = "";

const namesOf = (tags: Purge["tags"]) => (tags === "all" ? [EVERYTHING] : tags);
const tagsOf = (group: readonly Purge[]) => [...new Set(group.flatMap(({ tags }) => namesOf(tags)))];

/** As CloudFront is told of it. */
const itemOf = (tag: string) => (tag === EVERYTHING ? "/*" : `#${tag}`);

/** SQS lets a message wait for 15 minutes; what has to wait longer comes back in between. */
const sendLater = ({ tags, ...when }: Purge, { queue }: Purging, now: number) =>
  queue.send(
    writeMessage({ tags: namesOf(tags).includes(EVERYTHING) ? "all" : tags, ...when }),
    Math.min(LONGEST_DELAY, (when.notBefore - now) / 1000),
  );

/** The same items for the same messages again are the same invalidation: CloudFront counts it once. Others under its name it would refuse. */
const referenceOf = (group: readonly Waiting[], items: readonly string[]) =>
  hash("sha256", [...group.map(({ received }) => received.messageId), ...items].sort().join()).slice(0, 32);

/** Tags whose derivatives are deleted at a time. */
const AT_ONCE = 8;

interface Outcome {
  readonly deleted: number;
  readonly done?: boolean;
  readonly error?: string;
}

async function deleteMade(tags: readonly string[], deleteBelow: DeleteBelow, deadline: Deadline) {
  const outcomes = new Map<string, Outcome>();
  const rest = tags.values();
  const work = async () => {
    for (const tag of rest) outcomes.set(tag, await deleteOf(tag, deleteBelow, deadline));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

/** Nothing is begun once the deadline is over. */
async function deleteOf(tag: string, deleteBelow: DeleteBelow, deadline: Deadline): Promise<Outcome> {
  let [deleted, done] = [0, true];
  try {
    for (const prefix of tag === EVERYTHING ? everyDerivativePrefix : derivativePrefixes(tag)) {
      if (deadline.left === 0) return { deleted, done: false };
      const made = await deleteBelow(prefix, deadline);
      deleted += made.deleted;
      done &&= made.done;
    }
    return { deleted, done };
  } catch (error) {
    return { deleted, error: told(error) };
  }
}

/** Seconds until what failed comes again: from the first time to the longest. */
const [SOONEST, LATEST] = [5, 900];

/** Where that fails, too, it comes when the queue thinks that we are gone. */
async function postponed({ receiptHandle, attributes }: Received, queue: Queue): Promise<void> {
  const times = Number(attributes.ApproximateReceiveCount) || 1;
  const seconds = Math.min(LATEST, SOONEST * 2 ** (times - 1));
  // Not all at once.
  await queue.postpone(receiptHandle, seconds * (0.5 + Math.random() / 2)).catch(() => {});
}

const told = (error: unknown): string => (error instanceof Error ? error.message : String(error));
