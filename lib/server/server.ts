import cluster, { type Address, type Worker } from "node:cluster";
import { once } from "node:events";
import type { ListenOptions } from "node:net";
import { join } from "node:path";
import { compiled } from "../project.ts";
import type { ServerConfig } from "./variables.ts";
import type { WorkerMessage, WorkerProps } from "./worker.ts";

/** What a server is started with. */
export interface ServerProps {
  readonly config: ServerConfig;
  readonly address: ListenOptions;
  /** Requests in work at once, process by process. */
  readonly slots: readonly number[];
  /** Variables of the processes that serve. */
  readonly env: NodeJS.ProcessEnv;
  /** The program of these processes. @default the one that serves */
  readonly program?: string;
  /** Takes what is to be known of processes that end by themselves, a sentence each. */
  readonly complain: (sentence: string) => void;
}

/** A server that listens. */
export interface Server {
  /** Its port, or the path of its socket. */
  readonly at: string;
  /** Takes no more requests, and waits for those in work until `IMGPROXY_GRACEFUL_STOP_TIMEOUT`. */
  stop(): Promise<void>;
}

/** ms for which a process may be silent longer than a request may take; then it hangs, and is killed. */
const SILENCE = 5000;
/** ms between two looks, and before a process is started again that ended before it listened. */
const PAUSE = 1000;

/** Beside the handler it serves with. */
const program = compiled ? join(compiled, "server-worker.mjs") : join(import.meta.dirname, "worker.ts");

/** Starts the processes that serve. Rejects with one sentence when they cannot. */
export async function startServer(props: ServerProps): Promise<Server> {
  const seats = props.slots.map((slots) => new Seat(props, slots));
  try {
    const [first] = await Promise.all(seats.map(({ taken }) => taken));
    return {
      at: String(first?.addressType === -1 ? first.address : first?.port),
      async stop() {
        await Promise.all(seats.map((seat) => seat.stop()));
      },
    };
  } catch (error) {
    for (const seat of seats) seat.kill();
    throw error;
  }
}

/** The place of one process, which another one takes when it ends, or before it does where it asks for that. */
class Seat {
  readonly #props: ServerProps;
  readonly #told: WorkerProps;
  readonly #watch: NodeJS.Timeout;
  /** Each with when it was heard last, in ms of the monotonic clock. */
  readonly #workers = new Map<Worker, number>();
  readonly #leaving = new Set<Worker>();
  #stopped = false;
  /** Where the first one listens. */
  readonly taken: Promise<Address>;

  constructor(props: ServerProps, slots: number) {
    const { config, address, slots: all } = props;
    const part = (whole: number) => Math.ceil(whole / all.length);
    const waiting = config.queue === 0 ? null : part(config.queue);
    this.#props = props;
    this.#told = { config, address, slots, waiting, clients: part(config.maxClients) };
    this.#watch = setInterval(() => this.#look(), PAUSE);
    this.taken = this.#start();
  }

  /** Resolves when a new process listens. Rejects with one sentence when it cannot. */
  #start(): Promise<Address> {
    cluster.setupPrimary({ exec: this.#props.program ?? program, args: [JSON.stringify(this.#told)] });
    const worker = cluster.fork(this.#props.env);
    const { promise, resolve, reject } = Promise.withResolvers<Address>();
    let listens = false;
    this.#workers.set(worker, performance.now());
    worker.on("listening", (address) => {
      listens = true;
      resolve(address);
    });
    worker.on("message", (message: WorkerMessage) => {
      this.#workers.set(worker, performance.now());
      if (message === "replace") this.#replace(worker);
      if (typeof message !== "object") return;
      reject(new Error(message.failed));
      worker.process.kill("SIGKILL");
    });
    worker.on("error", (error) => {
      // There is none, as where a machine has no process left to give, and none will end.
      if (worker.process.pid === undefined) this.#workers.delete(worker);
      reject(error);
    });
    worker.on("exit", (code, signal) => {
      this.#workers.delete(worker);
      const sentence = `a process that serves has ended: ${signal || `exit status ${code}`}`;
      reject(new Error(sentence));
      if (!listens || this.#stopped || this.#leaving.delete(worker)) return;
      this.#props.complain(`${sentence}; another one takes its place`);
      this.#restart();
    });
    return promise;
  }

  #restart(): void {
    if (this.#stopped) return;
    this.#start().catch((error: Error) => {
      this.#props.complain(error.message);
      setTimeout(() => this.#restart(), PAUSE);
    });
  }

  /** Starts another one, and has this one end once that listens. */
  #replace(worker: Worker): void {
    if (this.#stopped || this.#leaving.has(worker)) return;
    this.#leaving.add(worker);
    this.#props.complain("a process still draws what was given up; another one takes its place");
    this.#start().then(
      () => this.#end(worker),
      () => {
        this.#leaving.delete(worker);
        // It may have ended meanwhile.
        if (!this.#workers.has(worker)) this.#restart();
      },
    );
  }

  /** What it has in work may end; what it gave up need not. */
  #end(worker: Worker): void {
    const late = setTimeout(
      () => worker.process.kill("SIGKILL"),
      this.#props.config.gracefulStopTimeout * 1000,
    );
    worker.on("exit", () => clearTimeout(late));
    if (worker.isConnected()) worker.send("stop");
  }

  #look(): void {
    const patience = this.#props.config.timeout * 1000 + SILENCE;
    for (const [worker, heard] of this.#workers) {
      if (performance.now() - heard > patience) worker.process.kill("SIGKILL");
    }
  }

  /** Resolves when none is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#watch);
    const left = [...this.#workers.keys()];
    const gone = left.map((worker) => once(worker, "exit"));
    for (const worker of left) this.#end(worker);
    await Promise.all(gone);
  }

  kill(): void {
    this.#stopped = true;
    clearInterval(this.#watch);
    for (const worker of this.#workers.keys()) worker.process.kill("SIGKILL");
  }
}
