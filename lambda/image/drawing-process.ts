// The program of the process that draws what cannot be stopped where it runs: started and ended by `drawing-child.ts`.
import { Deadline } from "../deadline.ts";
import { Failure } from "../errors.ts";
import { cutBorder } from "./border.ts";
import { openHere } from "./decoders/here.ts";
import type { ApartAnswer, ApartRequest } from "./drawing-child.ts";
import { render } from "./render.ts";

async function answerTo(request: ApartRequest): Promise<ApartAnswer> {
  const { file, metadata, watermark, border, plan, sanitize, left } = request;
  if (sanitize) return { sanitized: (await import("./svg/sanitize.ts")).sanitize(file.bytes) };
  const deadline = Deadline.in(left);
  const opened = {
    ...(await openHere(file)),
    ...(metadata && { metadata }),
    ...(watermark && { watermark: await openHere(watermark) }),
  };
  if (plan) return { picture: await render(plan, opened, deadline) };
  const { info, bytes } = border ? await cutBorder(opened, border, deadline) : opened;
  return border ? { info, bytes } : { info };
}

const failed = (error: unknown): ApartAnswer => {
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { failed: { name: error instanceof Failure ? error.name : undefined, message } };
};

process.on("message", async (request: ApartRequest) => {
  process.send?.(await answerTo(request).catch(failed));
});
process.on("disconnect", () => process.exit());
