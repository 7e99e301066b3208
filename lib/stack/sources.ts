import { Stack, Token } from "aws-cdk-lib";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { Bucket, type IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { keyArn } from "./encryption-key.ts";

/** A bucket that pictures lie in, with what its name does not say. */
export interface SourceBucket {
  readonly name: string;
  /**
   * What the keys of its pictures begin with, such as `photos/`; nothing else of it may be read.
   *
   * @default - all of it
   */
  readonly prefix?: string | undefined;
  /**
   * The region it lies in, if not the stack's: every picture that is drawn pays for the way.
   *
   * @default - the stack's
   */
  readonly region?: string | undefined;
  /**
   * ARN of the KMS key its objects are encrypted with.
   *
   * @default - none of one's own
   */
  readonly encryptionKey?: string | undefined;
}

/** A bucket by its name, one of the app, or one with what more there is to say. The library's `Bucket` is no `IBucket` to exact compilers. */
export type Source = string | IBucket | Bucket | SourceBucket;

/** Objects that pictures are. */
export interface SourceObjects {
  readonly bucket: IBucket;
  /** What their keys begin with. */
  readonly prefix: string;
  /** Whether the bucket is ours. */
  readonly made?: boolean;
}

interface Granted extends SourceObjects {
  readonly keyArn: string | undefined;
}

/** Where pictures come from, and what may be read there. */
export class Sources {
  readonly buckets: readonly IBucket[];
  /** The one that was made; `undefined` where some were given. */
  readonly made: IBucket | undefined;
  readonly #granted: readonly Granted[];

  /** `make` makes a bucket where none is given. Throws one sentence when one lies elsewhere and nobody says so. */
  constructor(scope: Construct, given: readonly Source[], make: () => IBucket) {
    const named = given.map((one) => (typeof one === "string" ? { name: one } : one));
    this.made = named.length > 0 ? undefined : make();
    this.#granted = this.made
      ? [{ ...whole(this.made), made: true }]
      : named.map((one) => granted(scope, one));
    this.buckets = [...new Set(this.#granted.map(({ bucket }) => bucket))];
  }

  /** What may be read. */
  get granted(): readonly SourceObjects[] {
    return this.#granted;
  }

  /** The same as ARNs. */
  get objects(): readonly string[] {
    return this.#granted.map(({ bucket, prefix }) => bucket.arnForObjects(`${prefix}*`));
  }

  /**
   * Lets `grantee` read the pictures, older versions of them too.
   *
   * It may also list: to whoever may not, S3 answers 403 for a key that is not there, and a picture that is
   * missing (404) could not be told from a permission that is.
   */
  grantRead(grantee: IGrantable): void {
    const allow = (actions: readonly string[], resourceArns: readonly string[]) =>
      Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [...resourceArns] });
    allow(["s3:GetObject", "s3:GetObjectVersion"], this.objects);
    allow(
      ["s3:ListBucket"],
      this.buckets.map((bucket) => bucket.bucketArn),
    );
    const keys = [...new Set(this.#granted.flatMap(({ keyArn }) => keyArn ?? []))];
    if (keys.length > 0) allow(["kms:Decrypt"], keys);
  }
}

const whole = (bucket: IBucket): Granted => ({ bucket, prefix: "", keyArn: bucket.encryptionKey?.keyArn });

function granted(scope: Construct, given: Exclude<Source, string>): Granted {
  if (!("name" in given)) {
    const bucket = bucketIn("sourceBuckets", given);
    checkRegion(scope, bucket);
    return whole(bucket);
  }
  const { name, prefix = "", region, encryptionKey } = given;
  bucketName("sourceBuckets", name);
  // What IAM reads as more than itself.
  if (prefix.startsWith("/") || /[*?$]/.test(prefix)) {
    throw new Error(
      `sourceBuckets: ${name}: expected a prefix as keys begin, such as photos/, got "${prefix}"`,
    );
  }
  if (encryptionKey !== undefined) keyArn(`sourceBuckets: ${name}`, encryptionKey);
  const id = `Source-${name}`;
  const known = scope.node.tryFindChild(id);
  const bucket = isBucket(known)
    ? known
    : Bucket.fromBucketAttributes(scope, id, { bucketName: name, ...(region && { region }) });
  return { bucket, prefix, keyArn: encryptionKey };
}

/** A bucket of the app as an `IBucket`, which the library's own `Bucket` is not to exact compilers. Throws when it is none. */
export function bucketIn(prop: string, given: unknown): IBucket {
  if (isBucket(given)) return given;
  throw new TypeError(`${prop}: expected a bucket`);
}

const isBucket = (found: unknown): found is IBucket =>
  typeof found === "object" && found !== null && "bucketArn" in found;

function checkRegion(scope: Construct, bucket: IBucket): void {
  const { region } = bucket.env;
  const here = Stack.of(scope).region;
  if (region === here || Token.isUnresolved(region) || Token.isUnresolved(here)) return;
  throw new Error(
    `sourceBuckets: ${bucket.node.id} lies in ${region} and the stack in ${here}; to pay for the way, say { name, region: "${region}" }`,
  );
}

/** A bucket's name, as it is. Throws one sentence that begins with the prop when S3 would know none of that name. */
export function bucketName(prop: string, name: string): string {
  if (Token.isUnresolved(name) || /^[A-Za-z0-9][\w.-]{1,253}[A-Za-z0-9]$/.test(name)) return name;
  throw new Error(
    `${prop}: expected the name of a bucket, such as my-pictures, without s3:// or arn: before it, got "${name}"`,
  );
}
