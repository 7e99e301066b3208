import { answerFailure } from "./answer/answers.ts";
import { route } from "./answer/routes.ts";
import { Deadline } from "./deadline.ts";
import { Cancelled, TooManyRequests } from "./errors.ts";
import { forMethod, type HttpRequest, type HttpResponse } from "./http.ts";
import { publishMetrics, requestLog, writeLine } from "./log.ts";
import { failureOf, type Opened, outcomeOf, type Request } from "./opened.ts";

/** How a server, in place of Lambda, wants a request to be answered. */
export interface Asking {
  /** ms the answer may take. */
  readonly within: number;
  /** Fires when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
  /** Whose turn it is. */
  readonly turns: Turns;
  /** Whether metrics are published, too. */
  readonly metrics: boolean;
}

/** So many requests are served at once; others wait. */
export interface Turns {
  /** Resolves when one may begin, rejects when `signal` fires before; `undefined` when as many wait as may. */
  take(signal: AbortSignal): Promise<void> | undefined;
  /** Ends a turn that was taken. */
  end(): void;
}

/** ms before the end of its time at which the work is to be done, so that it fails by itself. */
const HARD_STOP = 100;

/** Answers requests of a server as the function does Lambda's, to the log line, however large the answer. Never rejects. */
export const answering =
  (opened: Opened) =>
  async (http: HttpRequest, { within, gone, turns, metrics }: Asking): Promise<HttpResponse> => {
    const { config } = opened;
    const now = Date.now();
    const log = requestLog();
    const request = { http, config, now, log, began: performance.now(), responseLimit: Infinity };
    const end = Deadline.in(within, gone);
    const { response, error } = await end
      .within("the answer", Infinity, (signal) => served(request, opened, turns, end, signal))
      .then(answered, (cause: unknown) => failed(gone.aborted ? cancelled(cause) : cause, request));
    const sent = forMethod(response, http.method);
    const { status, body } = sent;
    const outcome = outcomeOf(request, {
      status,
      error,
      remainingMs: end.left,
      bytesOut: Buffer.byteLength(body),
    });
    if (outcome) writeLine(log.fields, outcome);
    if (outcome && metrics) publishMetrics(log.fields, outcome);
    return sent;
  };

const answered = (response: HttpResponse) => ({ response, error: undefined });

function failed(error: unknown, request: Request) {
  return { response: answerFailure(failureOf(error), request), error };
}

const cancelled = (cause: unknown) => new Cancelled("the client has gone", { cause });

/** What asks for no picture waits for no turn: health is told however much there is to do. */
async function served(
  request: Request,
  opened: Opened,
  turns: Turns,
  end: Deadline,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const routed = route(request);
  if (routed) return routed;
  const turn = turns.take(signal);
  if (!turn) throw new TooManyRequests("as many requests wait as may");
  await turn;
  try {
    return await opened.serve(request, end.keeping(HARD_STOP));
  } finally {
    turns.end();
  }
}
