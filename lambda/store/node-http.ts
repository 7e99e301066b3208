/**
 * Takes the place of `node:http` in the bundle (`lib/stack/bundling.ts`): whoever imports that as a module has Node evaluate all it
 * exports, and one of them, WebSocket, brings the whole of undici along: 20 to 50 ms of a cold start.
 */
export const { Agent, ClientRequest, IncomingMessage, request, STATUS_CODES } =
  process.getBuiltinModule("node:http");
