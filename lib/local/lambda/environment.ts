import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Deadline, DeadlineExceeded } from "../../../lambda/deadline.ts";
import type { Bundle } from "./bundle.ts";
import { startChild } from "./child.ts";
import { type Outcome, runtimeApi, type StreamedOutcome, whole } from "./runtime-api.ts";

/** What a process of the function is started with. */
export interface EnvironmentProps {
  readonly bundle: Bundle;
  /** Its variables; of the shell's it sees none but these. */
  readonly env: Readonly<Record<string, string>>;
  /** MB */
  readonly memory: number;
  /** Seconds an invocation may take. */
  readonly timeout: number;
  /** Takes every line the function writes, and what happened to its process. */
  readonly log: (line: string) => void;
}

/** One process of the function, Lambda's execution environment: one invocation at a time. */
export interface Environment {
  readonly pid: number | undefined;
  readonly alive: boolean;
  /** Settles when the process is gone; never rejects. */
  readonly gone: Promise<void>;
  /** Always settles: at the timeout the process is killed. */
  invoke(event: unknown): Promise<Outcome>;
  /** The same, with what is streamed as it comes; killed in the middle of it, if need be. */
  stream(event: unknown): Promise<StreamedOutcome>;
  /** Settles when it can take another event, or is gone. */
  readonly free: Promise<void>;
  kill(): void;
}

/** ms a process may take until it asks for its first event, as on Lambda. */
const INIT_LIMIT = 10_000;

/** Starts the function's bundle in the real Lambda runtime client. */
export async function startEnvironment(props: EnvironmentProps): Promise<Environment> {
  const { bundle, memory, timeout, log } = props;
  const api = await runtimeApi();
  const child = startChild(
    [...flags(memory, bundle), join(bundle.folder, "runtime-client.mjs")],
    variables(props, api.address),
  );
  for (const output of [child.process.stdout, child.process.stderr]) {
    if (output) createInterface(output).on("line", log);
  }
  const gone = child.gone.then(() => api.close());
  const died = gone.then((): StreamedOutcome => ({ failed: `the process ended: ${endOf(child.process)}` }));
  const ready = Deadline.in(INIT_LIMIT).within("init", INIT_LIMIT, () => Promise.race([api.ready, gone]));
  ready.catch(() => {});

  let free = Promise.resolve();
  const stream = async (event: unknown): Promise<StreamedOutcome> => {
    try {
      await ready;
      const id = randomUUID();
      const deadline = Date.now() + timeout * 1000;
      const until = Deadline.in(timeout * 1000);
      const handed = api.hand({ id, event: JSON.stringify(event), deadline });
      const outcome = await until.within("the function", Infinity, () => Promise.race([handed, died]));
      if ("failed" in outcome) log(outcome.failed);
      if ("streamed" in outcome) {
        const { ended } = outcome.streamed;
        const finished = until.within("the function", Infinity, () => Promise.race([ended, gone]));
        free = finished.catch(async (error) => void (await end(error)));
      }
      return outcome;
    } catch (error) {
      return { failed: await end(error) };
    }
  };
  const end = async (error: unknown) => {
    child.kill();
    await gone;
    const late = error instanceof DeadlineExceeded;
    const failed = late ? `timed out after ${timeout.toFixed(2)} seconds` : `${error}`;
    log(failed);
    return failed;
  };
  return {
    pid: child.process.pid,
    get alive() {
      return child.process.exitCode === null && child.process.signalCode === null;
    },
    gone,
    invoke: async (event) => whole(await stream(event)),
    stream,
    get free() {
      return free;
    },
    kill: child.kill,
  };
}

/** Shares of the function's memory node may use for its heap, and for its young objects, as Lambda's own start script sets them. */
const flags = (memory: number, { folder }: Bundle): readonly string[] => [
  `--max-old-space-size=${Math.floor(memory * 0.9)}`,
  `--max-semi-space-size=${Math.floor(memory * 0.05)}`,
  `--import=${folder}/preload.mjs`,
];

const variables = (
  { bundle, env, memory }: EnvironmentProps,
  api: string,
): Readonly<Record<string, string>> => ({
  AWS_LAMBDA_RUNTIME_API: api,
  _HANDLER: "handler.handler",
  LAMBDA_TASK_ROOT: bundle.folder,
  AWS_LAMBDA_FUNCTION_NAME: "local",
  AWS_LAMBDA_FUNCTION_VERSION: "1",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
  AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/local",
  AWS_LAMBDA_LOG_STREAM_NAME: "local",
  AWS_LAMBDA_LOG_FORMAT: "JSON",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  TZ: ":UTC",
  ...env,
});

const endOf = ({ exitCode, signalCode }: { exitCode: number | null; signalCode: string | null }) =>
  signalCode ?? `exit status ${exitCode}`;
