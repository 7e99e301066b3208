import { hash } from "node:crypto";
import type { Config } from "../../lambda/config/variables.ts";
import { type KeyPair, pairsOf } from "../../lambda/keys/pairs.ts";

/** What tells whether a signature is right. */
export type Verdict = Pick<Config, "keys" | "salts" | "signatureSize" | "trustedSignatures">;

/**
 * Stands in the keys of pictures where no edge verifies signatures, as SHUTTERSPEED_KEYS_DIGEST: with other keys, another signature
 * size or other trusted signatures nothing is found that was kept before. Other settings that refuse are in the keys anyway. Of
 * `elsewhere`, where keys lie whose content nobody knows at synthesis, and what is said of them; nothing can be read back.
 */
export const keysDigest = (verdict: Verdict, elsewhere: readonly string[] = []): string =>
  short([pairsOf(verdict), verdict.signatureSize, verdict.trustedSignatures, elsewhere]);

/** What a deployment is told (`keysRevision`) where it cannot know the keys: another word for other pairs. */
export const revisionOf = (pairs: readonly KeyPair[]): string => short(pairs);

const short = (value: unknown) => hash("sha256", JSON.stringify(value), "hex").slice(0, 16);
