import { onPurpose } from "../on-purpose.ts";

/** Vectors of imgproxy's that no test runs yet: how many, and why. */
export interface ToCome {
  readonly vectors: number;
  readonly reason: string;
}

/** Groups that no test runs. Once its subject is built, a group moves to a file beside this one and a test that reads it. */
export const toCome: Readonly<Record<string, ToCome>> = {
  sourceUrlEncryption: {
    vectors: 6,
    reason: "Pro: encrypted source URLs, unknown here as in the open edition",
  },
  storageRangeHeader: {
    vectors: 7,
    reason: `${onPurpose("otherStores")}; S3 takes the header as it is`,
  },
};
