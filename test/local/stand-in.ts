import { setTimeout as pause } from "node:timers/promises";

interface Event {
  readonly rawPath: string;
  readonly body?: string;
}
interface Context {
  getRemainingTimeInMillis(): number;
}

/** A function that does as the path says: what matters to whoever runs it, not what it draws. */
export const handler = async (event: Event, context: Context) => {
  const [, what = "", amount = ""] = event.rawPath.split("/");
  return deeds[what]?.(Number(amount), event, context) ?? { told: "JSON without a status code" };
};

type Deed = (amount: number, event: Event, context: Context) => unknown;

const text = (body: string) => ({ statusCode: 200, headers: { "Content-Type": "text/plain" }, body });

const deeds: Readonly<Record<string, Deed>> = {
  left: (_amount, _event, context) => text(`${context.getRemainingTimeInMillis()}`),
  event: (_amount, event) => text(JSON.stringify(event)),
  env: () => text(JSON.stringify(process.env)),
  pid: async (ms) => {
    await pause(ms);
    return text(`${process.pid}`);
  },
  say: (amount) => {
    console.log(`said ${amount}`);
    return text("");
  },
  bytes: () => ({ statusCode: 201, isBase64Encoded: true, body: Buffer.from([0, 255]).toString("base64") }),
  /** A result whose JSON has this many bytes. */
  big: (bytes) => text("x".repeat(bytes - JSON.stringify(text("")).length)),
  throw: () => Promise.reject(new Error("thrown")),
  exit: () => process.exit(3),
  spin: () => {
    for (;;);
  },
};
