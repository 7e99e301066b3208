// Registers what signs for all regions at once, which this service wants.
import "@aws-sdk/signature-v4a";
import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  PutKeyCommand,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { EDGE_KEYS, type KeyPair, writePairs } from "./pairs.ts";

/** Has the edge verify signatures with these keys and no others, seconds later everywhere. `arn` is its KeyValueStore's. */
export async function putEdgeKeys(
  arn: string,
  pairs: readonly KeyPair[],
  client: CloudFrontKeyValueStoreClient = new CloudFrontKeyValueStoreClient({}),
): Promise<void> {
  const { ETag } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN: arn }));
  const value = { Key: EDGE_KEYS, Value: writePairs(pairs) };
  await client.send(new PutKeyCommand({ KvsARN: arn, IfMatch: ETag, ...value }));
}
