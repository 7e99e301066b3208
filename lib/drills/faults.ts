import type { Fault } from "./fault.ts";
import { elsewhere, inARow, others } from "./faults/answer.ts";
import { corrupt, derivatives, ourselves } from "./faults/around.ts";
import { bodies } from "./faults/body.ts";
import { connecting, handshaking, resolving } from "./faults/connection.ts";
import { answering } from "./faults/first-byte.ts";

/** Every fault, in the order of a request. */
export const faults: readonly Fault[] = [
  ...resolving,
  ...connecting,
  ...handshaking,
  ...answering,
  ...bodies,
  ...others,
  ...elsewhere,
  ...inARow,
  ...derivatives,
  ...corrupt,
  ...ourselves,
];
