import { makeHome, signingKeys } from "../local/keys.ts";
import { ours } from "../settings.ts";

/** Where keys and sample pictures are kept, in the folder the program runs in. */
export const HOME = ".shutterspeed";

/** The shell's variables of the function; with the keys of `home` only where the shell names neither key nor salt. */
export function signingEnvironment(home: string): Readonly<Record<string, string>> {
  const given = ours(process.env);
  if (given.IMGPROXY_KEY || given.IMGPROXY_SALT) return given;
  makeHome(home);
  return { ...given, ...signingKeys(home) };
}
