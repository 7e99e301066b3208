/** Characters of a bar. */
const WIDTH = 30;

/** Shows how much of a work is done: a bar on a terminal, a line each time elsewhere. */
export function progressBar(what: string, stream: NodeJS.WriteStream): (done: number, of: number) => void {
  return (done, of) => {
    const counted = `${what}: ${done} of ${of}`;
    if (!stream.isTTY) {
      stream.write(`${counted}\n`);
      return;
    }
    const full = Math.round((done / of) * WIDTH);
    const bar = `${"█".repeat(full)}${"░".repeat(WIDTH - full)}`;
    stream.write(`\r${bar} ${counted}${done === of ? "\n" : ""}`);
  };
}
