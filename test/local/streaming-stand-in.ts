import { setTimeout as pause } from "node:timers/promises";

type Stream = Parameters<typeof awslambda.HttpResponseStream.from>[0];

/** A function that streams as the path says. */
export const handler = awslambda.streamifyResponse(async ({ rawPath }: { rawPath: string }, stream) => {
  const [, what = "", amount = ""] = rawPath.split("/");
  await deeds[what]?.(stream, Number(amount));
});

/** The runtime client sends what is said first with the first write, not with the end. */
function said(stream: Stream, statusCode = 200, headers = {}): Stream {
  const out = awslambda.HttpResponseStream.from(stream, { statusCode, headers });
  out.write("");
  return out;
}

const deeds: Readonly<Record<string, (stream: Stream, amount: number) => Promise<void> | void>> = {
  bytes: (stream, amount) => {
    const headers = { "Content-Type": "image/png", "Content-Length": `${amount}` };
    said(stream, 201, headers).end(Buffer.alloc(amount, 7));
  },
  empty: (stream) => void said(stream, 304, { ETag: '"a"' }).end(),
  bare: (stream) => void stream.end('{"without":"a prelude"}'),
  pid: (stream) => void said(stream).end(`${process.pid}`),
  throw: () => Promise.reject(new Error("before")),
  break: (stream) => {
    said(stream).write("begun");
    throw new Error("meanwhile");
  },
  hang: async (stream) => {
    said(stream).write("begun");
    await pause(60_000);
  },
};
