import { setServers } from "node:dns";

// Loaded into the function's process before anything else: its name server is ours, and its clock jumps at one signal, and back at another.
const { DRILL_NAME_SERVER: server, DRILL_CLOCK_JUMP: jump = "0" } = process.env;
if (server) setServers([server]);

const { now } = Date;
let ahead = 0;
process.on("SIGUSR2", () => {
  ahead = Number(jump);
});
process.on("SIGWINCH", () => {
  ahead = 0;
});
const Real = Date;
globalThis.Date = new Proxy(Real, {
  construct: (target, given: readonly unknown[]) =>
    Reflect.construct(target, given.length === 0 ? [now() + ahead] : given),
  get: (target, name) => (name === "now" ? () => now() + ahead : Reflect.get(target, name)),
});
