import type { Command } from "commander";

/** What was read of the command line. Where that throws, the command line is what is wrong: one line, and the status for it. */
export function asUsage<T>(command: Command, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return command.error(error instanceof Error ? error.message : String(error));
  }
}
