import { imageUrls, type Options } from "../../lib/client/index.ts";
import { type CloudProps, startCloud } from "../../lib/local/cloud.ts";
import type { Served } from "../../lib/local/edge/edge.ts";
import type { Origin } from "../../lib/local/edge/origins.ts";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { buckets, type S3Access } from "../../lib/local/s3/s3.ts";
import { signedOrigin } from "./bucket-origin.ts";

const keys = { IMGPROXY_KEY: "943b421c9eb07c83", IMGPROXY_SALT: "520f986b998545b4" };

const built = bundle();

/** What may be otherwise than usual. */
interface OwnCloudProps extends Omit<Partial<CloudProps>, "derivatives"> {
  /** The way the edge takes to the derivative bucket. @default the function's */
  readonly derivatives?: S3Access;
  /** Something in its place. */
  readonly bucket?: Origin;
  /** Seconds the edge waits for it. @default 5, as in the stack */
  readonly bucketTimeout?: number;
}

/** Edge and function on an S3, with what they told. */
export async function ownCloud(s3: S3Access, props: OwnCloudProps = {}) {
  const served: Served[] = [];
  const logged: string[] = [];
  const cloud = await startCloud({
    bundle: await built,
    s3,
    concurrency: 2,
    ...props,
    derivatives:
      props.bucket ?? signedOrigin(props.derivatives ?? s3, buckets.derivatives, props.bucketTimeout ?? 5),
    env: { ...keys, ...props.env },
    served: (one) => served.push(one),
    log: (line) => logged.push(line),
  });
  const urls = imageUrls({ base: cloud.origin, key: keys.IMGPROXY_KEY, salt: keys.IMGPROXY_SALT });
  return {
    ...cloud,
    served,
    logged,
    url: (key: string, asked: Options = {}) => urls.url(`s3://${buckets.pictures}/${key}`, asked),
    [Symbol.asyncDispose]: cloud.stop,
  };
}

/** The path of a URL, as the edge receives it. */
export const pathOf = (url: string): string => url.slice(new URL(url).origin.length);
