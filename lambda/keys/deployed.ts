import { request } from "node:https";
import { environmentCredentials } from "../store/signed-post.ts";
import { callAws } from "./aws-json.ts";
import { putEdgeKeys } from "./edge-store.ts";
import { readPairs } from "./pairs.ts";
import { type KeysPlace, keysIn } from "./places.ts";

/** What CloudFormation says to a custom resource; ours are told where keys lie, and to which store they go. */
export interface DeploymentEvent {
  readonly RequestType: "Create" | "Update" | "Delete";
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: {
    readonly store: string;
    readonly secret?: string;
    readonly parameter?: string;
    /** Of a stack whose environment holds them. */
    readonly pairs?: string;
  };
}

/** The outside: who is asked, where keys go, and who hears how it went. */
export interface Deployment {
  readonly ask: Parameters<typeof keysIn>[1];
  readonly put: (arn: string, pairs: ReturnType<typeof readPairs>) => Promise<void>;
  readonly tell: (url: string, answer: string) => Promise<void>;
}

/** Copies the keys to the edge; always tells CloudFormation how it went, or it would wait for an hour. */
export async function copyKeys(event: DeploymentEvent, { ask, put, tell }: Deployment): Promise<void> {
  const { RequestType, ResponseURL, ResourceProperties: properties } = event;
  const outcome = async (): Promise<{ Status: string; Reason?: string }> => {
    try {
      // What is deleted with the stack needs no keys taken out of it.
      if (RequestType !== "Delete") {
        const { pairs } = properties;
        const keys = pairs === undefined ? await keysIn(placeIn(properties), ask) : readPairs(pairs);
        await put(properties.store, keys);
      }
      return { Status: "SUCCESS" };
    } catch (error) {
      return { Status: "FAILED", Reason: error instanceof Error ? error.message : "unforeseen" };
    }
  };
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = "keys" } = event;
  const ids = { StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  await tell(ResponseURL, JSON.stringify({ ...ids, ...(await outcome()) }));
}

function placeIn({ secret, parameter }: DeploymentEvent["ResourceProperties"]): KeysPlace {
  return secret === undefined ? { parameter: parameter ?? "" } : { secret };
}

/** What AWS executes when the stack is deployed. */
export async function handler(event: DeploymentEvent): Promise<void> {
  await copyKeys(event, {
    ask: (call) => callAws(call, process.env),
    put: (arn, pairs) => putEdgeKeys(arn, pairs, environmentCredentials(process.env)),
    tell,
  });
}

function tell(url: string, answer: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "", "content-length": Buffer.byteLength(answer) };
    const asking = request(url, { method: "PUT", headers }, (response) => {
      response.resume().on("end", resolve).on("error", reject);
    });
    asking.on("error", reject).end(answer);
  });
}
