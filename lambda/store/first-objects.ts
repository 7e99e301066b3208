import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";

/** ms a listing may take. */
const TIMEOUT = 10_000;
/** What has to be brought back from there before anybody reads it. */
const archives: readonly unknown[] = ["GLACIER", "DEEP_ARCHIVE"];

/** Keys of the first thousand objects of a bucket that begin so, without those that are empty or archived. Rejects as the SDK does. */
export async function firstObjects(bucket: string, prefix: string, s3: S3Client): Promise<readonly string[]> {
  const listing = new ListObjectsV2Command({ Bucket: bucket, ...(prefix && { Prefix: prefix }) });
  const { Contents = [] } = await s3.send(listing, { abortSignal: AbortSignal.timeout(TIMEOUT) });
  return Contents.flatMap(({ Key = "", Size, StorageClass }) =>
    Size === 0 || archives.includes(StorageClass) ? [] : Key,
  );
}
