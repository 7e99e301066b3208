import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { environmentCredentials, signedPost } from "../store/signed-post.ts";

/** The queue that purges wait in. */
export interface Queue {
  /** Puts a message in, to come out after so many seconds, at most `LONGEST_DELAY`. */
  send(body: string, seconds: number): Promise<void>;
  /** Has a message that was received come again after so many seconds. */
  postpone(receipt: string, seconds: number): Promise<void>;
}

/** Seconds that SQS lets a message wait. */
export const LONGEST_DELAY = 900;

/** The queue at this URL. Each call rejects with SQS's answer when that refuses. */
export function queueAt(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  credentials: AwsCredentialIdentityProvider = environmentCredentials(env),
): Queue {
  const call = async (action: string, asked: Readonly<Record<string, unknown>>) => {
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `AmazonSQS.${action}`,
    };
    const body = JSON.stringify({ QueueUrl: url, ...asked });
    const post = { service: "sqs", endpoint: new URL(url).origin, headers, body };
    const { status, text } = await signedPost(post, env, credentials);
    if (status !== 200) throw new Error(`SQS: ${action}: ${status} ${text.slice(0, SHOWN)}`);
  };
  return {
    send: (body, seconds) => call("SendMessage", { MessageBody: body, DelaySeconds: Math.ceil(seconds) }),
    postpone: (receipt, seconds) =>
      call("ChangeMessageVisibility", { ReceiptHandle: receipt, VisibilityTimeout: Math.ceil(seconds) }),
  };
}

/** Characters of a refusal that are told. */
const SHOWN = 200;
