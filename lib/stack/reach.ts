import { Annotations, Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { type Config, readConfig, variables } from "../../lambda/config/variables.ts";
import { matchPattern } from "../../lambda/url/pattern.ts";
import type { Environment } from "../environment.ts";
import { ownObjects } from "./source-grants.ts";
import { knownAtSynthesis } from "./tokens.ts";

const { allowedSources, s3AllowedBuckets, allowLoopback } = variables;

/**
 * The environment with what it leaves open said: sources are objects, of the buckets that pictures lie in, and pages of the web
 * only where `IMGPROXY_ALLOWED_SOURCES` lists them, or all begin with a base URL. Throws one sentence when it lists what is none.
 */
export function withReach(environment: Environment, buckets: readonly string[]): Environment {
  const config = readConfig(knownAtSynthesis(environment));
  checkSources(config);
  if (config.allowLoopback)
    throw new Error(`${allowLoopback.name}: expected false, for the runtime of Lambda listens there`);
  const sources = ["s3://", ...(isOfTheWeb(config.baseUrl) ? [config.baseUrl] : [])];
  const named = bucketsIn(config, buckets);
  return {
    ...environment,
    ...(config.allowedSources.length === 0 && { [allowedSources.name]: sources.join(",") }),
    ...(config.s3AllowedBuckets.length === 0 && named && { [s3AllowedBuckets.name]: named.join(",") }),
  };
}

/** Buckets that may be read, by the names URLs have for them; `undefined` where not all are known, or others decide. */
function bucketsIn(config: Config, buckets: readonly string[]): readonly string[] | undefined {
  if (config.s3Endpoint || config.s3AssumeRoleArn || buckets.some((name) => Token.isUnresolved(name)))
    return undefined;
  const points = config.s3AccessPoints.map(({ name }) => name);
  const own = ownObjects(config).map(({ bucket }) => bucket);
  return [...new Set([...buckets, ...points, ...own])];
}

const isOfTheWeb = (url: string) => /^https?:\/\//.test(url);

/** What can begin a source here. */
const schemes = ["s3://", "http://", "https://"];

function checkSources({ allowedSources: given }: Config): void {
  const stranger = given.find((one) => !schemes.some((scheme) => begins(one, scheme)));
  if (stranger === undefined) return;
  throw new Error(
    `${allowedSources.name}: expected URLs that begin with s3://, http:// or https://, got "${stranger}"`,
  );
}

/** Whether what matches a pattern may begin with a scheme. */
function begins(pattern: string, scheme: string): boolean {
  const end = pattern.indexOf("://");
  return end > 0 && matchPattern(pattern.slice(0, end + 3), scheme) !== undefined;
}

const ofTheWeb = (pattern: string) => begins(pattern, "http://") || begins(pattern, "https://");

/** Warns of what a URL may reach that its deployer may not mean. */
export function warnOfReach(scope: Construct, config: Config, inNetwork: boolean): void {
  const warn = (id: string, sentence: string) =>
    Annotations.of(scope).addWarningV2(`shutterspeed:${id}`, sentence);
  const pages = config.allowedSources.filter(ofTheWeb);
  for (const one of pages) {
    const [, host = "", slash] = /:\/\/([^/]*)(\/?)/.exec(one) ?? [];
    if (/^\**$/.test(host))
      warn(
        "all-sources",
        `${allowedSources.name}: ${one} has any page of the web fetched, for whoever has a URL`,
      );
    else if (!slash)
      warn("open-host", `${allowedSources.name}: ${one} allows ${one}.example.com, too; end it with a slash`);
  }
  if (pages.length === 0) return;
  if (config.allowPrivate)
    warn("private-sources", `${variables.allowPrivate.name}: a URL may reach whatever the function reaches`);
  if (config.allowLinkLocal)
    warn(
      "link-local-sources",
      `${variables.allowLinkLocal.name}: a URL may reach what serves this machine alone`,
    );
  if (inNetwork)
    Annotations.of(scope).addInfoV2(
      "shutterspeed:egress",
      "network: http sources need subnets with a way out, such as a NAT, and security groups that let TCP 80 and 443 out",
    );
}
