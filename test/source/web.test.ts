import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { fetchSource } from "../../lambda/source/fetch.ts";
import type { Conditions } from "../../lambda/store/store.ts";
import { type Fault, faults, message, origin } from "../faults.ts";
import { underLoad } from "../load.ts";
import { startNames } from "../names.ts";
import { drawn } from "../pictures.ts";
import { type Env, servicesOf } from "../services.ts";

const open: Env = { IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true", SHUTTERSPEED_RECENT_SHARE: "0" };
const png = await drawn(40, 30).png().toBuffer();

interface Fetching {
  readonly env?: Env;
  readonly ms?: number;
  readonly conditions?: Conditions;
}

/** What comes of fetching this URL: bytes, or what is known of the failure. */
async function fetched(source: string, { env = open, ms = 3000, conditions = {} }: Fetching = {}) {
  const services = servicesOf(env);
  const request = { source, conditions, limits: limitsOf(services.config) };
  try {
    const found = await fetchSource(request, services, Deadline.in(ms));
    return "bytes" in found ? { bytes: Buffer.from(found.bytes), etag: found.etag } : found;
  } catch (error) {
    assert.ok(error instanceof Failure, `${error instanceof Error ? error.stack : error}`);
    return { status: error.status, name: error.name };
  }
}

/** A server of the web; it remembers what it was asked, and how many connections it had. */
async function serving(listener: RequestListener) {
  const asked: IncomingMessage[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    asked.push(request);
    listener(request, response);
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const picture: RequestListener = (_, response) => {
  response.end(png);
};

const redirect =
  (to: string): RequestListener =>
  (request, response) => {
    if (request.url === "/a") response.writeHead(302, { location: to }).end();
    else picture(request, response);
  };

describe("an http source", () => {
  test("is asked for once, as imgproxy, for nothing but its bytes", async () => {
    await using web = await serving(picture);
    assert.deepEqual(await fetched(`${web.url}/a%20b?c=d#e`), { bytes: png, etag: undefined });
    const [first, ...more] = web.asked;
    assert.deepEqual(more, []);
    assert.equal(first?.url, "/a%20b?c=d");
    assert.deepEqual(first?.headers, {
      "user-agent": "imgproxy/4.0",
      host: `127.0.0.1:${web.port}`,
      connection: "keep-alive",
    });
  });

  test("that is packed is unpacked, and one that ends early is never a picture", async () => {
    await using packed = await serving((_, response) => {
      response.setHeader("content-encoding", "gzip").end(gzipSync(png));
    });
    assert.deepEqual(await fetched(packed.url), { bytes: png, etag: undefined });
    await using cut = await serving((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(png).subarray(0, 40));
    });
    assert.deepEqual(await fetched(cut.url), { status: 422, name: "SourceIncomplete" });
  });

  test("whose connection breaks is gone on with from there", async () => {
    await using web = await serving((request, response) => {
      const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
      const head = { etag: '"e"', "content-length": png.length - Number(from ?? 0) };
      if (from === undefined) {
        response.writeHead(200, head).write(png.subarray(0, 100));
        setTimeout(() => response.destroy(), 50);
        return;
      }
      assert.equal(request.headers["if-match"], '"e"');
      response.writeHead(206, { ...head, "content-range": `bytes ${from}-${png.length - 1}/${png.length}` });
      response.end(png.subarray(Number(from)));
    });
    assert.deepEqual(await fetched(web.url), { bytes: png, etag: '"e"' });
    assert.equal(web.asked.at(-1)?.headers.range, `bytes=100-${png.length - 1}`);
  });

  test("that is large is asked for once: who knows whether it is sent in parts", async () => {
    const large = Buffer.concat([png, Buffer.alloc(9_000_000)]);
    await using web = await serving((request, response) => {
      if (request.headers["if-match"]) response.writeHead(412).end();
      else response.writeHead(200, { etag: 'W/"e"', "content-length": large.length }).end(large);
    });
    const found = await fetched(web.url, { ms: 10_000 });
    assert.ok("bytes" in found && large.equals(found.bytes));
    assert.equal(web.asked.length, 1);
  });

  const faulty: readonly (readonly [what: string, fault: Fault, status: number])[] = [
    ["that hangs up", (socket) => socket.resetAndDestroy(), 502],
    ["that speaks no HTTP", (socket) => socket.end("this is no HTTP\r\n\r\n"), 502],
    ["that says nothing", faults.silence, 504],
    ["that stalls", faults.stalls(png), 504],
    ["that resets half way", faults.resets(png.subarray(0, 40)), 502],
    ["that ends early", faults.endsEarly(png.subarray(0, 40)), 422],
    ["that has nothing", faults.answers(message(404)), 404],
    ["that is gone", faults.answers(message(410)), 410],
    ["that fails", faults.answers(message(500)), 502],
    ["that answers with another success", faults.answers(message(201, {}, png)), 404],
    ["that was not modified, which nobody asked", faults.answers(message(304)), 404],
    [
      "that answers with a part",
      faults.answers(message(206, { "Content-Range": `bytes 0-9/${png.length}` }, png.subarray(0, 10))),
      404,
    ],
    ["that is no picture", faults.answers(message(200, {}, "<html>".repeat(9))), 422],
  ];
  for (const [what, fault, status] of faulty) {
    test(`${what} is a ${status}, in time`, async () => {
      await using at = await origin(fault);
      const began = performance.now();
      const { status: answered } = { status: 200, ...(await fetched(at.endpoint, { ms: 1500 })) };
      assert.equal(answered, status);
      assert.ok(performance.now() - began < underLoad(1700));
    });
  }

  test("that has failed for a moment is a picture all the same", async () => {
    await using at = await origin((socket, _, nth) => {
      if (nth === 0) socket.resetAndDestroy();
      else if (nth === 1) socket.write(message(503));
      else socket.write(message(200, {}, png));
    });
    assert.deepEqual(await fetched(at.endpoint), { bytes: png, etag: undefined });
  });

  test("is asked by the client's conditions, and what its 304 says is known", async () => {
    await using web = await serving((request, response) => {
      assert.equal(request.headers["if-none-match"], '"e"');
      response.writeHead(304, { etag: '"e"', "cache-control": "max-age=5" }).end();
    });
    const found = await fetched(web.url, { conditions: { ifNoneMatch: '"e"' } });
    assert.ok("unmodified" in found);
    assert.deepEqual([found.unmodified.etag, found.unmodified.cacheControl], ['"e"', "max-age=5"]);
  });

  test("with a wrong name is a 404 at once", async () => {
    await using _names = await startNames(() => []);
    const began = performance.now();
    assert.deepEqual(await fetched("http://nowhere.invalid/"), { status: 404, name: "SourceUnreachable" });
    assert.ok(performance.now() - began < underLoad(1500));
  });
});

describe("where a picture ends", () => {
  const half = png.subarray(0, png.length / 2);
  const etag = '"e"';
  /** What a page says to whoever wants what lies beyond a byte. */
  const asked = (web: Awaited<ReturnType<typeof serving>>) => web.asked.map(({ headers }) => headers.range);

  test("a page is asked for what follows where a picture does not end, however it was said to", async () => {
    for (const head of [{ etag }, { etag, "content-length": half.length }]) {
      await using web = await serving((request, response) => {
        if (request.headers.range === undefined) return response.writeHead(200, head).end(half);
        const from = Number(/\d+/.exec(request.headers.range)?.[0]);
        const range = `bytes ${from}-${png.length - 1}/${png.length}`;
        return response.writeHead(206, { etag, "content-range": range }).end(png.subarray(from));
      });
      assert.deepEqual(await fetched(web.url), { bytes: png, etag });
      assert.deepEqual(asked(web), [undefined, `bytes=${half.length}-`]);
    }
  });

  const trailing = Buffer.concat([png, Buffer.from("of whoever made it")]);
  for (const [what, answer] of [
    ["that there is no more", [416]],
    ["that it is another one", [412]],
    ["all of it again", [200, { etag, "content-length": trailing.length }, trailing]],
  ] as const) {
    test(`what follows the picture in its file does not matter, where the page then says ${what}`, async () => {
      await using web = await serving((request, response) => {
        const [status, head = {}, body = ""] = request.headers.range
          ? answer
          : ([200, { etag }, trailing] as const);
        response.writeHead(status, head).end(body);
      });
      assert.deepEqual(await fetched(web.url), { bytes: trailing, etag });
      assert.deepEqual(asked(web), [undefined, `bytes=${trailing.length}-`]);
    });
  }

  test("by a weak tag nothing is asked for", async () => {
    await using web = await serving((_, response) => {
      response.writeHead(200, { etag: 'W/"e"', "content-length": trailing.length }).end(trailing);
    });
    assert.deepEqual(await fetched(web.url), { bytes: trailing, etag: 'W/"e"' });
    assert.deepEqual(asked(web), [undefined]);
  });

  test("half a picture is none, though the page says there is no more", async () => {
    await using web = await serving((request, response) => {
      if (request.headers.range) return response.writeHead(416).end();
      response.writeHead(200, { etag, "content-length": png.length }).write(half);
      return setTimeout(() => response.destroy(), 50);
    });
    assert.deepEqual(await fetched(web.url), { status: 422, name: "SourceIncomplete" });
  });
});

describe("redirects", () => {
  test("are followed, with the cookies that were set on the way and no others", async () => {
    await using other = await serving(picture);
    await using web = await serving((request, response) => {
      if (request.url === "/a")
        response.writeHead(302, { location: "/b", "set-cookie": ["k=v; Path=/", "gone=1; Max-Age=0"] }).end();
      else response.writeHead(307, { location: `http://localhost:${other.port}/c` }).end();
    });
    assert.deepEqual(await fetched(`${web.url}/a`), { bytes: png, etag: undefined });
    assert.deepEqual(
      [...web.asked, ...other.asked].map(({ headers }) => headers.cookie),
      [undefined, "k=v", undefined],
    );
  });

  test("are followed so often and no more", async () => {
    await using web = await serving((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) picture(request, response);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const env = { ...open, IMGPROXY_MAX_REDIRECTS: "2" };
    assert.deepEqual(await fetched(`${web.url}/2`, { env }), { bytes: png, etag: undefined });
    assert.deepEqual(await fetched(`${web.url}/3`, { env }), { status: 404, name: "SourceUnreachable" });
    assert.deepEqual(await fetched(`${web.url}/1`, { env: { ...open, IMGPROXY_MAX_REDIRECTS: "0" } }), {
      status: 404,
      name: "SourceUnreachable",
    });
  });

  for (const to of ["file:///etc/passwd", "s3://bucket/key", "local:///x.png", "ftp://127.0.0.1/", "//"])
    test(`lead nowhere but into the web, not to ${to}`, async () => {
      await using web = await serving(redirect(to));
      assert.deepEqual(await fetched(`${web.url}/a`), { status: 404, name: "SourceUnreachable" });
    });

  test("lead to sources that are allowed", async () => {
    await using web = await serving(redirect("/secret/b"));
    const env = { ...open, IMGPROXY_ALLOWED_SOURCES: `${web.url}/a` };
    assert.deepEqual(await fetched(`${web.url}/a`, { env }), { status: 404, name: "SourceNotAllowed" });
    assert.equal(web.asked.length, 1);
  });
});

test("a URL that looks like one that is allowed, but means another, is not asked for", async () => {
  await using web = await serving(picture);
  const env = { ...open, IMGPROXY_ALLOWED_SOURCES: `http://*.good.test/,${web.url}/public/` };
  const meaning = [
    `${web.url}\\.good.test/x`,
    `${web.url}?.good.test/x`,
    `${web.url}#.good.test/x`,
    `${web.url}/public/../private`,
    `${web.url}/public/%2e%2E/private`,
    `${web.url}/public/..\\private`,
  ];
  for (const url of meaning)
    assert.deepEqual(await fetched(url, { env }), { status: 404, name: "SourceNotAllowed" }, url);
  assert.equal(web.connections, 0);
  assert.deepEqual(await fetched(`${web.url}/public/x`, { env }), { bytes: png, etag: undefined });
});

describe("nobody is dialled who may not be", () => {
  const refused = { status: 404, name: "SourceNotAllowed" };
  const closed: Env = { SHUTTERSPEED_RECENT_SHARE: "0" };

  test("by whatever way an address is written", async () => {
    await using web = await serving(picture);
    const hosts = [
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f000001",
      "0177.0.0.1",
      "0",
      "127.0.0.1.",
      "[::1]",
      "[::]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
      "[::127.0.0.1]",
      "[64:ff9b::127.0.0.1]",
      "[64:ff9b:1:7f00:0:100::]",
      "[2002:7f00:1::]",
      "[2001::80ff:fffe]",
      "[2001:db8::5efe:7f00:1]",
      "[2001:db8::200:5efe:7f00:1]",
      "localhost",
      "user:word@localhost",
      "１２７.0.0.1",
      "127。0。0。1",
    ];
    for (const host of hosts)
      assert.deepEqual(await fetched(`http://${host}:${web.port}/`, { env: closed }), refused, host);
    assert.equal(web.connections, 0);
  });

  test("by a name, even one whose address is another one at the next asking", async () => {
    await using web = await serving(picture);
    for (const addresses of [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["127.0.0.1", "10.0.0.1"]]) {
      await using _names = await startNames(() => addresses);
      assert.deepEqual(await fetched(`http://inside.test:${web.port}/`, { env: closed }), refused);
    }
    // TEST-NET: nobody is there.
    await using names = await startNames((_, nth) => (nth % 2 === 0 ? ["192.0.2.1"] : ["127.0.0.1"]));
    for (let round = 0; round < 3; round++)
      await fetched(`http://turning.test:${web.port}/`, { env: closed, ms: 900 });
    assert.ok(names.asked >= 2);
    assert.equal(web.connections, 0);
  });

  test("by a redirect", async () => {
    await using inner = await serving(picture);
    await using web = await serving(redirect(`http://[::ffff:127.0.0.2]:${inner.port}/`));
    const env = { ...open, IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true" };
    assert.deepEqual(await fetched(`${web.url}/a`, { env: closed }), refused);
    await using away = await serving(redirect("http://169.254.169.254/latest/meta-data/"));
    assert.deepEqual(await fetched(`${away.url}/a`, { env }), refused);
    await using privately = await serving(redirect("http://[64:ff9b::10.0.0.1]/"));
    assert.deepEqual(await fetched(`${privately.url}/a`, { env }), refused);
    assert.equal(inner.connections, 0);
  });
});
