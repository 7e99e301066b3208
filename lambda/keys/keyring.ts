import type { Config } from "../config/variables.ts";
import { InternalError } from "../errors.ts";
import type { Language } from "../url/language.ts";
import { signedPathIn } from "../url/path.ts";
import { verify } from "../url/signature.ts";
import type { Call } from "./aws-json.ts";
import { configOf, readPairs } from "./pairs.ts";

/** The language with the keys its signatures are verified with. */
export interface Keyring {
  /** Waits for the keys. Rejects while there are none to be had: nothing is served then. */
  languageFor(path: string): Promise<Language>;
}

/** Asks a service of AWS, with the function's credentials. */
type Ask = (call: Call) => Promise<object>;

/** ms after which a signature that is not right has the keys read again: one may have been added. */
const AGAIN = 30_000;

/** Begins to read the keys where the environment says they lie. Throws when it says two places; `now` tells ms. */
export function keyring(language: Language, ask: Ask, now = Date.now): Keyring {
  const call = callFor(language.config);
  if (call === undefined) return { languageFor: async () => language };
  let readAt = now();
  const begin = () => {
    readAt = now();
    const made = read(call, ask).then((keys) => ({ ...language, config: { ...language.config, ...keys } }));
    // Whoever waits for it hears; nobody may.
    made.catch(() => {});
    return made;
  };
  let reading = begin();

  return {
    async languageFor(path) {
      const current = await reading.catch(() => (reading = begin()));
      if (isRight(path, current.config) || now() - readAt < AGAIN) return current;
      reading = begin().catch(() => current);
      return reading;
    },
  };
}

async function read(call: Call, ask: Ask): Promise<Pick<Config, "keys" | "salts">> {
  try {
    const answer = await ask(call);
    const secret = "SecretString" in answer ? answer.SecretString : valueIn(answer);
    return configOf(readPairs(String(secret ?? "")));
  } catch (cause) {
    throw new InternalError("the signing keys could not be read", { cause });
  }
}

const valueIn = (answer: object): unknown => ("Parameter" in answer ? Object(answer.Parameter).Value : "");

function callFor({ keys, keysSecret, keysParameter }: Config): Call | undefined {
  const places = [keys.length > 0, keysSecret !== "", keysParameter !== ""].filter(Boolean);
  if (places.length > 1) {
    throw new Error(
      "IMGPROXY_KEY, SHUTTERSPEED_KEYS_SECRET and SHUTTERSPEED_KEYS_PARAMETER: expected one of them",
    );
  }
  if (keysSecret !== "") {
    const target = "secretsmanager.GetSecretValue";
    return { service: "secretsmanager", target, body: { SecretId: keysSecret } };
  }
  if (keysParameter === "") return undefined;
  const body = { Name: keysParameter, WithDecryption: true };
  return { service: "ssm", target: "AmazonSSM.GetParameter", body };
}

function isRight(path: string, config: Config): boolean {
  const signed = signedPathIn(path, config.pathPrefix);
  try {
    if (signed) verify(signed, config);
    return true;
  } catch {
    return false;
  }
}
