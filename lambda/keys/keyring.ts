import type { Config } from "../config/variables.ts";
import { InternalError } from "../errors.ts";
import type { Language } from "../url/language.ts";
import { signedPathIn } from "../url/path.ts";
import { verify } from "../url/signature.ts";
import { configOf } from "./pairs.ts";
import { type Ask, type KeysPlace, keysIn } from "./places.ts";

/** The language with the keys its signatures are verified with. */
export interface Keyring {
  /** Whether the first keys are still on their way: who asks now has to wait for them. */
  readonly awaited: boolean;
  /** Waits for the keys, if the path is a picture's. Rejects while there are none to be had: nothing is served then. */
  languageFor(path: string): Promise<Language>;
  /** The same for whoever signs. */
  toSign(): Promise<Language>;
}

/** ms after which a signature that is not right, and who signs, has the keys read again: one may have been added. */
const AGAIN = 30_000;

/** Begins to read the keys where the environment says they lie. Throws when it says two places; `now` tells ms. */
export function keyring(language: Language, ask: Ask, now = Date.now): Keyring {
  const place = placeOf(language.config);
  if (place === undefined) {
    const asItIs = async () => language;
    return { awaited: false, languageFor: asItIs, toSign: asItIs };
  }
  let readAt = now();
  const begin = () => {
    readAt = now();
    const made = read(place, ask).then((keys) => ({ ...language, config: { ...language.config, ...keys } }));
    // Whoever waits for it hears; nobody may.
    made.catch(() => {});
    return made;
  };
  let reading = begin();
  let awaited = true;
  const arrived = () => {
    awaited = false;
  };
  reading.then(arrived, arrived);

  const known = () => {
    const before = reading;
    return before.catch(() => {
      // Somebody else who waited may have asked again already.
      if (reading === before) reading = begin();
      return reading;
    });
  };
  const renewed = async (current: Language) => {
    if (now() - readAt < AGAIN) return current;
    reading = begin().catch(() => current);
    return reading;
  };

  return {
    get awaited() {
      return awaited;
    },
    async languageFor(path) {
      // No picture's: nothing is verified.
      if (signedPathIn(path, language.config.pathPrefix) === undefined) return language;
      const current = await known();
      return isRight(path, current.config) ? current : renewed(current);
    },
    toSign: async () => renewed(await known()),
  };
}

async function read(place: KeysPlace, ask: Ask): Promise<Pick<Config, "keys" | "salts">> {
  try {
    return configOf(await keysIn(place, ask));
  } catch (cause) {
    throw new InternalError("the signing keys could not be read", { cause });
  }
}

function placeOf({ keys, keysSecret, keysParameter }: Config): KeysPlace | undefined {
  const places = [keys.length > 0, keysSecret !== "", keysParameter !== ""].filter(Boolean);
  if (places.length > 1) {
    throw new Error(
      "IMGPROXY_KEY, SHUTTERSPEED_KEYS_SECRET and SHUTTERSPEED_KEYS_PARAMETER: expected one of them",
    );
  }
  if (keysSecret !== "") return { secret: keysSecret };
  return keysParameter === "" ? undefined : { parameter: keysParameter };
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
