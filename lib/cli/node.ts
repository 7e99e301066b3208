/** The first Node that lets a program put a module of its own in another's place, as the runtime client needs, and knows all that the function is written in. */
const OLDEST = [22, 15] as const;

/** Throws one sentence where this Node is too old for a command that runs the function. */
export function assertNode(command: string): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new Error(`${command} needs Node ${OLDEST.join(".")} or newer, this is ${process.versions.node}`);
}
