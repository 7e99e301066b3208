import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { callAws } from "../../lambda/keys/aws-json.ts";
import { record } from "../../lib/local/lambda/record.ts";

const answers = new Map<string, readonly [status: number, body: string]>();
const heard: { readonly headers: Readonly<Record<string, unknown>>; readonly body: string }[] = [];
const server = createServer(async (request, response) => {
  heard.push({ headers: request.headers, body: await text(request) });
  const [status, body] = answers.get(String(request.headers["x-amz-target"])) ?? [404, ""];
  response.writeHead(status).end(body);
}).listen(0, "127.0.0.1");
await once(server, "listening");
after(() => server.close());
const { port } = record(server.address());
const env = {
  AWS_ACCESS_KEY_ID: "AKID",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_REGION: "eu-central-1",
  AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${port}`,
};
const ask = (target: string) => callAws({ service: "ssm", target, body: { Name: "/k" } }, env);

test("a call is signed for the service and the region, and its answer handed on", async () => {
  answers.set("A.Get", [200, '{"Parameter":{"Value":"61:62"}}']);
  assert.deepEqual(await ask("A.Get"), { Parameter: { Value: "61:62" } });
  const [{ headers, body } = { headers: {}, body: "" }] = heard;
  assert.equal(body, '{"Name":"/k"}');
  assert.match(
    String(headers.authorization),
    /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/ssm\/aws4_request, SignedHeaders=[^,]*host[^,]*x-amz-target, Signature=[0-9a-f]{64}$/,
  );
});

test("a refusal is told by its name, and nothing of what else was answered", async () => {
  answers.set("A.No", [400, '{"__type":"com.amazonaws.ssm#AccessDeniedException","message":"61:62"}']);
  await assert.rejects(ask("A.No"), { message: "A.No: 400 AccessDeniedException" });
  answers.set("A.Odd", [500, "<html>61:62"]);
  await assert.rejects(ask("A.Odd"), { message: "A.Odd: 500, and no JSON" });
});
