import type { Check, Read, Report } from "../../lambda/doctor.ts";

/** What a report comes to: something to be set, or put right, and why. */
export interface Advice {
  readonly what: string;
  readonly why: string;
}

/** Figures of several reads: what half of them stay below, 90 and 99 of 100. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** Seconds the function keeps beside a download: to draw, and to answer. */
const DRAWING = 3;
/** How much longer than 99 of 100 reads a download may take: room for a second and a third attempt. */
const ATTEMPTS = 3;
/** ms; a first byte of S3 in the same region takes less. */
const FAR = 150;

/** The percentiles of figures; `undefined` of none. */
export function percentiles(figures: readonly (number | undefined)[]): Percentiles | undefined {
  const known = figures.filter((one) => one !== undefined).toSorted((a, b) => a - b);
  const at = (part: number) => known[Math.min(known.length - 1, Math.floor(known.length * part))] ?? 0;
  return known.length === 0 ? undefined : { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** KB a second that a body came with. */
export const throughput = ({ bytes, body, firstByte }: Read): number => bytes / Math.max(1, body + firstByte);

/** What is wrong on the way, and what timeouts suit it. */
export function advise(report: Report): readonly Advice[] {
  const { checks, region, bucketRegion, reads } = report;
  const wrong = checks.filter(({ ok }) => !ok).flatMap(remedyOf);
  const elsewhere =
    bucketRegion !== undefined && bucketRegion !== region
      ? [
          {
            what: `Set IMGPROXY_S3_REGION=${bucketRegion}, or deploy there`,
            why: `The bucket is in ${bucketRegion}, requests are signed for ${region}: each begins with a redirect.`,
          },
        ]
      : [];
  return [...wrong, ...elsewhere, ...(reads.length > 0 ? timeouts(reads) : [])];
}

function timeouts(reads: readonly Read[]): readonly Advice[] {
  const total = percentiles(reads.map(({ total }) => total))?.p99 ?? 0;
  const first = percentiles(reads.map(({ firstByte }) => firstByte));
  const seconds = Math.max(2, Math.ceil((total * ATTEMPTS) / 1000));
  const far = first !== undefined && first.p50 > FAR;
  return [
    {
      what: `IMGPROXY_DOWNLOAD_TIMEOUT=${seconds}`,
      why: `99 of 100 reads took ${Math.round(total)} ms at most; ${ATTEMPTS} times that leaves room for further attempts.`,
    },
    {
      what: `A function timeout of at least ${seconds + DRAWING} s`,
      why: `The download's ${seconds} s, and ${DRAWING} s to draw and to answer; behind CloudFront less than its read timeout.`,
    },
    ...(far
      ? [
          {
            what: "Bring function and bucket into one region",
            why: `Half of all first bytes took more than ${Math.round(first.p50)} ms; within a region S3 takes 20 to 60.`,
          },
        ]
      : []),
  ];
}

const closed =
  "What was sent came to nothing: no route, or a firewall. In a VPC: the security group must allow outgoing TCP 443, and the subnet's route table needs an S3 gateway endpoint or a NAT gateway; an endpoint's policy must allow the bucket.";

/** What to do where a step failed. */
const remedies: Readonly<Record<Check["name"], (says: string) => Advice>> = {
  credentials: (says) => ({ what: "Give the function a role, or this shell credentials", why: says }),
  region: (says) => ({ what: "Set AWS_REGION, or IMGPROXY_S3_REGION", why: says }),
  resolve: (says) => ({
    what: "Check DNS: in a VPC enableDnsSupport must be on, and the endpoint's name right",
    why: says,
  }),
  connect: (says) => ({
    what: /ECONNREFUSED/.test(says) ? "Check the endpoint's port: nobody listens there" : "Open the way out",
    why: /ECONNREFUSED/.test(says) ? says : closed,
  }),
  TLS: (says) => ({
    what: "Check what answers on that port: TCP works, TLS does not",
    why: `${says}. A proxy on the way, or another certificate than the host's.`,
  }),
  read: (says) => ({ what: readRemedy(says), why: says }),
};

function readRemedy(says: string): string {
  if (/403|AccessDenied/.test(says))
    return "Allow s3:GetObject on the object, in the role's policy, the bucket's and the VPC endpoint's (and kms:Decrypt where it is encrypted with KMS)";
  if (/404|NoSuch/.test(says)) return "Check the bucket's name and the key: there is no such object";
  if (/SignatureDoesNotMatch|Token|InvalidAccessKeyId|500/.test(says))
    return "Check the credentials: they are not the bucket's";
  return "See what the log of a request says; the steps before went well";
}

const remedyOf = ({ name, says }: Check): Advice => remedies[name](says);
