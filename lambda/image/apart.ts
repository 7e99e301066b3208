import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { type Deadline, DeadlineExceeded } from "../deadline.ts";
import {
  BrokenSource,
  BrokenSvg,
  type Failure,
  InternalError,
  InvalidSource,
  ResultTooBig,
  Timeout,
  UnsupportedFormat,
} from "../errors.ts";
import type { Border } from "../options/trim.ts";
import type { File, Opened } from "./decoders/decoder.ts";
import type { Picture } from "./picture.ts";
import type { ImageInfo, Plan } from "./plan.ts";

/** What the drawing process is asked: to tell about a source, to cut off its border, to draw it, or to make an SVG harmless. */
export interface ApartRequest {
  readonly file: File;
  readonly border?: Border;
  /** The watermark's. */
  readonly watermark?: File | undefined;
  readonly plan?: Plan;
  readonly sanitize?: true;
  /** ms. */
  readonly left: number;
}

/** What it answers. */
export interface ApartAnswer {
  readonly info?: ImageInfo;
  /** What a source became without its border. */
  readonly bytes?: Uint8Array;
  readonly picture?: Picture;
  readonly sanitized?: Uint8Array;
  readonly failed?: { readonly name: string | undefined; readonly message: string };
}

/** Reads a source's header as a decoder does, where that can be killed: at the deadline, or when it holds more than `memory` bytes. */
export async function openApart(file: File, memory: number, deadline: Deadline): Promise<ImageInfo> {
  const { info } = await ask({ file, left: deadline.left }, memory, deadline);
  if (!info) throw new InternalError("the drawing process opened nothing");
  return info;
}

/** Cuts off a border as `cutBorder` does, where that can be killed, as for `openApart`. */
export async function cutBorderApart(
  file: File,
  border: Border,
  memory: number,
  deadline: Deadline,
): Promise<{ readonly bytes: Uint8Array; readonly info: ImageInfo }> {
  const cut = await ask({ file: fileOf(file), border, left: deadline.left }, memory, deadline);
  if (!cut.info || !cut.bytes) throw new InternalError("the drawing process cut nothing");
  return { bytes: cut.bytes, info: cut.info };
}

/** Draws a plan as `render` does, where that can be killed, as for `openApart`. */
export async function renderApart(
  plan: Plan,
  { watermark, ...opened }: Pick<Opened, "bytes" | "density" | "watermark">,
  memory: number,
  deadline: Deadline,
): Promise<Picture> {
  const asked = {
    file: fileOf(opened),
    watermark: watermark && fileOf(watermark),
    plan,
    left: deadline.left,
  };
  const { picture } = await ask(asked, memory, deadline);
  if (!picture) throw new InternalError("the drawing process drew nothing");
  return picture;
}

/** What of it can be sent. */
const fileOf = ({ bytes, density, keepsProfile, unlimited }: File): File => ({
  bytes,
  density,
  keepsProfile,
  unlimited,
});

/** Makes an SVG harmless as `sanitize` does, where that can be killed, as for `openApart`. */
export async function sanitizeApart(
  { bytes }: File,
  memory: number,
  deadline: Deadline,
): Promise<Uint8Array> {
  const asked = { file: { bytes }, sanitize: true, left: deadline.left } as const;
  const { sanitized } = await ask(asked, memory, deadline);
  if (!sanitized) throw new InternalError("the drawing process sanitised nothing");
  return sanitized;
}

/** A process that waits for more to draw. It is started when it is needed first, and again when it had to be killed. */
let idle: ChildProcess | undefined;

async function ask(request: ApartRequest, memory: number, deadline: Deadline): Promise<ApartAnswer> {
  const child = idle?.connected ? idle : start();
  idle = undefined;
  const over = new AbortController();
  const [answer] = await deadline
    .within("drawing apart", Infinity, () => {
      const answered = once(child, "message", over);
      child.send(request);
      return Promise.race([answered, ended(child, over.signal), outgrown(child, memory, over.signal)]);
    })
    .catch((error: unknown) => {
      child.kill("SIGKILL");
      throw error instanceof DeadlineExceeded ? new Timeout(error.message, { cause: error }) : error;
    })
    .finally(() => over.abort());
  if (idle) child.kill();
  else idle = child;
  if (answer.failed) throw failureNamed(answer.failed);
  return answer;
}

const program = new URL(`./drawing-process${extname(import.meta.url)}`, import.meta.url);

function start(): ChildProcess {
  const child = fork(program, {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  // It does not keep us alive, and goes when we do.
  child.unref();
  child.channel?.unref();
  return child;
}

async function ended(child: ChildProcess, signal: AbortSignal): Promise<never> {
  const [code, by] = await once(child, "exit", { signal });
  throw new BrokenSource(`the process that drew it ended: ${by ?? code}`);
}

/** ms between two looks at how much memory is held. */
const LOOK = 50;

/** Throws when the process holds more than `memory` bytes; where the system does not tell, never. */
async function outgrown({ pid }: ChildProcess, memory: number, signal: AbortSignal): Promise<never> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    signal.throwIfAborted();
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const held = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    if (held > memory) throw new ResultTooBig(`drawing it takes more than ${memory} bytes`);
  }
}

const failures = {
  BrokenSource,
  BrokenSvg,
  InvalidSource,
  ResultTooBig,
  Timeout,
  UnsupportedFormat,
} as const;

function failureNamed({ name = "", message }: NonNullable<ApartAnswer["failed"]>): Failure {
  const [, Kind] = Object.entries(failures).find(([known]) => known === name) ?? [];
  return Kind ? new Kind(message) : new InternalError(message);
}
