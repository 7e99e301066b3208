import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { record } from "../lambda/record.ts";
import { listen } from "../listen.ts";
import type { LocalQueue } from "./queue.ts";

/** Where AWS is asked to change something, for the two services that purging asks. Thin: no signature is looked at. */
export interface ControlPlane {
  /** Of all services. http://127.0.0.1:port */
  readonly endpoint: string;
  /** URL of the one queue there is. */
  readonly queueUrl: string;
  stop(): void;
}

/** What it changes. */
export interface Controlled {
  readonly queue: Pick<LocalQueue, "send" | "postpone">;
  /** Drops what is cached under these tags, `#tag`, or paths. */
  readonly invalidate: (items: readonly string[]) => void;
  /** CloudFront's word with which it refuses an invalidation, if it does. @default it refuses none */
  readonly refuses?: ((items: readonly string[]) => string | undefined) | undefined;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Starts it on this machine. */
export async function startControlPlane(controlled: Controlled): Promise<ControlPlane> {
  const references = new Set<string>();
  const server = createServer(async (request, response) => {
    const { status, type, body } = await answer(request, controlled, references).catch(() => refused);
    response.writeHead(status, { "content-type": type }).end(body);
  });
  const endpoint = `http://127.0.0.1:${await listen(server)}`;
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { endpoint, queueUrl: `${endpoint}/000000000000/purge`, stop };
}

async function answer(
  request: IncomingMessage,
  controlled: Controlled,
  references: Set<string>,
): Promise<Answer> {
  const body = await text(request);
  if (/^\/2020-05-31\/distribution\/[^/]+\/invalidation$/.test(request.url ?? ""))
    return invalidated(body, controlled, references);
  return queued(String(request.headers["x-amz-target"]), record(JSON.parse(body)), controlled.queue);
}

function invalidated(xml: string, { invalidate, refuses }: Controlled, references: Set<string>): Answer {
  const items = [...xml.matchAll(/<Path>([^<]*)<\/Path>/g)].map(([, item = ""]) => item);
  const [, reference = ""] = /<CallerReference>([^<]+)<\/CallerReference>/.exec(xml) ?? [];
  const wrong = items.length === 0 || reference === "" || !items.every(isItem);
  const word = wrong ? "InvalidArgument" : refuses?.(items);
  const type = "text/xml";
  if (word !== undefined)
    return { status: 400, type, body: `<ErrorResponse><Error><Code>${word}</Code></Error></ErrorResponse>` };
  // The same once more changes nothing.
  if (!references.has(reference)) invalidate(items);
  references.add(reference);
  return { status: 201, type, body: `<Invalidation><Id>I${references.size}</Id></Invalidation>` };
}

/** As CloudFront takes them: a tag of up to 256 visible characters without a comma, or a path. */
const isItem = (item: string) => /^(#[!-+\--~]{1,256}|\/[!-~]*)$/.test(item);

function queued(
  target: string,
  { MessageBody, DelaySeconds, ReceiptHandle, VisibilityTimeout }: Readonly<Record<string, unknown>>,
  queue: Controlled["queue"],
): Answer {
  const type = "application/x-amz-json-1.0";
  const delay = Number(DelaySeconds ?? 0);
  if (target === "AmazonSQS.SendMessage" && delay >= 0 && delay <= 900) {
    const { id } = queue.send(String(MessageBody), delay);
    return { status: 200, type, body: JSON.stringify({ MessageId: id }) };
  }
  if (target !== "AmazonSQS.ChangeMessageVisibility") return refused;
  return queue.postpone(String(ReceiptHandle), Number(VisibilityTimeout))
    ? { status: 200, type, body: "{}" }
    : refused;
}

const refused: Answer = {
  status: 400,
  type: "application/x-amz-json-1.0",
  body: '{"__type":"com.amazonaws.sqs#InvalidParameterValue"}',
};
