import { Agent, request } from "node:http";

/**
 * Stands in for the native part of the Lambda runtime client (`rapid-client.node`), which takes a compiler to install:
 * the same four functions, over plain HTTP. One connection keeps an answer before the question for more work.
 */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

export function initializeClient(): void {}

/** Waits for the next event. */
export async function next(): Promise<{ bodyJson: string; headers: NodeJS.Dict<string | string[]> }> {
  const { body, headers } = await call("next", "GET");
  return { bodyJson: body, headers };
}

/** Hands in an answer. */
export function done(id: string, response: string): void {
  call(`${id}/response`, "POST", response).catch(giveUp);
}

/** Hands in what the handler threw. */
export function error(id: string, response: string, xray: string): void {
  call(`${id}/error`, "POST", response, { "lambda-runtime-function-xray-error-cause": xray }).catch(giveUp);
}

function call(path: string, method: string, body?: string, headers: Readonly<Record<string, string>> = {}) {
  return new Promise<{ body: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const sending = request(`${api}/${path}`, { agent, method, headers }, (response) => {
      let told = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        told += text;
      });
      response.on("end", () => resolve({ body: told, headers: response.headers }));
      response.on("error", reject);
    });
    sending.on("error", reject);
    sending.end(body);
  });
}

/** Without a Runtime API there is nothing to do: as on Lambda, the process ends. */
const giveUp = () => process.exit(1);
