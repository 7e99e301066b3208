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
    const { AssumeRoleCommand, STSClient } = await import("@aws-sdk/client-sts");
    const assuming = new AssumeRoleCommand({
      RoleArn: arn,
      RoleSessionName: "shutterspeed",
      DurationSeconds: ASSUMED_FOR,
      ...(externalId && { ExternalId: externalId }),
    });
    const { Credentials: given } = await new STSClient({}).send(assuming).catch((cause: unknown) => {
      throw new RoleNotAssumed(`${arn}: ${cause}`, { cause });
    });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken)
      throw new RoleNotAssumed(`${arn}: STS gave no credentials`);
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      ...(Expiration && { expiration: Expiration }),
    };
  };
