import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { double, assert as hold, integer, property } from "fast-check";
import sharp from "sharp";
import {
  imageUrls,
  picture,
  pictureHtml,
  placeholder,
  sizesText,
  srcset,
  srcsetText,
  widthSteps,
} from "../../lib/client/index.ts";
import { photograph } from "../bench/subject.ts";

const images = imageUrls({ base: "" });
const cat = "s3://b/cat.jpg";

describe("widths", () => {
  test("of two neighbours the wider has at most the share more pixels, and so bytes", () => {
    const steps = property(
      integer({ min: 1, max: 3000 }),
      integer({ min: 0, max: 5000 }),
      double({ min: 0.05, max: 0.95, noNaN: true }),
      (min, more, share) => {
        const widths = widthSteps({ min, max: min + more, share });
        assert.deepEqual([widths[0], widths.at(-1)], [min, min + more]);
        for (const [nth, wide] of widths.slice(1).entries()) {
          // Half a px of rounding on both sides.
          const narrow = (widths[nth] ?? 0) + 1;
          assert.ok(narrow > wide || 1 - (narrow / wide) ** 2 <= share + 0.001, `${widths}`);
        }
      },
    );
    hold(steps);
    assert.deepEqual(widthSteps({ min: 100, max: 800, share: 0.75 }), [100, 200, 400, 800]);
    assert.deepEqual(widthSteps({ min: 640, max: 640 }), [640]);
  });

  test("where bytes were measured, they are kept to the share, whatever the picture", async () => {
    const source = await photograph(1600, 1200);
    const bytesOf = async (width: number) => (await sharp(source).resize(width).webp().toBuffer()).length;
    const measured = await Promise.all(
      [200, 300, 400, 550, 700, 900, 1200, 1600].map(async (width) => [width, await bytesOf(width)] as const),
    );
    const widths = widthSteps({ min: 200, max: 1600, share: 0.5, measured });
    const bytes = await Promise.all(widths.map(bytesOf));
    for (const [nth, more] of bytes.slice(1).entries()) {
      // Between two measures bytes are guessed.
      assert.ok(1 - (bytes[nth] ?? 0) / more <= 0.6, `${widths}: ${bytes}`);
    }
    assert.ok(widths.length <= 16);
  });

  test("nonsense is one sentence", () => {
    for (const props of [{ min: 0 }, { min: 9, max: 3 }, { max: Infinity }, { share: 0 }, { share: 1 }]) {
      assert.throws(() => widthSteps(props), { message: /^widthSteps: expected / });
    }
  });
});

describe("srcset", () => {
  test("by width, the ratio of the sides that were asked for stays", () => {
    const options = { resize: { resizing_type: "fill", width: 300, height: 200 }, quality: 70 } as const;
    assert.equal(
      srcsetText(srcset(images, cat, options, { widths: [1200, 600, 600] })),
      "/unsafe/rs:fill:600:400/q:70/plain/s3://b/cat.jpg 600w, /unsafe/rs:fill:1200:800/q:70/plain/s3://b/cat.jpg 1200w",
    );
    assert.equal(
      srcset(images, cat, { width: 9 }, { widths: [4] })[0]?.url,
      "/unsafe/rs::4/plain/s3://b/cat.jpg",
    );
  });

  test("by density, all grows by dpr", () => {
    const found = srcset(images, cat, { width: 40, padding: { top: 2 } }, { densities: [1, 1.5, 2] });
    assert.deepEqual(
      found.map(({ descriptor }) => descriptor),
      ["1x", "1.5x", "2x"],
    );
    assert.equal(found[0]?.url, "/unsafe/w:40/pd:2/plain/s3://b/cat.jpg");
    assert.equal(found[1]?.url, "/unsafe/w:40/dpr:1.5/pd:2/plain/s3://b/cat.jpg");
  });

  test("a URL that ends on a comma does not end there", () => {
    assert.match(srcsetText(srcset(images, "s3://b/a,b,", {}, { widths: [1] })), /a%2Cb%2C 1w$/);
  });

  test("nonsense is one sentence", () => {
    assert.throws(() => srcset(images, cat, {}, { widths: [] }), {
      message: "widths: expected whole px above 0, got none",
    });
    assert.throws(() => srcset(images, cat, {}, { widths: [1.5] }), { message: /got 1.5$/ });
    assert.throws(() => srcset(images, cat, {}, { densities: [0] }), {
      message: "densities: expected numbers above 0, got 0",
    });
    assert.throws(() => srcset(images, cat, { height: 9 }, { widths: [9] }), {
      message: /expected a width beside the height/,
    });
  });

  test("sizes are rules, the last of which always holds", () => {
    const rules = [{ media: "(min-width: 60em)", size: "50vw" }, { size: "calc(100vw - 2rem)" }];
    assert.equal(sizesText(rules), "(min-width: 60em) 50vw, calc(100vw - 2rem)");
    assert.throws(() => sizesText([]), /expected a media condition/);
    assert.throws(() => sizesText([{ size: "1px" }, { size: "2px" }]), /expected a media condition/);
  });
});

