import { Duration, RemovalPolicy, Tags } from "aws-cdk-lib";
import { ArnPrincipal, Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  type LifecycleRule,
  StorageClass,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { EXPIRING } from "../../lambda/url/key.ts";
import { KEPT_DAYS } from "../origins.ts";
import { acknowledge } from "./acknowledged.ts";
import { GOES_WITH_STACK_TAG } from "./emptying.ts";
import { ownKeyArn } from "./encryption-key.ts";
import { type Source, type SourceObjects, Sources } from "./sources.ts";

/** How long a finished picture is kept unless one says. */
export const KEEP_FOR = Duration.days(KEPT_DAYS);

export interface StorageProps {
  /**
   * The buckets the pictures lie in: names, buckets of the app, or what more there is to say of one.
   * One of another account must let the function's role in by its own policy; the stack puts the role out as `RoleArn`.
   *
   * @default - one is made; it stays when the stack goes
   */
  readonly sourceBuckets?: readonly Source[] | undefined;
  /**
   * How long a finished picture is kept, in whole days. After that it is drawn again when somebody asks.
   *
   * @default Duration.days(30)
   */
  readonly keepDerivativesFor?: Duration | undefined;
  /**
   * What finished pictures are stored as. One that S3 cannot answer from at once is refused.
   *
   * @default - S3 Standard
   */
  readonly derivativesStorageClass?: StorageClass | undefined;
  /**
   * The KMS key that buckets which are made are encrypted with: its ARN, or a key of the app. The policy of one that is named has to
   * let CloudFront decrypt; that of the app's own comes to say so.
   *
   * @default - S3's own keys
   */
  readonly encryptionKey?: string | IKey | undefined;
  /**
   * What becomes of a source bucket that was made, when the stack goes.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly sourceRemovalPolicy?: RemovalPolicy | undefined;
  /**
   * What becomes of the finished pictures, when the stack goes. DESTROY deletes them and their bucket; of a million and more
   * it stays, and empties itself within two days.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly derivativesRemovalPolicy?: RemovalPolicy | undefined;
}

/** Where pictures come from, and where finished ones are kept. */
export class Storage extends Construct {
  readonly sources: readonly IBucket[];
  /** A cache and nothing else: it empties itself, and unless told otherwise goes with the stack. */
  readonly derivatives: IBucket;
  /** Whether the derivatives are to go with the stack; the bucket itself stays, for whoever empties it to delete. */
  readonly derivativesGo: boolean;
  readonly #granted: Sources;

  /** Throws one sentence when a bucket cannot be read from here, or a derivative not at once. */
  constructor(scope: Construct, id: string, props: StorageProps = {}) {
    super(scope, id);
    const { derivativesRemovalPolicy = RemovalPolicy.DESTROY, keepDerivativesFor = KEEP_FOR } = props;
    checkDays(keepDerivativesFor);
    const encryption = props.encryptionKey
      ? {
          encryption: BucketEncryption.KMS,
          encryptionKey: keyOf(this, props.encryptionKey),
          bucketKeyEnabled: true,
        }
      : {};
    this.#granted = new Sources(this, props.sourceBuckets ?? [], () => {
      const { sourceRemovalPolicy: removalPolicy = RemovalPolicy.RETAIN } = props;
      return new PrivateBucket(this, "Source", { removalPolicy: onceMade(removalPolicy), ...encryption });
    });
    this.sources = this.#granted.buckets;

    this.derivativesGo = derivativesRemovalPolicy === RemovalPolicy.DESTROY;
    this.derivatives = new PrivateBucket(this, "Derivatives", {
      // CloudFormation deletes no bucket that holds millions.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      lifecycleRules: [
        // What was kept for links that expire.
        { prefix: EXPIRING, expiration: Duration.days(1) },
        {
          expiration: keepDerivativesFor,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
          ...storedAs(props),
        },
      ],
      ...encryption,
    });
    if (this.derivativesGo) Tags.of(this.derivatives).add(GOES_WITH_STACK_TAG, "true");
  }

  /** What pictures are, bucket for bucket. */
  get sourceObjects(): readonly SourceObjects[] {
    return this.#granted.granted;
  }

  /** ARNs of all objects that may be granted. */
  get objects(): readonly string[] {
    return [...this.#granted.objects, this.derivatives.arnForObjects("*")];
  }

  /** Lets `grantee` read the pictures, older versions of them too. */
  grantReadSources(grantee: IGrantable): void {
    this.#granted.grantRead(grantee);
  }

  /** Has the bucket that was made let in a role, by its ARN; whose the others are let it in themselves. */
  letIn(role: string): void {
    this.#granted.made?.grantRead(new ArnPrincipal(role));
  }

  /** Lets `grantee` keep derivatives and find them again. Not list: whatever S3 answers but a picture is a miss. */
  grantKeepDerivatives(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ["s3:GetObject", "s3:PutObject"],
      resourceArns: [this.derivatives.arnForObjects("*")],
    });
    const key = this.derivatives.encryptionKey?.keyArn;
    if (key === undefined) return;
    const actions = ["kms:Decrypt", "kms:GenerateDataKey"];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [key] });
  }
}

const keyOf = (scope: Construct, key: string | IKey): IKey =>
  typeof key === "string" ? Key.fromKeyArn(scope, "Key", ownKeyArn(scope, "encryptionKey", key)) : key;

function checkDays(keepDerivativesFor: Duration): void {
  const days = keepDerivativesFor.toMilliseconds() / 86_400_000;
  if (Number.isInteger(days) && days >= 1) return;
  throw new Error(`keepDerivativesFor: expected whole days, 1 or more, got ${days}`);
}
/** What stays when the stack goes does not stay of a stack that never stood. */
const onceMade = (removalPolicy: RemovalPolicy) =>
  removalPolicy === RemovalPolicy.RETAIN ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : removalPolicy;

/** Days S3 wants an object to have lain before it is stored so; unnamed ones are not answered from at once. */
const storedAfter = new Map([
  [StorageClass.INTELLIGENT_TIERING.value, 0],
  [StorageClass.GLACIER_INSTANT_RETRIEVAL.value, 0],
  [StorageClass.INFREQUENT_ACCESS.value, 30],
  [StorageClass.ONE_ZONE_INFREQUENT_ACCESS.value, 30],
]);

function storedAs({
  derivativesStorageClass: storageClass,
  keepDerivativesFor = KEEP_FOR,
}: StorageProps): LifecycleRule {
  if (storageClass === undefined) return {};
  const days = storedAfter.get(storageClass.value);
  if (days === undefined) {
    throw new Error(
      `derivativesStorageClass: expected one that S3 answers from at once, such as INTELLIGENT_TIERING, got ${storageClass.value}`,
    );
  }
  if (days >= keepDerivativesFor.toDays()) {
    throw new Error(
      `derivativesStorageClass: ${storageClass.value} begins after ${days} days, expected keepDerivativesFor to be longer, got ${keepDerivativesFor.toDays()}`,
    );
  }
  // S3 leaves what is below 128 KB where it is. A size in the rule would keep small ones from ever being let go.
  return { transitions: [{ storageClass, transitionAfter: Duration.days(days) }] };
}

/** A bucket nobody reaches without a grant, nor without TLS. */
export class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, props: BucketProps) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      ...props,
    });
    acknowledge(this, "AwsSolutions-S1");
  }

  /** `boolean | undefined` in the library, which under exactOptionalPropertyTypes is no `IBucket`. */
  override get isWebsite(): boolean {
    return false;
  }
}
