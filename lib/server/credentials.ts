import type { AwsCredentialIdentityProvider } from "@smithy/types";

/** ms before they expire at which credentials are fetched anew; whoever reads them takes them for expired a little sooner. */
const AHEAD = 4.5 * 60_000;
/** ms after which they are asked for again where that failed, and the least between two times. */
const AGAIN = 10_000;
/** ms of the longest timer we set; what lives longer is looked at again then. */
const LONGEST = 3_600_000;

/**
 * Puts a container's credentials (of a task, a pod, a profile, an instance) where Lambda puts a function's: into the environment, from
 * where they are read at every use, and goes on doing so before they expire. Credentials that stand there already stay.
 */
export async function lendCredentials(env: NodeJS.ProcessEnv): Promise<void> {
  if (env.AWS_ACCESS_KEY_ID) return;
  const provider = await chain(env);
  // Whoever reads http sources or files alone needs none; S3 says it to whoever does.
  if (provider) await lend(provider, env).catch(() => {});
}

/** The SDK's own chain, without the environment, where it would find what we put there; `undefined` where it is not installed. */
async function chain({ AWS_PROFILE: profile = "default" }: NodeJS.ProcessEnv) {
  const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
  const made = await import("@aws-sdk/credential-provider-node").catch(() => undefined);
  return made?.defaultProvider({ profile, logger: silent });
}

async function lend(provider: AwsCredentialIdentityProvider, env: NodeJS.ProcessEnv): Promise<void> {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provider();
  Object.assign(env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
    ...(expiration && { AWS_CREDENTIAL_EXPIRATION: expiration.toISOString() }),
  });
  if (expiration) lendLater(expiration.getTime() - AHEAD - Date.now(), provider, env);
}

function lendLater(ms: number, provider: AwsCredentialIdentityProvider, env: NodeJS.ProcessEnv): void {
  const again = () => lend(provider, env).catch(() => lendLater(AGAIN, provider, env));
  setTimeout(again, Math.min(LONGEST, Math.max(AGAIN, ms))).unref();
}
