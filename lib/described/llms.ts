import { formats } from "../../lambda/formats.ts";
import { everyOption } from "../../lambda/options/index.ts";

const named = (able: "reads" | "writes") =>
  Object.entries(formats)
    .flatMap(([name, facts]) => (facts[able] ? [name] : []))
    .join(", ");

/** All that one has to know to write URLs, as a text for language models. */
export const llmsText = (): string => `# Shutterspeed

> imgproxy on AWS Lambda: pictures are resized, cut and converted by URL. URLs and IMGPROXY_* variables are those of imgproxy 4.

A URL is \`BASE/SIGNATURE/OPTIONS/plain/SOURCE@FORMAT\`.

- SIGNATURE: HMAC-SHA256 by the key (hex, decoded) of the salt (hex, decoded) and the rest of the path from the slash before OPTIONS on; base64url without padding. Where the function has no keys, any word, such as \`unsafe\`.
- OPTIONS: each \`name:argument:argument\`, with \`/\` between them; none is fine. Arguments left out at the end keep their defaults.
- SOURCE: \`s3://bucket/key\`, with \`?\`, \`@\` and \`%\` in names percent-encoded. Without \`plain/\` it is the URL in base64url, and the format follows a dot.
- FORMAT: one of ${named("writes")}; may be left out with its @. Read are ${named("reads")}.

Example: \`/unsafe/rs:fill:300:200/q:80/plain/s3://pictures/cat.jpg@webp\` is cat.jpg cut to 300 by 200 px, as WebP of quality 80.

From JavaScript, with \`npm install shutterspeed\`:

    import { imageUrls } from "shutterspeed/client";
    const images = imageUrls({ base: "https://pictures.example", key, salt });
    images.url("s3://pictures/cat.jpg", { resize: { resizing_type: "fill", width: 300, height: 200 }, format: "webp" });

Statuses: 403 signature or access, 404 URL or no such source, 414 path too long, 422 no picture or too big, 502 and 504 the store failed or was late, 503 no time or memory.

## Options

${everyOption
  .map(
    ({ name, aliases = [], doc, example }) =>
      `- ${[name, ...aliases].map((one) => `\`${one}\``).join(", ")}: ${doc} Example: \`${example}\``,
  )
  .join("\n")}
`;
