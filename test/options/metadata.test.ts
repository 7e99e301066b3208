import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { renderApart } from "../../lambda/image/apart.ts";
import { openTrimmed, planOf } from "../../lambda/image/make.ts";
import { copyrightOf, upright, withoutPrefix } from "../../lambda/image/metadata/exif.ts";
import { copyrightIptc, withIptc } from "../../lambda/image/metadata/iptc.ts";
import { copyrightXmp } from "../../lambda/image/metadata/xmp.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { drawnAs } from "../drawing.ts";
import { underLoad } from "../load.ts";
import { noOffers, optionsOf } from "../options-of.ts";
import { drawn } from "../pictures.ts";

const tagged = (orientation: number) =>
  drawn(60, 40)
    .withMetadata({ orientation })
    .withExifMerge({ IFD0: { ImageDescription: "A lighthouse" } })
    .jpeg()
    .toBuffer();

const exifOf = async (options: string, orientation = 1) => {
  const { exif, orientation: turned } = await (await drawnAs(options, await tagged(orientation))).metadata();
  return { described: exif?.includes("A lighthouse") ?? false, orientation: turned };
};

test("EXIF is dropped unless it is asked for", async () => {
  assert.deepEqual(await exifOf(""), { described: false, orientation: undefined });
  assert.equal((await exifOf("sm:0")).described, true);
});

test("EXIF comes along through several passes", async () => {
  assert.equal((await exifOf("sm:0/bl:2/pd:5/mb:900")).described, true);
});

test("a picture that was turned upright is not turned again by the EXIF it keeps", async () => {
  assert.deepEqual(await exifOf("sm:0", 6), { described: true, orientation: 1 });
  assert.deepEqual(await exifOf("sm:0/bl:2/pd:5", 6), { described: true, orientation: 1 });
});

test("EXIF and its orientation come along where the pixels are held between two passes", async () => {
  for (const between of ["bl:2/pd:5/bg:fff", "rs:fill:20:20/g:sm", "mb:900"]) {
    assert.deepEqual(await exifOf(`sm:0/${between}`, 6), { described: true, orientation: 1 }, between);
    assert.equal((await exifOf(between)).described, false, between);
  }
  assert.deepEqual(await exifOf("sm:0/ar:0/bl:2/pd:5/bg:fff", 6), { described: true, orientation: 6 });
});

test("EXIF comes along through what a step draws by itself", async () => {
  assert.deepEqual(await exifOf("sm:0/pix:4", 6), { described: true, orientation: 1 });
  assert.deepEqual(await exifOf("sm:0/ar:0/pix:4/bl:2", 6), { described: true, orientation: 6 });
});

test("a picture that is turned or mirrored on request is not turned again either", async () => {
  assert.equal((await exifOf("sm:0/ar:0/rot:90", 6)).orientation, 1);
  assert.equal((await exifOf("sm:0/ar:0/fl:1", 6)).orientation, 1);
});

test("EXIF is read in either order of bytes: turned upright it says so, and all else as before", () => {
  for (const [exif, turned] of [
    ["4d4d002a 00000008 0001 0112 0003 00000001 0006 0000 00000000", 19],
    ["49492a00 08000000 0100 1201 0300 01000000 0600 0000 00000000", 18],
  ] as const) {
    const before = Buffer.from(exif.replaceAll(" ", ""), "hex");
    const after = Buffer.from(before);
    after[turned] = 1;
    assert.deepEqual(upright(before), after);
    assert.deepEqual(upright(Buffer.concat([Buffer.from("Exif\0\0", "latin1"), before])), after);
  }
});

test("a picture that was left as it lies keeps its orientation", async () => {
  assert.deepEqual(await exifOf("sm:0/ar:0", 6), { described: true, orientation: 6 });
});

test("a profile is added to no picture", async () => {
  for (const options of ["sm:0", "sm:0/bl:2/pd:5", "sm:0/mb:900", ""]) {
    const { hasProfile } = await (await drawnAs(options, await tagged(6))).metadata();
    assert.equal(hasProfile, false, options);
  }
});

test("one frame of an animation is shown once, without delay", async () => {
  const frames = await Promise.all([1, 2].map(() => drawn(20, 10).png().toBuffer()));
  const source = await sharp(frames, { join: { animated: true } })
    .gif({ loop: 3, delay: [100, 200] })
    .toBuffer();
  const { delay, loop, pages = 1 } = await (await drawnAs("f:gif", source)).metadata();
  assert.deepEqual({ delay, loop, pages }, { delay: [0], loop: 0, pages: 1 });
});

