import { once } from "node:events";
import { request } from "node:http";
import { readConfig } from "../../lambda/config/variables.ts";
import { addressIn } from "./address.ts";
import { readServerConfig } from "./variables.ts";

/** ms a server that is well takes at most. */
const PATIENCE = 5000;
/** Addresses that stand for every one of a machine. */
const every = ["0.0.0.0", "::"];

/** Asks the server of this environment on this machine for its health. Rejects with one sentence when it is not well. */
export async function assertHealthy(env: NodeJS.ProcessEnv): Promise<void> {
  const { path: socketPath, port, host = "localhost" } = addressIn(readServerConfig(env));
  const path = `${readConfig(env).pathPrefix}/health`;
  const to = socketPath ? { socketPath } : { port, host: every.includes(host) ? "localhost" : host };
  const asking = request({ ...to, path, signal: AbortSignal.timeout(PATIENCE) }).end();
  const [response] = await once(asking, "response").catch((cause) => {
    throw new Error(`${socketPath ?? `${to.host}:${port}`}: nobody answers: ${cause.message}`, { cause });
  });
  response.destroy();
  if (response.statusCode !== 200) throw new Error(`${path}: answered ${response.statusCode}`);
}
