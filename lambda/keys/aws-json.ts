import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { json } from "node:stream/consumers";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentityProvider } from "@smithy/types";

/** One call of a service that speaks JSON: what it is called in names of hosts and variables, and what is asked of it. */
export interface Call {
  readonly service: "secretsmanager" | "ssm";
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Those that Lambda puts into a function's environment. */
export const credentialsIn =
  (env: Readonly<Record<string, string | undefined>>): AwsCredentialIdentityProvider =>
  async () => ({
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
    ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
  });

/** ms a call may take. */
const TIMEOUT = 3000;

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
  credentials: AwsCredentialIdentityProvider = credentialsIn(env),
): Promise<object> {
  const region = env.AWS_REGION ?? "us-east-1";
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(env[endpointVariables[service]] ?? `https://${service}.${region}.${domain}`);
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const text = JSON.stringify(body);
  const { headers } = await signer.sign({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    path: "/",
    query: {},
    headers: { host: url.host, "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
    body: text,
  });
  return answered(url, headers, text, target);
}

function answered(
  url: URL,
  headers: Readonly<Record<string, string>>,
  text: string,
  target: string,
): Promise<object> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "http:" ? httpRequest : httpsRequest;
    const signal = AbortSignal.timeout(TIMEOUT);
    const asking = send(url, { method: "POST", headers, signal }, (response) => {
      json(response).then(
        (answer) =>
          response.statusCode === 200
            ? resolve(Object(answer))
            : reject(new Error(`${target}: ${response.statusCode} ${nameOf(answer)}`)),
        () => reject(new Error(`${target}: ${response.statusCode}, and no JSON`)),
      );
    });
    asking.on("error", reject).end(text);
  });
}

/** What a service calls its failure. */
const nameOf = (answer: unknown): string => /[A-Za-z]+$/.exec(String(Object(answer).__type ?? ""))?.[0] ?? "";
