import assert from "node:assert/strict";
import { test } from "node:test";
import { App, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { HttpVersion, PriceClass } from "aws-cdk-lib/aws-cloudfront";
import { LambdaDeploymentConfig } from "aws-cdk-lib/aws-codedeploy";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { Bucket, StorageClass } from "aws-cdk-lib/aws-s3";
import type { ImageStackProps } from "../../lib/stack/image-stack.ts";
import { all, drawing, logsOfDrawing, only, stackOf, synthesized } from "./synthesized.ts";

const key = "arn:aws:kms:eu-central-1:111122223333:key/1234";
const certificate = "arn:aws:acm:us-east-1:111122223333:certificate/1";
const webAcl = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/1";

const whole = synthesized({
  sourceBuckets: [
    "cats",
    { name: "dogs", prefix: "puppies/", region: "us-west-2", encryptionKey: key },
    { name: "dogs", prefix: "old/" },
  ],
  keepDerivativesFor: Duration.days(90),
  keepDerivatives: "always",
  derivativesStorageClass: StorageClass.INFREQUENT_ACCESS,
  derivativesRemovalPolicy: RemovalPolicy.RETAIN,
  encryptionKey: key,
  environmentKey: key,
  reservedConcurrency: 50,
  provisionedConcurrency: 5,
  ephemeralStorage: 1024,
  network: { subnetIds: ["subnet-a", "subnet-b"], securityGroupIds: ["sg-1"] },
  tracing: true,
  rollout: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  logRemovalPolicy: RemovalPolicy.RETAIN,
  domain: {
    names: ["img.example.com", "example.com"],
    certificate,
    hostedZone: { id: "Z1", name: "example.com" },
  },
  priceClass: PriceClass.PRICE_CLASS_100,
  httpVersion: HttpVersion.HTTP2,
  webAcl,
  accessLogs: "logs",
  originShieldRegion: "eu-central-1",
});
const plain = synthesized();
const distribution = only(whole, "AWS::CloudFront::Distribution").DistributionConfig;
const statements = (of = whole) => {
  const [role] = drawing(of).Role["Fn::GetAtt"];
  const [{ PolicyDocument }] = all(of, "AWS::IAM::Policy").filter(({ Roles }) => Roles[0].Ref === role) as [
    Readonly<Record<string, { readonly Statement: readonly Statement[] }>>,
  ];
  return PolicyDocument?.Statement ?? [];
};
interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
const allowing = (action: string, of = whole) =>
  JSON.stringify(
    statements(of)
      .filter(({ Action }) => [Action].flat().includes(action))
      .map(({ Resource }) => Resource),
  );

test("of a bucket with a prefix only what begins so may be read, and its key may decrypt", () => {
  const read = allowing("s3:GetObject");
  for (const arn of [":s3:::cats/*", ":s3:::dogs/puppies/*", ":s3:::dogs/old/*"])
    assert.ok(read.includes(arn), arn);
  assert.ok(!read.includes(":s3:::dogs/*"), read);
  assert.equal(allowing("s3:ListBucket").split(":s3:::dogs").length, 2, "named once");
  assert.ok(allowing("kms:Decrypt").includes(key));
  assert.ok(!allowing("kms:Decrypt", plain).includes("kms"));
});

test("what is made is encrypted with one's own key, and CloudFront and the function are told", () => {
  const bucket = only(whole, "AWS::S3::Bucket");
  const [rule] = bucket.BucketEncryption.ServerSideEncryptionConfiguration;
  assert.equal(rule.ServerSideEncryptionByDefault.KMSMasterKeyID, key);
  assert.equal(rule.BucketKeyEnabled, true);
  assert.ok(allowing("kms:GenerateDataKey").includes(key));
  assert.equal(drawing(whole).KmsKeyArn, key);
});

test("derivatives are stored, moved and let go as one says", () => {
  const bucket = only(whole, "AWS::S3::Bucket");
  // Of every size: one in the rule would keep small pictures for ever.
  assert.deepEqual(bucket.LifecycleConfiguration.Rules[1], {
    ExpirationInDays: 90,
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    Transitions: [{ StorageClass: "STANDARD_IA", TransitionInDays: 30 }],
    Status: "Enabled",
  });
  assert.equal(bucket.DeletionPolicy, "RetainExceptOnCreate");
  assert.deepEqual(all(whole, "Custom::EmptiedBucket"), []);
  assert.equal(drawing(whole).Environment.Variables.SHUTTERSPEED_KEEP_AFTER, "0");
  const never = drawing(synthesized({ keepDerivatives: "never" })).Environment.Variables;
  assert.equal(never.SHUTTERSPEED_KEEP_AFTER, "9007199254740991");
  assert.ok(never.SHUTTERSPEED_DERIVATIVES_BUCKET, "what is too large to be answered still goes there");
  const byCost = (props: ImageStackProps) =>
    drawing(synthesized(props)).Environment.Variables.SHUTTERSPEED_KEEP_AFTER;
  // test/capacity/keeping.test.ts has the arithmetic.
  assert.equal(byCost({}), "80");
  assert.equal(byCost({ memorySize: 3008 }), "27");
  assert.equal(byCost({ architecture: Architecture.X86_64 }), "54");
  assert.equal(byCost({ keepDerivativesFor: Duration.days(365) }), "591");
  assert.equal(byCost({ environment: { SHUTTERSPEED_KEEP_AFTER: 500 } }), "500", "what one says oneself");
});

test("a source bucket that was made goes with the stack when one says so", () => {
  const of = synthesized({ sourceRemovalPolicy: RemovalPolicy.DESTROY });
  assert.equal(only(of, "AWS::S3::Bucket", ({ id }) => id.includes("Source")).DeletionPolicy, "Delete");
});

test("the function stands in a VPC, has its share of /tmp, is traced, and keeps its logs", () => {
  const { VpcConfig, EphemeralStorage, TracingConfig } = drawing(whole);
  assert.deepEqual(VpcConfig, { SubnetIds: ["subnet-a", "subnet-b"], SecurityGroupIds: ["sg-1"] });
  assert.deepEqual(EphemeralStorage, { Size: 1024 });
  assert.deepEqual(TracingConfig, { Mode: "Active" });
  assert.equal(allowing("ec2:CreateNetworkInterface"), '["*"]');
  assert.equal(logsOfDrawing(whole).DeletionPolicy, "Retain");
  for (const absent of ["VpcConfig", "EphemeralStorage", "TracingConfig", "KmsKeyArn"])
    assert.equal(absent in drawing(plain), false, absent);
});

test("an alias answers, so that a version can be had back; it goes over at once, or as one says", () => {
  for (const template of [plain, whole]) {
    const alias = only(template, "AWS::Lambda::Alias");
    assert.deepEqual([alias.Name, only(template, "AWS::Lambda::Url").Qualifier], ["live", "live"]);
    assert.equal(only(template, "AWS::Lambda::Version").DeletionPolicy, "Retain");
    for (const { FunctionName } of all(template, "AWS::Lambda::Permission"))
      assert.deepEqual(FunctionName, { Ref: alias.id });
  }
  const { ProvisionedConcurrencyConfig, UpdatePolicy } = only(whole, "AWS::Lambda::Alias");
  assert.deepEqual(ProvisionedConcurrencyConfig, { ProvisionedConcurrentExecutions: 5 });
  assert.ok(UpdatePolicy.CodeDeployLambdaAliasUpdate);
  assert.equal("UpdatePolicy" in only(plain, "AWS::Lambda::Alias"), false);
});

test("price class, HTTP version, WAF, access logs and Origin Shield are the distribution's", () => {
  const { PriceClass: price, HttpVersion: http, WebACLId, Logging, IPV6Enabled, Origins } = distribution;
  assert.deepEqual([price, http, WebACLId, IPV6Enabled], ["PriceClass_100", "http2", webAcl, true]);
  assert.ok(JSON.stringify(Logging.Bucket).includes("logs.s3."));
  for (const { OriginShield } of Origins)
    assert.deepEqual(OriginShield, { Enabled: true, OriginShieldRegion: "eu-central-1" });
  const { Logging: none, Origins: bare } = only(plain, "AWS::CloudFront::Distribution").DistributionConfig;
  assert.deepEqual([none, bare[0].OriginShield], [undefined, undefined]);
});

test("Route 53 leads one's own names to the distribution, over IPv6 where that is on", () => {
  const records = all(whole, "AWS::Route53::RecordSet").map(({ Name, Type }) => `${Type} ${Name}`);
  assert.deepEqual(records.sort(), [
    "A example.com.",
    "A img.example.com.",
    "AAAA example.com.",
    "AAAA img.example.com.",
  ]);
  const domain = { names: ["a.b"], certificate, hostedZone: { id: "Z", name: "b" } };
  const of = synthesized({ domain, ipv6: false });
  assert.deepEqual(
    all(of, "AWS::Route53::RecordSet").map(({ Type }) => Type),
    ["A"],
  );
  assert.equal(only(of, "AWS::CloudFront::Distribution").DistributionConfig.IPV6Enabled, false);
});

test("the role is put out, for buckets of other accounts to let in", () => {
  const [role] = drawing(plain).Role["Fn::GetAtt"];
  plain.hasOutput("RoleArn", { Value: { "Fn::GetAtt": [role, "Arn"] } });
});

const bucket = new Bucket(new Stack(new App(), "Other"), "Logs");
const here = { account: "111122223333", region: "eu-central-1" };
const farKey = "arn:aws:kms:us-west-2:111122223333:key/1234";
const subnets = (count: number) => Array.from({ length: count }, (_, nth) => `subnet-${nth}`);
/** What would be refused, or fail, only when it is deployed. */
const refusedByAws: readonly (readonly [ImageStackProps, string])[] = [
  [{ timeout: Duration.millis(1500) }, "timeout: expected whole seconds, 1 or more, got 1.5"],
  [{ timeout: Duration.seconds(0) }, "timeout: expected whole seconds, 1 or more, got 0"],
  [{ reservedConcurrency: -1 }, "reservedConcurrency: expected an integer from 0 to 900, got -1"],
  [{ provisionedConcurrency: 901 }, "provisionedConcurrency: expected an integer from 0 to 900, got 901"],
  [{ accountConcurrency: 0 }, "accountConcurrency: expected an integer from 1 to 9007199254740991, got 0"],
  [
    { accountConcurrency: 10, provisionedConcurrency: 1 },
    "provisionedConcurrency: expected an integer from 0 to 0, got 1",
  ],
  [{ keepDerivativesFor: Duration.hours(12) }, "keepDerivativesFor: expected whole days, 1 or more, got 0.5"],
  [{ keepDerivativesFor: Duration.days(0) }, "keepDerivativesFor: expected whole days, 1 or more, got 0"],
  ...["s3://cats", "arn:aws:s3:::cats", ""].map(
    (name) =>
      [
        { sourceBuckets: [name] },
        `sourceBuckets: expected the name of a bucket, such as my-pictures, without s3:// or arn: before it, got "${name}"`,
      ] as const,
  ),
  [
    { sourceBuckets: [{ name: "cats", prefix: "a?" }] },
    'sourceBuckets: cats: expected a prefix as keys begin, such as photos/, got "a?"',
  ],
  [
    { accessLogs: "s3://logs" },
    'accessLogs: expected the name of a bucket, such as my-pictures, without s3:// or arn: before it, got "s3://logs"',
  ],
  [
    { accessLogs: bucket },
    "accessLogs: expected a bucket that takes ACLs, as with objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED, got Logs",
  ],
  [
    { domain: { names: ["https://a.b"], certificate } },
    'domain: expected names such as img.example.com, got "https://a.b"',
  ],
  [
    { domain: { names: ["a.com", "a.com"], certificate } },
    "domain: expected each name once, got a.com, a.com",
  ],
  [
    { originShieldRegion: "us-west-1" },
    "originShieldRegion: us-west-1 has no Origin Shield, the nearest that has is us-west-2",
  ],
  [{ originShieldRegion: "Frankfurt" }, 'originShieldRegion: expected a region, or nearest, got "Frankfurt"'],
  [
    { originShieldRegion: "nearest", env: { ...here, region: "xx-north-9" } },
    "originShieldRegion: the nearest to xx-north-9 is not known, expected a region",
  ],
  [
    { unsigned: true, edgeVerification: true },
    "edgeVerification: expected keys to verify signatures with, got unsigned",
  ],
  [
    { network: { subnetIds: subnets(17), securityGroupIds: ["sg-1"] } },
    "network: expected at most 16 subnets and 5 security groups, which is what Lambda takes, got 17 and 1",
  ],
  [
    { network: { subnetIds: ["vpc-1"], securityGroupIds: ["sg-1"] } },
    'network: expected a subnet such as subnet-0123456789abcdef0, got "vpc-1"',
  ],
  [
    { network: { subnetIds: subnets(1), securityGroupIds: ["default"] } },
    'network: expected a security group such as sg-0123456789abcdef0, got "default"',
  ],
  ...(["encryptionKey", "environmentKey"] as const).flatMap((name) => [
    [
      { [name]: "alias/mine" },
      `${name}: expected the ARN of a KMS key, not of an alias, got "alias/mine"`,
    ] as const,
    [
      { [name]: farKey, env: here },
      `${name}: expected a key in eu-central-1, where the stack is, got one in us-west-2`,
    ] as const,
  ]),
  [
    { unsigned: false, keys: { parameter: "/keys" }, keysEncryptionKey: "mine" },
    'keysEncryptionKey: expected the ARN of a KMS key, not of an alias, got "mine"',
  ],
];

test("the nearest Origin Shield is found for a region, or when the stack is deployed", () => {
  const shieldOf = (props: ImageStackProps) => {
    const template = synthesized({ originShieldRegion: "nearest", ...props });
    const [{ OriginShield }] = only(template, "AWS::CloudFront::Distribution").DistributionConfig.Origins;
    return { template, region: OriginShield.OriginShieldRegion };
  };
  assert.equal(shieldOf({ env: { ...here, region: "eu-north-1" } }).region, "eu-west-2");
  assert.equal(shieldOf({ env: { ...here, region: "us-east-2" } }).region, "us-east-2");
  const { template, region } = shieldOf({});
  const [name = "", key, second] = region["Fn::FindInMap"];
  assert.deepEqual([key, second], [{ Ref: "AWS::Region" }, "region"]);
  assert.deepEqual(template.findMappings(name)[name]?.["ca-central-1"], { region: "us-east-1" });
});

test("what could not work is refused with one sentence that says what to do", () => {
  const refusals: readonly (readonly [ImageStackProps, string])[] = [
    [
      { domain: { names: ["a.b"], certificate: certificate.replace("us-east-1", "eu-west-1") } },
      'domain: expected the ARN of a certificate in us-east-1, where CloudFront looks for it, got "arn:aws:acm:eu-west-1:111122223333:certificate/1"',
    ],
    [{ domain: { names: [], certificate } }, "domain: expected at least one name, got none"],
    [
      { domain: { names: ["a.com"], certificate, hostedZone: { id: "Z", name: "b.com" } } },
      'domain: expected names in the hosted zone b.com, got "a.com"',
    ],
    [
      { webAcl: "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/mine/1" },
      'webAcl: expected the ARN of a web ACL made for CloudFront, arn:aws:wafv2:us-east-1:…:global/webacl/…, got "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/mine/1"',
    ],
    [
      { reservedConcurrency: 901 },
      "reservedConcurrency: expected at most 900, for 100 of the account's 1000 must stay unreserved, got 901; if the account has more, say accountConcurrency",
    ],
    [
      { reservedConcurrency: 3, provisionedConcurrency: 4 },
      "provisionedConcurrency: expected at most reservedConcurrency, 3, got 4",
    ],
    [{ memorySize: 127 }, "memorySize: expected an integer from 128 to 10240, got 127"],
    [{ ephemeralStorage: 511 }, "ephemeralStorage: expected an integer from 512 to 10240, got 511"],
    [
      { network: { subnetIds: [], securityGroupIds: ["sg-1"] } },
      "network: expected at least one subnet and one security group, got 0 and 1",
    ],
    [
      { derivativesStorageClass: StorageClass.DEEP_ARCHIVE },
      "derivativesStorageClass: expected one that S3 answers from at once, such as INTELLIGENT_TIERING, got DEEP_ARCHIVE",
    ],
    [
      { derivativesStorageClass: StorageClass.INFREQUENT_ACCESS },
      "derivativesStorageClass: STANDARD_IA begins after 30 days, expected keepDerivativesFor to be longer, got 30",
    ],
    [
      { sourceBuckets: [{ name: "cats", prefix: "/a" }] },
      'sourceBuckets: cats: expected a prefix as keys begin, such as photos/, got "/a"',
    ],
    ...refusedByAws,
    [
      { sourceBuckets: [{ name: "cats", encryptionKey: "alias/mine" }] },
      'sourceBuckets: cats: expected the ARN of a KMS key, not of an alias, got "alias/mine"',
    ],
  ];
  for (const [props, message] of refusals) assert.throws(() => stackOf(props), { message });
  assert.doesNotThrow(() => stackOf({ reservedConcurrency: 901, accountConcurrency: 1001 }));
  assert.doesNotThrow(() => stackOf({ accountConcurrency: 10 }), "a new account's");
});
