import { createWriteStream } from "node:fs";

/** Takes lines for a file that begins anew. Where it cannot be written, that is complained of once. */
export function logFile(path: string, complain: (line: string) => void): (line: string) => void {
  const stream = createWriteStream(path);
  let open = true;
  stream.on("error", ({ message }) => {
    if (open) complain(`${path}: the function's log is not kept: ${message}`);
    open = false;
  });
  return (line) => {
    if (open) stream.write(`${line}\n`);
  };
}
