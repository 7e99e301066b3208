import { environmentCredentials, signedPost } from "./signed-post.ts";

/** As the SDK takes them. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration?: Date;
}

/** A fault of ours, not of the source's. */
class RoleNotAssumed extends Error {
  override readonly name = "CredentialsProviderError";
}

/** Seconds for which a role is assumed at a time; what every role allows. */
const ASSUMED_FOR = 3600;

/**
 * Assumes a role with the function's own credentials, when first needed and again before they expire: whoever is given this keeps
 * what it yields until then. Rejects as the SDK does where it has no credentials.
 */
export const assumedRole =
  (arn: string, externalId: string): (() => Promise<Credentials>) =>
  async () => {
    const body = new URLSearchParams({
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: arn,
      RoleSessionName: "shutterspeed",
      DurationSeconds: `${ASSUMED_FOR}`,
      ...(externalId && { ExternalId: externalId }),
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const endpoint = process.env.AWS_ENDPOINT_URL_STS;
    const post = { service: "sts", endpoint, headers, body: `${body}` };
    const { status, text } = await signedPost(post, process.env, environmentCredentials(process.env)).catch(
      (cause: unknown) => {
        throw new RoleNotAssumed(`${arn}: ${cause}`, { cause });
      },
    );
    if (status !== 200)
      throw new RoleNotAssumed(`${arn}: STS answered ${status} ${tagIn(text, "Code") ?? ""}`);
    return answeredCredentials(text, arn);
  };

function answeredCredentials(xml: string, arn: string): Credentials {
  const [accessKeyId, secretAccessKey, sessionToken, until] = [
    "AccessKeyId",
    "SecretAccessKey",
    "SessionToken",
    "Expiration",
  ].map((name) => tagIn(xml, name));
  if (!accessKeyId || !secretAccessKey || !sessionToken)
    throw new RoleNotAssumed(`${arn}: STS gave no credentials`);
  return { accessKeyId, secretAccessKey, sessionToken, ...(until && { expiration: new Date(until) }) };
}

/** What stands in an element of STS's answer, in which no value has anything to escape. */
const tagIn = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
