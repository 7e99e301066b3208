import {
  DeleteObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";

/** An object as a listing tells of it. */
export interface Listed {
  readonly key: string;
  /** bytes */
  readonly size: number;
  /** ms since 1970 */
  readonly stored: number;
}

/** How many objects are put or deleted at a time. */
const AT_ONCE = 8;

/** All objects whose keys begin so. */
export async function list(client: S3Client, bucket: string, prefix: string): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client },
    { Bucket: bucket, Prefix: prefix },
  )) {
    for (const { Key = "", Size = 0, LastModified } of Contents) {
      found.push({ key: Key, size: Size, stored: LastModified?.getTime() ?? 0 });
    }
  }
  return found;
}

/** Stores bytes under a key. */
export async function put(
  client: S3Client,
  bucket: string,
  key: string,
  body: Uint8Array,
  type: string,
): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: type }));
}

/** Deletes these objects; those that are gone already do not matter. */
export const remove = (client: S3Client, bucket: string, keys: readonly string[]): Promise<void> =>
  severalAtOnce(keys, async (key) => {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  });

/** Does the work for each item, a few at a time. Rejects with the first failure. */
export async function severalAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
