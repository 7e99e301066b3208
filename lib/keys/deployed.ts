import { S3Client } from "@aws-sdk/client-s3";
import { type Call, callAws } from "../../lambda/keys/aws-json.ts";
import { putEdgeKeys } from "../../lambda/keys/edge-store.ts";
import { writePairs } from "../../lambda/keys/pairs.ts";
import { type KeysPlace, keysIn, putKeys } from "../../lambda/keys/places.ts";
import type { KeysKept } from "./rotation.ts";

/** The keys of a deployment, reached with this machine's credentials; `store` is the ARN of the edge's KeyValueStore, if it verifies. */
export async function deployedKeys(place: KeysPlace, store: string | undefined): Promise<KeysKept> {
  // The SDK's own way to them, and to the region.
  const { credentials, region } = new S3Client({}).config;
  const env = { ...process.env, AWS_REGION: regionIn(place) ?? (await region()) };
  const ask = (call: Call) => callAws(call, env, credentials);
  return {
    read: () => keysIn(place, ask),
    write: (pairs) => putKeys(place, writePairs(pairs), ask),
    async writeEdge(pairs) {
      if (store !== undefined) await putEdgeKeys(store, pairs, credentials);
    },
  };
}

const regionIn = (place: KeysPlace) => ("secret" in place ? place.secret.split(":")[3] : undefined);
