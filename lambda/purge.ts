import { Logger } from "@aws-lambda-powertools/logger";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { readConfig } from "./config/variables.ts";
import { Deadline } from "./deadline.ts";
import { SERVICE_NAME } from "./metrics.ts";
import { purgeBatch } from "./purge/batch.ts";
import { deletionIn } from "./purge/deletion.ts";
import { invalidationsOf } from "./purge/invalidation.ts";
import { queueAt } from "./purge/queue.ts";

/** ms of an invocation kept for what follows deleting: an invalidation, messages. */
const RESERVE = 20_000;
/** ms in which something is deleted whatever is left: else messages about the rest would go round without end. */
const LEAST = 5000;

const config = readConfig(process.env);
const { SHUTTERSPEED_PURGE_QUEUE = "", SHUTTERSPEED_PURGE_DISTRIBUTION = "" } = process.env;
const purging = {
  config,
  deleteBelow: deletionIn(config.derivativesBucket, process.env),
  invalidate: invalidationsOf(SHUTTERSPEED_PURGE_DISTRIBUTION, process.env),
  queue: queueAt(SHUTTERSPEED_PURGE_QUEUE, process.env),
  againAfter: Number(process.env.SHUTTERSPEED_PURGE_AGAIN_AFTER),
};
const logger = new Logger({ serviceName: SERVICE_NAME });

/** What AWS executes when sources have changed: a batch of the queue in, the messages that have to come again out. */
export async function handler(
  { Records: records }: SQSEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<SQSBatchResponse> {
  const began = Date.now();
  const deadline = Deadline.in(Math.max(LEAST, context.getRemainingTimeInMillis() - RESERVE));
  const { failed, errors, ...purged } = await purgeBatch(records, purging, deadline);
  const waited = Math.max(...records.map(({ attributes }) => began - Number(attributes.SentTimestamp)));
  const line = {
    ...purged,
    messages: records.length,
    failed: failed.length,
    // Of the message that waited longest, a second time with its delay.
    waitedMs: waited,
    durationMs: Date.now() - began,
    ...(errors.length > 0 && { errors }),
  };
  logger[failed.length > 0 ? "error" : "info"]("purge", line);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
