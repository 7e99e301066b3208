import type { Call } from "./aws-json.ts";
import { type KeyPair, readPairs } from "./pairs.ts";

/** Where signing keys lie: a secret of Secrets Manager, or a SecureString of SSM. */
export type KeysPlace = { readonly secret: string } | { readonly parameter: string };

/** Asks a service of AWS. */
export type Ask = (call: Call) => Promise<object>;

/** Reads the keys that lie there. Rejects with one sentence, which holds nothing of them, when there are none. */
export async function keysIn(place: KeysPlace, ask: Ask): Promise<readonly KeyPair[]> {
  const answer = await ask(reading(place));
  const secret = "SecretString" in answer ? answer.SecretString : valueIn(answer);
  return readPairs(String(secret ?? ""));
}

/** Puts others there; what was there is gone from the next reading on. */
export async function putKeys(place: KeysPlace, value: string, ask: Ask): Promise<void> {
  if ("secret" in place) {
    const body = { SecretId: place.secret, SecretString: value };
    await ask({ service: "secretsmanager", target: "secretsmanager.PutSecretValue", body });
  } else {
    const body = { Name: place.parameter, Value: value, Type: "SecureString", Overwrite: true };
    await ask({ service: "ssm", target: "AmazonSSM.PutParameter", body });
  }
}

const valueIn = (answer: object): unknown => ("Parameter" in answer ? Object(answer.Parameter).Value : "");

function reading(place: KeysPlace): Call {
  if ("secret" in place) {
    const target = "secretsmanager.GetSecretValue";
    return { service: "secretsmanager", target, body: { SecretId: place.secret } };
  }
  const body = { Name: place.parameter, WithDecryption: true };
  return { service: "ssm", target: "AmazonSSM.GetParameter", body };
}
