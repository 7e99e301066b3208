import { hash, randomBytes } from "node:crypto";
import { type KeyPair, writePairs } from "../../lambda/keys/pairs.ts";

/** Where keys are kept: for whoever signs and for the function, and at the edge. */
export interface KeysKept {
  read(): Promise<readonly KeyPair[]>;
  write(pairs: readonly KeyPair[]): Promise<void>;
  writeEdge(pairs: readonly KeyPair[]): Promise<void>;
}

/** bytes of a key or salt we make. */
const LENGTH = 32;

/** What a pair is called where it must not be shown: the same everywhere, and nothing to sign with. */
export const nameOf = ({ key, salt }: KeyPair): string => hash("sha256", `${key}:${salt}`, "hex").slice(0, 8);

/** The names of the pairs, the one that is signed with first. */
export async function listKeys(kept: KeysKept): Promise<readonly string[]> {
  return (await kept.read()).map(nameOf);
}

/** Makes a pair, the first from now on; what others signed is still served. Resolves with its name. */
export async function rotateKeys(kept: KeysKept): Promise<string> {
  const secret = () => randomBytes(LENGTH).toString("hex");
  const made = { key: secret(), salt: secret() };
  const pairs = [made, ...(await kept.read())];
  // The edge takes the fewest: what it would not take is written nowhere.
  writePairs(pairs);
  // Whoever signs with it must be understood at once.
  await kept.writeEdge(pairs);
  await kept.write(pairs);
  return nameOf(made);
}

/** Takes a pair away, by its name: what it signed is refused, wherever it is kept. Rejects with one sentence when it is unknown, or the last. */
export async function revokeKey(name: string, kept: KeysKept): Promise<void> {
  const pairs = await kept.read();
  const left = pairs.filter((pair) => nameOf(pair) !== name);
  if (left.length === pairs.length) {
    throw new Error(`${name}: expected the name of a key, one of ${pairs.map(nameOf).join(", ")}`);
  }
  if (left.length === 0)
    throw new Error(`${name}: is the last key, without which nothing is served: rotate first`);
  // Refused at once; the function asks for the others when it next starts.
  await kept.writeEdge(left);
  await kept.write(left);
}
