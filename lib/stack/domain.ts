import { Token } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import type { Distribution } from "aws-cdk-lib/aws-cloudfront";
import { AaaaRecord, ARecord, HostedZone, RecordTarget } from "aws-cdk-lib/aws-route53";
import { CloudFrontTarget } from "aws-cdk-lib/aws-route53-targets";
import type { Construct } from "constructs";

/** The names the distribution answers to beside its own. */
export interface Domain {
  readonly names: readonly string[];
  /** ARN of a certificate for them in us-east-1, where CloudFront looks for it. */
  readonly certificate: string;
  /**
   * The Route 53 zone that leads the names here.
   *
   * @default - none: whoever runs their zone leads them to the stack's output `Domain`
   */
  readonly hostedZone?: { readonly id: string; readonly name: string } | undefined;
}

/** In lower case, as CloudFront has them; the first part may be a star. */
const hostName = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}$/;

/** The distribution's part of it. Throws one sentence when CloudFront would not take it. */
export function namesAndCertificate(scope: Construct, { names, certificate, hostedZone }: Domain) {
  const inUsEast1 = /^arn:[\w-]+:acm:us-east-1:\d{12}:certificate\/.+/;
  if (names.length === 0) throw new Error("domain: expected at least one name, got none");
  if (!Token.isUnresolved(certificate) && !inUsEast1.test(certificate)) {
    throw new Error(
      `domain: expected the ARN of a certificate in us-east-1, where CloudFront looks for it, got "${certificate}"`,
    );
  }
  const strange = names.find((name) => !Token.isUnresolved(name) && !hostName.test(name));
  if (strange !== undefined)
    throw new Error(`domain: expected names such as img.example.com, got "${strange}"`);
  if (new Set(names).size < names.length)
    throw new Error(`domain: expected each name once, got ${names.join(", ")}`);
  const zone = hostedZone?.name;
  const elsewhere = names.find((name) => zone !== undefined && name !== zone && !name.endsWith(`.${zone}`));
  if (elsewhere !== undefined) {
    throw new Error(`domain: expected names in the hosted zone ${zone}, got "${elsewhere}"`);
  }
  return {
    domainNames: [...names],
    certificate: Certificate.fromCertificateArn(scope, "Certificate", certificate),
  };
}

/** Leads the names to the distribution, over IPv6 where it speaks that. */
export function leadTo(
  distribution: Distribution,
  scope: Construct,
  { names, hostedZone }: Domain,
  ipv6: boolean,
): void {
  if (!hostedZone) return;
  const { id: hostedZoneId, name: zoneName } = hostedZone;
  const zone = HostedZone.fromHostedZoneAttributes(scope, "Zone", { hostedZoneId, zoneName });
  const target = RecordTarget.fromAlias(new CloudFrontTarget(distribution));
  for (const recordName of names) {
    new ARecord(scope, `A-${recordName}`, { zone, recordName, target });
    if (ipv6) new AaaaRecord(scope, `Aaaa-${recordName}`, { zone, recordName, target });
  }
}