describe("a picture", () => {
  const props = {
    source: cat,
    alt: 'Tom & "Jerry" <3',
    width: 300,
    height: 200,
    choice: { widths: [300, 600] },
  };

  test("without formats is an img, answered by what the browser accepts", () => {
    assert.equal(
      pictureHtml(picture(images, { ...props, sizes: "50vw" })),
      '<img src="/unsafe/rs:fill:300:200/plain/s3://b/cat.jpg" srcset="/unsafe/rs:fill:300:200/plain/s3://b/cat.jpg 300w, /unsafe/rs:fill:600:400/plain/s3://b/cat.jpg 600w" sizes="50vw" width="300" height="200" alt="Tom &#38; &#34;Jerry&#34; &#60;3" loading="lazy" decoding="async">',
    );
  });

  test("with formats has a source for each but the last, which the img is in", () => {
    const { sources, img } = picture(images, { ...props, formats: ["avif", "webp", "jpeg"] });
    assert.deepEqual(
      sources.map(({ type }) => type),
      ["image/avif", "image/webp"],
    );
    assert.match(sources[0]?.srcset ?? "", /cat\.jpg@avif 300w, .*@avif 600w$/);
    assert.match(img.src ?? "", /@jpeg$/);
  });

  test("with other scenes has them before, each with its own ratio, in every format", () => {
    const art = [
      {
        media: "(max-width: 30em)",
        width: 100,
        height: 100,
        source: "s3://b/face.jpg",
        choice: { densities: [1, 2] },
      },
    ];
    const { sources } = picture(images, { ...props, art, formats: ["webp", "jpeg"] });
    assert.deepEqual(
      sources.map(({ media, type, width, height, sizes }) => [media, type, width, height, sizes]),
      [
        ["(max-width: 30em)", "image/webp", "100", "100", undefined],
        ["(max-width: 30em)", "image/jpeg", "100", "100", undefined],
        [undefined, "image/webp", "300", "200", "100vw"],
      ],
    );
    assert.match(sources[0]?.srcset ?? "", /rs:fill:100:100\/plain\/s3:\/\/b\/face.jpg@webp 1x/);
  });

  test("another resizing type is kept, and attributes are the user's", () => {
    const options = { resizing_type: "fit", blur: 2 } as const;
    const { img } = picture(images, { ...props, options, attributes: { loading: "eager", class: "hero" } });
    assert.match(img.src ?? "", /\/rs:fit:300:200\/bl:2\//);
    assert.deepEqual([img.loading, img.class], ["eager", "hero"]);
  });

  test("a placeholder is asked for once, 16 px long, and part of the page", async () => {
    const asked: string[] = [];
    const ask = async (url: string) => {
      asked.push(url);
      return new Response("RIFF", { headers: { "content-type": "image/webp" } });
    };
    const made = await placeholder(images, cat, { resize: { width: 300, height: 150 } }, ask);
    assert.deepEqual(asked, ["/unsafe/rs::16:8/q:40/plain/s3://b/cat.jpg@webp"]);
    assert.equal(made, "data:image/webp;base64,UklGRg==");
    assert.match(
      pictureHtml(picture(images, { ...props, placeholder: made })),
      /style="background: url\(&#34;data:image\/webp;base64,UklGRg==&#34;\) center/,
    );
    const refused = async () => new Response("", { status: 403 });
    await assert.rejects(placeholder(images, cat, {}, refused), { message: /was answered 403$/ });
  });
});
