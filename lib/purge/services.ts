import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import type { Config } from "../../lambda/config/variables.ts";
import { writeAsked } from "../../lambda/purge/messages.ts";
import { queueAt } from "../../lambda/purge/queue.ts";
import type { PurgeServices } from "./asked.ts";
import type { PurgePlace } from "./places.ts";
import { stackPlace } from "./stack-outputs.ts";

/** What of this machine speaks to AWS: its credentials and its region, as the SDK finds them. */
async function here(env: Readonly<Record<string, string | undefined>>) {
  const { credentials, region } = new S3Client({}).config;
  return { credentials, env: { ...env, AWS_REGION: await region() } };
}

/** What asks a place to purge; a stack's is looked up. */
export async function purgeServices(
  place: PurgePlace | { readonly stack: string },
  config: Config,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<PurgeServices> {
  if ("endpoint" in place) return servicesAt(place, config, localClient(place), { AWS_REGION: "us-east-1" });
  const { credentials, env } = await here(variables);
  const found = "stack" in place ? await stackPlace(place.stack, env, credentials) : place;
  return servicesAt(found, config, new S3Client({ followRegionRedirects: true }), env, credentials);
}

/** The local S3 looks at no signature. */
const localClient = ({ endpoint = "" }: PurgePlace) =>
  new S3Client({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "not-a-secret" },
    forcePathStyle: true,
  });

function servicesAt(
  { queue: url, derivatives }: PurgePlace,
  config: Config,
  client: S3Client,
  ...signing: [Parameters<typeof queueAt>[1], Parameters<typeof queueAt>[2]?]
): PurgeServices {
  const queue = queueAt(url, ...signing);
  return {
    config,
    derivatives,
    send: (purge) => queue.send(writeAsked(purge), 0),
    async *keys(bucket, prefix) {
      for await (const { Contents = [] } of paginateListObjectsV2(
        { client },
        { Bucket: bucket, Prefix: prefix },
      ))
        yield* Contents.flatMap(({ Key }) => Key ?? []);
    },
  };
}

/** Has a bucket tell EventBridge of its changes, and leaves what else it tells whom as it was. `false` when it did so already. */
export async function tellEventBridge(bucket: string, client = new S3Client({})): Promise<boolean> {
  const { $metadata: _, ...told } = await client.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
  );
  if (told.EventBridgeConfiguration) return false;
  const NotificationConfiguration = { ...told, EventBridgeConfiguration: {} };
  await client.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration }),
  );
  return true;
}