/** What remains of a picture's EXIF, by tag, as text. */
const saidBy = async (options: string, source: Buffer) => {
  const { exif, xmp, iptc } = await (await drawnAs(options, source)).metadata();
  return { exif: exif ? copyrightOf(exif) : {}, whole: exif?.toString("latin1") ?? "", xmp, iptc };
};

describe("keep_copyright", () => {
  const signed = (format: "jpeg" | "png" | "webp") =>
    drawn(60, 40)
      .withExif({
        IFD0: { Artist: "A. Painter", Copyright: "(c) Painter", ImageDescription: "A lighthouse" },
      })
      .toFormat(format)
      .toBuffer();

  test("keeps the names of whoever made a picture where all else is dropped", async () => {
    for (const format of ["jpeg", "png", "webp"] as const) {
      for (const options of [`f:${format}`, `f:${format}/bl:2/pd:5/pix:3`]) {
        const { exif, whole } = await saidBy(options, await signed(format));
        assert.deepEqual(exif, { Artist: "A. Painter", Copyright: "(c) Painter" }, options);
        assert.ok(!whole.includes("A lighthouse"), options);
      }
    }
  });

  test("is asked for by default, and can be taken back", async () => {
    assert.deepEqual((await saidBy("kcr:0", await signed("jpeg"))).exif, {});
    const { defaults } = compileLanguage(readConfig({ IMGPROXY_KEEP_COPYRIGHT: "0" }), 0);
    assert.deepEqual(defaults, { keep_copyright: false });
  });

  test("makes no difference where all is kept", async () => {
    assert.ok((await saidBy("sm:0/kcr:0", await signed("jpeg"))).whole.includes("A lighthouse"));
  });

  test("keeps of XMP what says whose the picture is", async () => {
    const rights =
      '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">Painter &amp; Co</rdf:li></rdf:Alt></dc:rights>';
    const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="A tool" xmpRights:Marked="True"><dc:title>A lighthouse</dc:title>${rights}</rdf:Description></rdf:RDF></x:xmpmeta>`;
    const source = await drawn(60, 40).withXmp(packet).jpeg().toBuffer();
    const kept = String((await saidBy("", source)).xmp);
    assert.ok(kept.includes(rights) && kept.includes('xmpRights:Marked="True"'), kept);
    assert.ok(!kept.includes("A tool") && !kept.includes("A lighthouse"), kept);
    // What stands for a namespace is declared.
    for (const [prefix, uri] of [
      ["dc", "http://purl.org/dc/elements/1.1/"],
      ["xmpRights", "http://ns.adobe.com/xap/1.0/rights/"],
      ["cc", "http://creativecommons.org/ns#"],
    ])
      assert.ok(kept.includes(` xmlns:${prefix}="${uri}"`), kept);
    assert.equal((await saidBy("kcr:0", source)).xmp, undefined);
    assert.equal(String((await saidBy("sm:0/bl:2", source)).xmp), packet);
  });

  test("keeps of IPTC what says whose the picture is, in a JPEG", async () => {
    const source = Buffer.from(
      withIptc(
        await drawn(60, 40).jpeg().toBuffer(),
        iptcOf([
          [2, 80, "A. Painter"],
          [2, 120, "A lighthouse"],
        ]),
      ),
    );
    const { iptc } = await saidBy("", source);
    assert.deepEqual(iptc, iptcOf([[2, 80, "A. Painter"]]));
    assert.equal((await saidBy("kcr:0", source)).iptc, undefined);
    assert.ok((await saidBy("sm:0", source)).iptc?.includes("A lighthouse"));
  });

  test("keeps it of what was trimmed and is drawn where it can be killed", async () => {
    const bare = await drawn(60, 40).jpeg().toBuffer();
    const source = Buffer.from(withIptc(bare, iptcOf([[2, 80, "A. Painter"]])));
    const { options } = optionsOf("t:10/w:20");
    const config = readConfig({});
    const asked = {
      options,
      offers: { ...noOffers, preferred: ["jpeg"] },
      limits: limitsOf(config),
    } as const;
    const deadline = Deadline.in(10_000);
    const opened = await openTrimmed({ bytes: source }, asked, config, deadline);
    const { body } = await renderApart(planOf(opened, asked, config), opened, asked.limits.memory, deadline);
    assert.deepEqual((await sharp(body).metadata()).iptc, iptcOf([[2, 80, "A. Painter"]]));
  });

  test("finds IPTC behind what else Photoshop says, whatever its name and length", () => {
    const signed = iptcOf([[2, 116, "(c) Painter"]]);
    const [begin, block] = [signed.subarray(0, 14), signed.subarray(14)];
    // A block's name and its data each fill an even number of bytes.
    for (const [name, data] of [
      ["00 00", "00000002 aabb"],
      ["00 00", "00000003 aabbcc 00"],
      ["02 6162 00", "00000001 aa 00"],
      ["03 616263", "00000000"],
    ] as const) {
      const other = Buffer.from(`3842494d 0425 ${name} ${data}`.replaceAll(" ", ""), "hex");
      assert.deepEqual(copyrightIptc(Buffer.concat([begin, other, other, block])), signed, `${name} ${data}`);
    }
    // Cut off before its length, or with a name longer than all there is, it says nothing.
    for (let length = 0; length < 26; length++)
      assert.equal(copyrightIptc(signed.subarray(0, length)), undefined);
    for (const name of [signed.length - 23, 200]) {
      const named = Buffer.from(signed);
      named[20] = name;
      assert.equal(copyrightIptc(named), undefined);
    }
  });

  test("takes any bytes for EXIF, XMP and IPTC", () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((given) => Buffer.from(given));
    const tiff = bytes.map((rest) => Buffer.concat([Buffer.from("II*\0\x08\0\0\0", "latin1"), rest]));
    fc.assert(
      fc.property(fc.oneof(bytes, tiff), (given) => {
        assert.ok(Object.values(copyrightOf(given)).every((text) => typeof text === "string"));
        assert.equal(upright(given).length, withoutPrefix(given).length);
      }),
    );
    fc.assert(
      fc.property(bytes, (rest) => {
        copyrightIptc(Buffer.concat([Buffer.from("Photoshop 3.0\x008BIM\x04\x04\0\0", "latin1"), rest]));
        withIptc(rest, Buffer.from("Photoshop 3.0\0", "latin1"));
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("<", ">", "/", "dc:rights", "rdf:Description", " ", '="', "a") }),
        (text) => {
          copyrightXmp(text);
        },
      ),
    );
  });

  test("reads XMP in a time that grows with its length alone", () => {
    for (const part of ["<dc:rights>", "<", '<rdf:Description dc:rights="', " dc:rights=", "<dc:rights "]) {
      const began = performance.now();
      copyrightXmp(part.repeat(1_000_000 / part.length));
      assert.ok(performance.now() - began < underLoad(1000), part);
    }
  });
});

/** A segment of Photoshop's with data sets of IPTC. */
function iptcOf(sets: readonly (readonly [record: number, number: number, text: string])[]): Buffer {
  const data = Buffer.concat(
    sets.map(([record, number, text]) =>
      Buffer.concat([Buffer.from([0x1c, record, number, 0, text.length]), Buffer.from(text)]),
    ),
  );
  const block = Buffer.from([0x38, 0x42, 0x49, 0x4d, 4, 4, 0, 0, 0, 0, 0, data.length]);
  return Buffer.concat([
    Buffer.from("Photoshop 3.0\0", "latin1"),
    block,
    data,
    Buffer.alloc(data.length % 2),
  ]);
}

test("a turned picture that keeps only its copyright is not turned again", async () => {
  const source = await drawn(60, 40)
    .withMetadata({ orientation: 6 })
    .withExifMerge({ IFD0: { Artist: "A. Painter" } })
    .jpeg()
    .toBuffer();
  for (const format of ["jpeg", "png", "webp", "avif", "tiff"]) {
    for (const options of ["", "ar:0", "w:20", "pd:4/bl:1", "mb:9999"]) {
      const { metadata } = await drawnAs(`${options}/f:${format}`, source);
      const { orientation = 1 } = await metadata();
      assert.equal(orientation, 1, `${options} ${format}`);
    }
  }
});

test("a turned TIFF, whose orientation stands outside EXIF, is not turned again", async () => {
  const source = await drawn(60, 40).withMetadata({ orientation: 6 }).tiff().toBuffer();
  for (const format of ["tiff", "avif", "jpeg", "png"]) {
    for (const options of ["sm:0", "sm:0/bl:1/pd:3", "sm:1", "sm:0/ar:0/rot:90"]) {
      const { orientation = 1 } = await (await drawnAs(`${options}/f:${format}`, source)).metadata();
      assert.equal(orientation, 1, `${options} ${format}`);
    }
  }
});

test("an AVIF, which its decoder turns, is not turned again by the EXIF it keeps", async () => {
  const source = await sharp(await tagged(6))
    .keepExif()
    .avif()
    .toBuffer();
  for (const format of ["avif", "jpeg", "png"]) {
    const { metadata, width, height } = await drawnAs(`sm:0/f:${format}`, source);
    assert.deepEqual([(await metadata()).orientation ?? 1, width, height], [1, 40, 60], format);
  }
});
