import { setTimeout as pause } from "node:timers/promises";
import { record } from "../local/lambda/record.ts";
import { type Fault, promiseOf } from "./fault.ts";
import type { Act, FaultProxy } from "./proxy.ts";
import { extras, type SourceKind, type Stage, sources, type Way } from "./stage.ts";

/** One drill: a fault, with which kind of source, on which way, with how large a source, once or for as long as it takes. */
export interface Drill {
  readonly fault: Fault;
  readonly source: SourceKind;
  readonly way: Way;
  readonly size: keyof typeof sources;
  readonly always: boolean;
}

/** What became of it. */
export interface Outcome extends Omit<Drill, "fault"> {
  readonly name: string;
  readonly breaks: string;
  readonly promise: string;
  readonly kept: boolean;
  /** Nothing less than the right picture was promised. */
  readonly picture: boolean;
  /** The right picture came. */
  readonly healed: boolean;
  /** HTTP; 0 when there was no answer. */
  readonly status: number;
  readonly ms: number;
  /** What broke the promise; empty when it was kept. */
  readonly why: string;
  /** Requests for the source, hedges and resumes among them, as the log has it. */
  readonly attempts: number;
  readonly hedged: number;
  readonly resumed: number;
}

/** ms an answer may leave later than the function's deadline. */
const SLACK = 50;
/** ms after an answer within which the connections that broke are to be gone. */
const GONE_WITHIN = 1000;
/** Connections that may be kept for the next request. */
const POOLED = 8;

/** What the function answers without any fault, by path. */
export type References = Map<string, Buffer>;

/** Runs one drill. `timeout` is the function's, in seconds. */
export async function runDrill(
  drill: Drill,
  stage: Stage,
  references: References,
  timeout: number,
): Promise<Outcome> {
  const { fault } = drill;
  const path = pathFor(drill, stage);
  const right = await referenceOf(path, stage, references, fault);
  const proxy = fault.way === "derivatives" ? stage.derivatives : stage.source;
  stage.lines();
  await prepare(drill, proxy, stage);
  const began = performance.now();
  const asked = ask(path, stage);
  meddle(fault, stage);
  const answered = await asked;
  const ms = performance.now() - began;
  const log = lastRequest(stage.lines());
  const open = await leaks(proxy);
  await repair(drill, proxy, stage);
  return judged(drill, { ...answered, right, ms, open, late: ms > timeout * 1000 + SLACK, log });
}

/** What the function's log tells of the last request. */
const lastRequest = (lines: readonly string[]) =>
  lines.map(parsed).findLast(({ request_id: id }) => id !== undefined) ?? {};

/** What was seen of a drill. */
interface Seen extends Answered {
  readonly right: readonly Buffer[];
  readonly ms: number;
  readonly late: boolean;
  /** What is said of connections that should be gone. */
  readonly open: string;
  readonly log: Readonly<Record<string, unknown>>;
}

/** Compares what was seen with what was promised. */
function judged({ fault, always, source, way, size }: Drill, seen: Seen): Outcome {
  const { status, body, failed, ms, late, open, log } = seen;
  const healed = status === 200 && seen.right.some((one) => one.equals(body));
  const picture = always ? fault.always === "picture" : fault.once !== "answer";
  const why = [
    failed,
    status === 200 && !healed && "a wrong picture",
    picture && !healed && `no picture, but ${status}`,
    late && "too late",
    open,
  ].filter(Boolean);
  const { attempts = 0, hedged = 0, resumed = 0 } = record(log.download);
  return {
    ...{
      name: fault.name,
      breaks: fault.breaks,
      promise: promiseOf(fault, always),
      source,
      way,
      size,
      always,
    },
    ...{ kept: why.length === 0, picture, healed, status, ms: Math.round(ms), why: why.join(", ") },
    ...{ attempts: Number(attempts), hedged: Number(hedged), resumed: Number(resumed) },
  };
}

let nth = 0;

function pathFor({ fault, size }: Drill, stage: Stage): string {
  const dear = "w:2000/h:1600/rt:force/el:1/f:webp";
  const options = fault.way === "derivatives" ? `${dear}/cb:${nth++}` : "w:120";
  const key =
    fault.needs === "packed source"
      ? extras.packed
      : fault.needs === "overwriting"
        ? extras.overwritten
        : sources[size];
  return `/_/${options}/${fault.needs === "packed source" ? "f:png/" : ""}plain/${stage.url(key)}`;
}

