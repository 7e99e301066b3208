import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { EXPIRING } from "../../lambda/url/key.ts";

export interface StorageProps {
  /**
   * Names of the buckets the pictures lie in.
   *
   * @default - one is made; it stays when the stack goes
   */
  readonly sourceBuckets?: readonly string[] | undefined;
  /**
   * How long a finished picture is kept, in whole days. After that it is drawn again when somebody asks.
   *
   * @default Duration.days(30)
   */
  readonly keepDerivativesFor?: Duration | undefined;
}

/** Where pictures come from, and where finished ones are kept. */
export class Storage extends Construct {
  readonly sources: readonly IBucket[];
  /** A cache and nothing else: it empties itself, and goes with the stack. */
  readonly derivatives: IBucket;

  constructor(scope: Construct, id: string, props: StorageProps = {}) {
    super(scope, id);
    const named = props.sourceBuckets ?? [];
    this.sources =
      named.length > 0
        ? named.map((name) => Bucket.fromBucketName(this, `Source-${name}`, name))
        : [new PrivateBucket(this, "Source", { removalPolicy: RemovalPolicy.RETAIN })];

    this.derivatives = new PrivateBucket(this, "Derivatives", {
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
      lifecycleRules: [
        // What was kept for links that expire.
        { prefix: EXPIRING, expiration: Duration.days(1) },
        {
          expiration: props.keepDerivativesFor ?? Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
  }

  /**
   * Lets `grantee` read the pictures, older versions of them too.
   *
   * It may also list: to whoever may not, S3 answers 403 for a key that is not there, and a picture that is
   * missing (404) could not be told from a permission that is.
   */
  grantReadSources(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resourceArns: this.sources.map((bucket) => bucket.arnForObjects("*")),
    });
    Grant.addToPrincipal({
      grantee,
      actions: ["s3:ListBucket"],
      resourceArns: this.sources.map((bucket) => bucket.bucketArn),
    });
  }

  /** Lets `grantee` keep derivatives and find them again. Not list: whatever S3 answers but a picture is a miss. */
  grantKeepDerivatives(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ["s3:GetObject", "s3:PutObject"],
      resourceArns: [this.derivatives.arnForObjects("*")],
    });
  }
}

/** A bucket nobody reaches without a grant, nor without TLS. */
class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, props: BucketProps) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      ...props,
    });
  }

  /** `boolean | undefined` in the library, which under exactOptionalPropertyTypes is no `IBucket`. */
  override get isWebsite(): boolean {
    return false;
  }
}
