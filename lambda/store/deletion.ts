import { DeleteObjectsCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import type { Deadline } from "../deadline.ts";

/** How far a deletion has come. */
export interface Deletion {
  readonly deleted: number;
  /** Whether it came to its end before the deadline did. */
  readonly done: boolean;
}

/** Deletes all objects of a bucket whose keys begin so: as many as the deadline allows, at least a thousand. Rejects when S3 refuses one. */
export type DeleteBelow = (prefix: string, deadline: Deadline) => Promise<Deletion>;

/** Times S3 is asked for each thousand. */
const ATTEMPTS = 5;

/** For the bucket of the derivatives, in the function's own account and region. */
export function deletionIn(bucket: string): DeleteBelow {
  const client = new S3Client({ maxAttempts: ATTEMPTS });
  return async (prefix, deadline) => {
    let deleted = 0;
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix },
    )) {
      const found = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
      if (found.length === 0) continue;
      if (deleted > 0 && deadline.left === 0) return { deleted, done: false };
      const { Errors: [refused] = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: found, Quiet: true } }),
      );
      if (refused) throw new Error(`${refused.Key}: S3 does not delete it: ${refused.Code}`);
      deleted += found.length;
    }
    return { deleted, done: true };
  };
}
