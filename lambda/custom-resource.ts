import { sent } from "./store/signed-post.ts";

/** What CloudFormation says to a custom resource. */
export interface CustomResourceEvent<Properties> {
  readonly RequestType: "Create" | "Update" | "Delete";
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
}

/** What other resources and outputs read of it. CloudFormation takes an answer of 4096 bytes. */
export type Attributes = Readonly<Record<string, string>>;

/** Who hears how it went. */
export type Tell = (url: string, answer: string) => Promise<void>;

/** Does the work for a custom resource of that name, which comes to its attributes; always tells CloudFormation how it went, or it would wait for an hour. */
export async function conclude(
  event: CustomResourceEvent<unknown>,
  name: string,
  work: () => Promise<Attributes | undefined>,
  tell: Tell = tellCloudFormation,
): Promise<void> {
  const { ResponseURL, StackId, RequestId, LogicalResourceId } = event;
  const ids = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: name };
  const outcome = await work().then(
    (attributes) => ({ Status: "SUCCESS", ...(attributes && { Data: attributes }) }),
    (error) => ({ Status: "FAILED", Reason: reasonOf(error) }),
  );
  await tell(ResponseURL, JSON.stringify({ ...ids, ...outcome }));
}

/** Characters of a reason: CloudFormation reads 4096 bytes of an answer. */
const MOST_REASON = 1000;

function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : "unforeseen";
  return reason.length > MOST_REASON ? `${reason.slice(0, MOST_REASON)}…` : reason;
}

/** ms that telling may take. */
const TIMEOUT = 5000;

/** The URL is of S3, and signed for no type. Rejects when it was not told: Lambda does all of it again then. */
async function tellCloudFormation(url: string, answer: string): Promise<void> {
  const options = { method: "PUT", headers: { "content-type": "" }, signal: AbortSignal.timeout(TIMEOUT) };
  const { status } = await sent(new URL(url), options, answer);
  if (status !== 200) throw new Error(`CloudFormation: ${status}`);
}
