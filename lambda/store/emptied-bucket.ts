import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { Context } from "aws-lambda";
import { type CustomResourceEvent, conclude, type Tell } from "../custom-resource.ts";

/** What CloudFormation says of a bucket that is to go with its stack, as long as it bears a tag called so. */
export type EmptyingEvent = CustomResourceEvent<{ readonly bucket: string; readonly tag: string }>;

/** What became of it: deleted, left to S3 to empty, or not ours to touch. */
export type BucketFate = "deleted" | "emptying" | "kept";

/**
 * Deletes a bucket of a stack that goes. What is too much for the time there is goes within two days by itself, by a rule of the
 * bucket's, and the bucket stays, empty. One without the tag is let be. `left` tells the ms there are.
 */
export async function letGo(
  Bucket: string,
  tag: string,
  s3: S3Client,
  left: () => number,
): Promise<BucketFate> {
  try {
    // Of one that is to stay from now on the tag goes before its custom resource does.
    if (!(await bears(tag, Bucket, s3))) return "kept";
    await expireAll(Bucket, s3);
    while (left() > RESERVE) {
      if (!(await deletePage(Bucket, s3)) && (await deleted(Bucket, s3))) return "deleted";
    }
    return "emptying";
  } catch (error) {
    if (isCalled(error, "NoSuchBucket")) return "deleted";
    throw error;
  }
}

/** ms for a last round, and to tell CloudFormation. */
const RESERVE = 20_000;

async function bears(tag: string, Bucket: string, s3: S3Client): Promise<boolean> {
  try {
    const { TagSet = [] } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
    return TagSet.some(({ Key }) => Key === tag);
  } catch (error) {
    if (isCalled(error, "NoSuchTagSet")) return false;
    throw error;
  }
}

async function expireAll(Bucket: string, s3: S3Client): Promise<void> {
  const rule = {
    ID: "its stack is gone",
    Status: "Enabled",
    Filter: { Prefix: "" },
    Expiration: { Days: 1 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  } as const;
  const LifecycleConfiguration = { Rules: [rule] };
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
}

/** Deletes a thousand objects; false when there were none. */
async function deletePage(Bucket: string, s3: S3Client): Promise<boolean> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  if (Contents.length === 0) return false;
  const Objects = Contents.map(({ Key }) => ({ Key }));
  await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  return true;
}

/** False when something was put in the meantime: what was being drawn when the function lost its leave to write. */
async function deleted(Bucket: string, s3: S3Client): Promise<boolean> {
  try {
    await s3.send(new DeleteBucketCommand({ Bucket }));
    return true;
  } catch (error) {
    if (isCalled(error, "BucketNotEmpty")) return false;
    throw error;
  }
}

const isCalled = (error: unknown, name: string) => error instanceof S3ServiceException && error.name === name;

/** Lets the bucket go when CloudFormation says so, and tells it. */
export async function emptyBucket(
  event: EmptyingEvent,
  s3: S3Client,
  left: () => number,
  tell?: Tell,
): Promise<void> {
  const { RequestType, PhysicalResourceId, ResourceProperties } = event;
  // Another bucket in its place is another resource: CloudFormation has the old one deleted then.
  const bucket = RequestType === "Delete" ? (PhysicalResourceId ?? "") : ResourceProperties.bucket;
  const work = async () => {
    if (RequestType === "Delete") await letGo(bucket, ResourceProperties.tag, s3, left);
    return undefined;
  };
  await conclude(event, bucket, work, tell);
}

/** What AWS executes when the stack, or the bucket, goes. */
export async function handler(event: EmptyingEvent, context: Context): Promise<void> {
  await emptyBucket(event, new S3Client({}), () => context.getRemainingTimeInMillis());
}
