import { statSync } from "node:fs";
import { keysFile, type SigningKeys, signingKeys } from "./keys.ts";

/**
 * Looks whether the keys of a folder are still those that were read, and tells `changed` the new ones before it resolves. Where the
 * file holds none any more, `complain` hears it once, and the keys stay what they were.
 */
export function followKeys(
  folder: string,
  changed: (keys: SigningKeys) => Promise<void>,
  complain: (line: string) => void,
): () => Promise<void> {
  let seen = stampOf(folder);
  let looking = Promise.resolve();
  const look = async () => {
    const stamp = stampOf(folder);
    if (stamp === seen || stamp === "") return;
    seen = stamp;
    try {
      await changed(signingKeys(folder));
    } catch (error) {
      complain(error instanceof Error ? error.message : String(error));
    }
  };
  // One after the other: who asks while keys change waits until they have.
  return () => (looking = looking.then(look));
}

/** Of the file; it is replaced whenever it changes. Empty where there is none. */
function stampOf(folder: string): string {
  const file = statSync(keysFile(folder), { throwIfNoEntry: false });
  return file ? `${file.ino} ${file.mtimeMs} ${file.size}` : "";
}
