import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A node process that ends with ours, whatever ends ours: a channel ties it to us, and it ends when the channel does. */
export interface Child {
  readonly process: ChildProcess;
  /** Settles when it is gone; never rejects. */
  readonly gone: Promise<void>;
  /** SIGKILL, to it and whatever it started. */
  kill(): void;
}

/** Starts node with these arguments. What it started itself goes when it goes, killed or not. */
export function startChild(args: readonly string[], env: NodeJS.ProcessEnv): Child {
  // A group of its own: Ctrl-C reaches only us, and we decide who ends when.
  const child = spawn(process.execPath, args, {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const gone = once(child, "exit").then(
    () => killGroup(child),
    () => undefined,
  );
  return { process: child, gone, kill: () => killGroup(child) };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
}
