import { availableParallelism } from "node:os";
import { type Environment, type EnvironmentProps, startEnvironment } from "./environment.ts";
import { type Outcome, type StreamedOutcome, whole } from "./runtime-api.ts";

/** How the local function is run. */
export interface FunctionProps extends EnvironmentProps {
  /** Processes at most. @default the number of CPUs, at least 2 */
  readonly concurrency?: number;
}

/** The function behind Lambda's front door. */
export interface LocalFunction {
  /** Waits for a free process when all are busy; always settles. What is streamed all the same is waited for, and is JSON or makes no sense. */
  invoke(event: unknown): Promise<Outcome>;
  /** The same, with what is streamed as it comes: InvokeWithResponseStream. */
  stream(event: unknown): Promise<StreamedOutcome>;
  /** Of the processes that run now. */
  pids(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** Runs the function: one invocation at a time per process, another process when all are busy. The first one starts at once. */
export function startFunction(props: FunctionProps): LocalFunction {
  const { concurrency = Math.max(2, availableParallelism()) } = props;
  const all = new Set<Promise<Environment>>();
  const queue: ((environment: Promise<Environment>) => void)[] = [];
  let idle: Environment[] = [];

  const start = () => {
    const starting = startEnvironment(props);
    all.add(starting);
    starting.then(async ({ gone }) => {
      await gone;
      all.delete(starting);
      queue.shift()?.(start());
    });
    return starting;
  };
  const take = () => {
    idle = idle.filter(({ alive }) => alive);
    const free = idle.pop();
    if (free) return free;
    return all.size < concurrency ? start() : new Promise<Environment>((resolve) => queue.push(resolve));
  };
  const release = (environment: Environment) => {
    if (!environment.alive) return;
    const next = queue.shift();
    if (next) next(Promise.resolve(environment));
    else idle.push(environment);
  };

  const stream = async (event: unknown) => {
    const environment = await take();
    const outcome = await environment.stream(event);
    if ("streamed" in outcome) environment.free.then(() => release(environment));
    else release(environment);
    return outcome;
  };
  const invoke = async (event: unknown) => whole(await stream(event));
  const pids = async () => (await Promise.all(all)).flatMap(({ pid }) => pid ?? []);
  const stop = async () => {
    while (all.size > 0) await Promise.all([...all].map(end));
  };
  start().then(release);
  return { invoke, stream, pids, stop };
}

async function end(environment: Promise<Environment>): Promise<void> {
  const { kill, gone } = await environment;
  kill();
  await gone;
}
