// The program of the process that draws what cannot be stopped where it runs: started and ended by `apart.ts`.
import { Deadline } from "../deadline.ts";
import { Failure } from "../errors.ts";
import type { ApartAnswer, ApartRequest } from "./apart.ts";
import { openHere } from "./decoders/here.ts";
import { render } from "./render.ts";

async function answerTo({ file, plan, left }: ApartRequest): Promise<ApartAnswer> {
  const opened = await openHere(file);
  return plan ? { picture: await render(plan, opened, Deadline.in(left)) } : { info: opened.info };
}

const failed = (error: unknown): ApartAnswer => {
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { failed: { name: error instanceof Failure ? error.name : undefined, message } };
};

process.on("message", async (request: ApartRequest) => {
  process.send?.(await answerTo(request).catch(failed));
});
process.on("disconnect", () => process.exit());
