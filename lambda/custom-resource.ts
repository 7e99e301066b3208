import { request } from "node:https";

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
    (error) => ({ Status: "FAILED", Reason: error instanceof Error ? error.message : "unforeseen" }),
  );
  await tell(ResponseURL, JSON.stringify({ ...ids, ...outcome }));
}

function tellCloudFormation(url: string, answer: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "", "content-length": Buffer.byteLength(answer) };
    const asking = request(url, { method: "PUT", headers }, (response) => {
      response.resume().on("end", resolve).on("error", reject);
    });
    asking.on("error", reject).end(answer);
  });
}
