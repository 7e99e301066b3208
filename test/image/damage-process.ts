// Serves every damaged file that its parent sends, and answers what became of each: a status, and the ms it took.
import { existsSync, readFileSync } from "node:fs";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { serve } from "../../lambda/serve.ts";
import { descendants } from "../local/processes.ts";
import { storeOf, streamOf } from "../objects.ts";
import { requestFor, servicesOf } from "../services.ts";
import type { Outcome } from "./damaged.test.ts";

/** ms a request has; far more than it may take. */
const TIME = 10_000;

async function served(bytes: Uint8Array): Promise<Outcome> {
  const services = servicesOf({}, { store: storeOf(async () => streamOf(bytes)) });
  const context = requestFor(services, { path: "/_/rs:fit:20:20/f:png/plain/s3://pictures/damaged" });
  const began = performance.now();
  const answer = await serve(context, services, Deadline.in(TIME)).catch((error: unknown) => error);
  const ms = performance.now() - began;
  if (answer instanceof Failure) return { status: answer.status, said: answer.message, ms };
  if (answer instanceof Error) return { status: 500, said: answer.stack ?? answer.message, ms };
  return { status: 200, said: "a picture", ms };
}

/** MB; the most that this process, or the one that draws for it, has ever held. */
const peak = () => Math.max(...[process.pid, ...descendants(process.pid)].map(held));

function held(pid: number): number {
  const file = `/proc/${pid}/status`;
  // The command that lists processes is one of them, and gone by now.
  const status = existsSync(file) ? readFileSync(file, "utf8") : "";
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1000;
}

process.on("message", async (files: readonly Uint8Array[]) => {
  const outcomes: Outcome[] = [];
  for (const bytes of files) {
    const first = await served(bytes);
    // A busy machine is not the picture's fault.
    outcomes.push(first.ms < 500 ? first : await served(bytes));
  }
  process.send?.({ outcomes, peak: peak() });
});
