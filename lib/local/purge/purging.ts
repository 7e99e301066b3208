import { type Config, variables } from "../../../lambda/config/variables.ts";
import { againAfter } from "../../purge/again.ts";
import type { Edge } from "../edge/edge.ts";
import type { Bundle } from "../lambda/bundle.ts";
import { type LocalFunction, startFunction } from "../lambda/function.ts";
import { record } from "../lambda/record.ts";
import { accessVariables, buckets, type S3Access } from "../s3/access.ts";
import { type Controlled, type ControlPlane, startControlPlane } from "./control-plane.ts";
import { type LocalQueue, memoryQueue, type QueueProps, type QueueRecord } from "./queue.ts";

/** What purging is set up with. */
export interface PurgingProps {
  readonly bundle: Bundle;
  readonly s3: S3Access;
  readonly edge: Pick<Edge, "invalidate">;
  /** Of the function that draws. */
  readonly config: Config;
  /** Seconds of that function. */
  readonly timeout: number;
  readonly log: (line: string) => void;
  readonly onLambda: Readonly<Record<string, string>>;
  readonly purging?: PurgingOptions | undefined;
}

/** What may be otherwise than usual. */
export interface PurgingOptions {
  /** Seconds after which it is purged again. @default as in the stack */
  readonly againAfter?: number;
  readonly queue?: Omit<QueueProps, "deliver">;
  readonly refuses?: Controlled["refuses"];
}

/** The queue, the function behind it, and where that asks CloudFront. */
export interface Purging {
  readonly queue: LocalQueue;
  readonly queueUrl: ControlPlane["queueUrl"];
  stop(): Promise<void>;
}

/** Sets it up. The function's process starts with the first message: a folder may never change. */
export async function startPurging(props: PurgingProps): Promise<Purging> {
  const { purging = {}, edge } = props;
  let fn: LocalFunction | undefined;
  const deliver = async (records: readonly QueueRecord[]) => {
    fn ??= startFunction(functionOf(props, plane));
    const outcome = await fn.invoke({ Records: records });
    if (!("json" in outcome)) throw new Error(outcome.failed);
    return failedIn(outcome.json);
  };
  const queue = memoryQueue({ ...purging.queue, deliver });
  const plane = await startControlPlane({ queue, invalidate: edge.invalidate, refuses: purging.refuses });
  const stop = async () => {
    queue.stop();
    plane.stop();
    await fn?.stop();
  };
  return { queue, queueUrl: plane.queueUrl, stop };
}

/** As in the stack: another handler of the same bundle. */
const functionOf = (
  { bundle, s3, config, timeout, log, onLambda, purging }: PurgingProps,
  { endpoint, queueUrl }: ControlPlane,
) => ({
  ...{ bundle, log, memory: MEMORY, timeout: TIMEOUT, concurrency: 2 },
  env: {
    ...onLambda,
    ...accessVariables(s3),
    _HANDLER: "purge.handler",
    AWS_LAMBDA_FUNCTION_NAME: "local-purge",
    AWS_ENDPOINT_URL_CLOUDFRONT: endpoint,
    [variables.derivativesBucket.name]: buckets.derivatives,
    SHUTTERSPEED_PURGE_QUEUE: queueUrl,
    SHUTTERSPEED_PURGE_DISTRIBUTION: "LOCAL",
    SHUTTERSPEED_PURGE_AGAIN_AFTER: String(purging?.againAfter ?? againAfter(timeout, config)),
  },
});

/** MB and seconds, as in the stack. */
const [MEMORY, TIMEOUT] = [512, 60];

function failedIn(json: string): readonly string[] {
  const { batchItemFailures } = record(JSON.parse(json));
  if (!Array.isArray(batchItemFailures)) throw new Error(`expected what failed, got ${json}`);
  return batchItemFailures.map((failure) => String(record(failure).itemIdentifier));
}
