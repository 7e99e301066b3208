import { type CustomResourceEvent, conclude, type Tell } from "../custom-resource.ts";
import { environmentCredentials } from "../store/signed-post.ts";
import { callAws } from "./aws-json.ts";
import { putEdgeKeys } from "./edge-store.ts";
import type { KeyPair } from "./pairs.ts";
import { type KeysPlace, keysIn } from "./places.ts";

/** What CloudFormation says of a deployment: where keys lie, and to which store they go. */
export type DeploymentEvent = CustomResourceEvent<{
  readonly store: string;
  readonly secret?: string;
  readonly parameter?: string;
}>;

/** The outside: who is asked, where keys go, and who hears how it went. */
export interface Deployment {
  readonly ask: Parameters<typeof keysIn>[1];
  readonly put: (arn: string, pairs: readonly KeyPair[]) => Promise<void>;
  readonly tell?: Tell;
}

/** Copies the keys to the edge, and tells CloudFormation. */
export async function copyKeys(event: DeploymentEvent, { ask, put, tell }: Deployment): Promise<void> {
  const { RequestType, PhysicalResourceId = "keys", ResourceProperties: properties } = event;
  const copy = async () => {
    // What is deleted with the stack needs no keys taken out of it.
    if (RequestType === "Delete") return undefined;
    const keys = await keysIn(placeIn(properties), ask);
    await put(properties.store, keys);
    return undefined;
  };
  await conclude(event, PhysicalResourceId, copy, tell);
}

function placeIn({ secret, parameter }: DeploymentEvent["ResourceProperties"]): KeysPlace {
  return secret === undefined ? { parameter: parameter ?? "" } : { secret };
}

/** What AWS executes when the stack is deployed. */
export async function handler(event: DeploymentEvent): Promise<void> {
  await copyKeys(event, {
    ask: (call) => callAws(call, process.env),
    put: (arn, pairs) => putEdgeKeys(arn, pairs, environmentCredentials(process.env)),
  });
}