/** What is right: the answer without a fault; where the object changes meanwhile, that of either, but of no mixture. */
async function referenceOf(
  path: string,
  stage: Stage,
  known: References,
  { needs, way }: Fault,
): Promise<readonly Buffer[]> {
  const name = way === "derivatives" ? path.replace(/cb:\d+/, "cb") : path;
  if (needs === "overwriting") {
    await stage.overwrite(true);
    const after = await ask(path, stage);
    await stage.overwrite(false);
    const before = await ask(path, stage);
    return [after.body, before.body];
  }
  const found = known.get(name);
  if (found && needs !== "kept derivative") return [found];
  const { status, body, failed } = await ask(path, stage);
  if (status !== 200)
    throw new Error(`${path} without a fault: ${failed || status} ${stage.lines().join("\n")}`);
  known.set(name, body);
  return [body];
}

async function prepare({ fault, always }: Drill, proxy: FaultProxy, stage: Stage): Promise<void> {
  const { acts = [], trouble } = fault;
  const early = acts.some(({ on }) => on !== "request");
  if (early || (trouble && ("names" in trouble || "away" in trouble))) {
    proxy.drop();
    await pause(30);
  }
  const overwriting = acts.map((act) => onceOverwritten(act, stage));
  const onTheWay = fault.needs === "keeping" ? acts.map(passGets) : acts;
  proxy.break(fault.needs === "overwriting" ? overwriting : onTheWay, always);
  if (!trouble) return;
  if ("names" in trouble) stage.names.fail(trouble.names, trouble.ms);
  if ("away" in trouble) await proxy.away(trouble.away, trouble.ms);
  if ("spoil" in trouble && trouble.spoil) proxy.spoil(trouble.spoil);
  if ("freeze" in trouble && trouble.after === undefined) await freeze(stage, trouble.freeze);
}

/** Has the object be another one before the first answer with it goes out. */
const onceOverwritten = (act: Act, stage: Stage): Act =>
  act.on === "request"
    ? {
        on: "request",
        act: (exchange) =>
          act.act({
            ...exchange,
            async answer() {
              const answer = await exchange.answer();
              await stage.overwrite(true);
              return answer;
            },
          }),
      }
    : act;

/** Lets what reads pass: only what writes meets the fault. */
const passGets = (act: Act): Act => (act.on === "request" ? { ...act, only: "PUT" } : act);

/** What happens while the function is at work. */
function meddle({ trouble }: Fault, stage: Stage): void {
  if (!trouble || !("after" in trouble) || trouble.after === undefined) return;
  const { after } = trouble;
  setTimeout(() => {
    if ("freeze" in trouble) freeze(stage, trouble.freeze);
    if ("clock" in trouble) signal(stage, "SIGUSR2");
  }, after);
}

async function freeze(stage: Stage, ms: number): Promise<void> {
  await signal(stage, "SIGSTOP");
  await pause(ms);
  await signal(stage, "SIGCONT");
}

async function signal(stage: Stage, name: NodeJS.Signals): Promise<void> {
  const { pid, alive } = await stage.environment();
  if (pid && alive) process.kill(pid, name);
}

async function repair({ fault, always }: Drill, proxy: FaultProxy, stage: Stage): Promise<void> {
  proxy.mend();
  stage.names.fail("silent", 0);
  if (fault.trouble && "clock" in fault.trouble) {
    await pause(fault.trouble.after);
    await signal(stage, "SIGWINCH");
    await pause(fault.trouble.after);
  }
  if (fault.trouble && "away" in fault.trouble) await pause(fault.trouble.ms);
  if (always) proxy.drop();
  if (fault.needs === "overwriting") await stage.overwrite(false);
}

/** What is said of connections that should be gone. */
async function leaks(proxy: FaultProxy): Promise<string> {
  for (const began = performance.now(); proxy.broken > 0 || proxy.open > POOLED; ) {
    if (performance.now() - began > GONE_WITHIN)
      return `${proxy.broken} broken connections of ${proxy.open} left open`;
    await pause(10);
  }
  return "";
}

interface Answered {
  readonly status: number;
  readonly body: Buffer;
  readonly failed: string;
}

async function ask(path: string, stage: Stage): Promise<Answered> {
  const environment = await stage.environment();
  const outcome = await environment.invoke({
    version: "2.0",
    rawPath: path,
    headers: {},
    requestContext: { http: { method: "GET", path } },
  });
  if ("failed" in outcome) return { status: 0, body: Buffer.alloc(0), failed: outcome.failed };
  const { statusCode, body, isBase64Encoded } = record(JSON.parse(outcome.json));
  return {
    status: Number(statusCode),
    body: Buffer.from(String(body), isBase64Encoded ? "base64" : "utf8"),
    failed: "",
  };
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(line));
  } catch {
    return {};
  }
}
