import type { Failure } from "../errors.ts";
import type { HttpRequest } from "../http.ts";

/** The body of a failure, and its type. */
export interface ErrorBody {
  readonly type: string;
  readonly body: string;
}

/**
 * All that is known of a failure, for whoever builds a page: a page for browsers, text for others. Under
 * `IMGPROXY_DEVELOPMENT_ERRORS_MODE` only; the edge hands no Accept on, so behind it there is text.
 */
export function developmentError(failure: Failure, http: HttpRequest): ErrorBody {
  const chain = [...causes(failure)];
  if (!http.headers.accept?.includes("text/html")) {
    const text = `${failure.message}\n\n${chain.map(stackOf).join("\n\nbecause of\n\n")}\n`;
    return { type: "text/plain; charset=utf-8", body: text };
  }
  const told = chain.map(
    (error) => `<h2>${escaped(titleOf(error))}</h2><pre>${escaped(stackOf(error))}</pre>`,
  );
  const title = `${failure.status} ${failure.publicMessage}`;
  return {
    type: "text/html; charset=utf-8",
    body: `<!doctype html><title>${escaped(title)}</title><h1>${escaped(title)}</h1><p>Request ${escaped(http.id)}</p>${told.join("")}\n`,
  };
}

/** Causes of causes, so many at most: nothing says that they end. */
const MOST_CAUSES = 10;

function* causes(error: unknown): Generator<unknown> {
  let cause: unknown = error;
  for (let left = MOST_CAUSES; left > 0 && cause !== undefined; left--) {
    yield cause;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
}

const titleOf = (error: unknown) =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
const stackOf = (error: unknown) =>
  error instanceof Error ? (error.stack ?? titleOf(error)) : String(error);

const escaped = (text: string) => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
