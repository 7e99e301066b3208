import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { environmentCredentials, signedPost } from "../store/signed-post.ts";

/** One call of a service that speaks JSON: what it is called in names of hosts and variables, and what is asked of it. */
export interface Call {
  readonly service: "secretsmanager" | "ssm";
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const endpointVariables = {
  secretsmanager: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
  ssm: "AWS_ENDPOINT_URL_SSM",
} as const;

/**
 * Asks it in the environment's region, with the environment's credentials unless given others. Rejects with a sentence that holds nothing of what was
 * answered: it may be a secret.
 */
export async function callAws(
  { service, target, body }: Call,
  env: Readonly<Record<string, string | undefined>>,
  credentials: AwsCredentialIdentityProvider = environmentCredentials(env),
): Promise<object> {
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  const endpoint = env[endpointVariables[service]];
  const post = { service, endpoint, headers, body: JSON.stringify(body) };
  const { status, text } = await signedPost(post, env, credentials);
  const answer = jsonIn(text);
  if (!answer) throw new Error(`${target}: ${status}, and no JSON`);
  if (status !== 200) throw new Error(`${target}: ${status} ${nameOf(answer)}`);
  return answer;
}

function jsonIn(text: string): object | undefined {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What a service calls its failure. */
const nameOf = (answer: unknown): string => /[A-Za-z]+$/.exec(String(Object(answer).__type ?? ""))?.[0] ?? "";
