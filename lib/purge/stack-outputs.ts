import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { signedPost } from "../../lambda/store/signed-post.ts";
import type { PurgePlace } from "./places.ts";

/** Where a deployed stack is asked to purge: of its outputs. Rejects with one sentence when it has none, or is not there. */
export async function stackPlace(
  stack: string,
  env: Readonly<Record<string, string | undefined>>,
  credentials: AwsCredentialIdentityProvider,
): Promise<PurgePlace> {
  const body = new URLSearchParams({ Action: "DescribeStacks", Version: "2010-05-15", StackName: stack });
  const { status, text } = await signedPost(
    {
      service: "cloudformation",
      endpoint: env.AWS_ENDPOINT_URL_CLOUDFORMATION,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: `${body}`,
    },
    env,
    credentials,
  );
  if (status !== 200) {
    const [, why = `${status}`] = /<Message>([^<]*)<\/Message>/.exec(text) ?? [];
    throw new Error(`${stack}: ${why} (--stack NAME and AWS_REGION say which stack it is)`);
  }
  const outputs = new Map(
    [
      ...text.matchAll(
        /<OutputKey>([^<]*)<\/OutputKey>\s*<OutputValue>([^<]*)<\/OutputValue>|<OutputValue>([^<]*)<\/OutputValue>\s*<OutputKey>([^<]*)<\/OutputKey>/g,
      ),
    ].map(([, key, value, valueFirst, keyLast]) => [key ?? keyLast, value ?? valueFirst] as const),
  );
  const [queue, derivatives] = [outputs.get("PurgeQueue"), outputs.get("DerivativesBucket")];
  if (queue !== undefined && derivatives !== undefined) return { queue, derivatives };
  throw new Error(`${stack}: puts out no PurgeQueue: it was deployed without purging, or is none of ours`);
}
