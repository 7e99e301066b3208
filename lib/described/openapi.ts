import { formats } from "../../lambda/formats.ts";
import { everyOption } from "../../lambda/options/index.ts";
import { optionsSchema, type Schema } from "./schema.ts";

const text = { "text/plain": { schema: { type: "string" } } };

const failures = {
  403: "The signature does not match, or the source may not be read.",
  404: "The URL is not of the language, or there is no such source.",
  414: "The path has more than 6,144 characters.",
  422: "The source is no picture, or the result would be too big.",
  "4XX": "What the server of a source over http answered, where it was one of these.",
  500: "A fault of the function's own.",
  502: "The store of the sources failed.",
  503: "There was no time, or no memory, to draw it.",
  504: "The source did not come in time.",
} as const;

const pictures = Object.fromEntries(
  Object.values(formats).flatMap(({ writes, mime }) =>
    writes ? [[mime, { schema: { type: "string", format: "binary" } }]] : [],
  ),
);

const responses: Schema = {
  200: { description: "The picture.", content: pictures },
  302: { description: "The picture is too big for one answer: where it is kept." },
  304: { description: "The picture is the one that If-None-Match names." },
  ...Object.fromEntries(
    Object.entries(failures).map(([status, description]) => [status, { description, content: text }]),
  ),
};

const parameter = (name: string, description: string, example: string): Schema => ({
  name,
  in: "path",
  required: true,
  description,
  schema: { type: "string" },
  example,
});

const signature = parameter(
  "signature",
  "HMAC-SHA256 by IMGPROXY_KEY of IMGPROXY_SALT and the rest of the path, with its first slash; base64url without padding. Any word where the function has no keys.",
  "unsafe",
);

const options = parameter(
  "options",
  `Options, each NAME:ARGUMENT:…, with slashes between them that are not encoded; may be left out with its slash. ${everyOption.map(({ name, aliases = [], example }) => `${[name, ...aliases].join(" or ")}: ${example}`).join("; ")}.`,
  "rs:fill:300:200",
);

const picture = (summary: string, source: Schema): Schema => ({
  get: { summary, tags: ["picture"], parameters: [signature, options, source], responses },
});

/** The URL language as OpenAPI 3.1, as far as that can say it: paths of slashes that stand for themselves it cannot. */
export const openApi = (base = "/"): Schema => ({
  openapi: "3.1.0",
  info: {
    title: "Shutterspeed",
    version: "4",
    description:
      "The URL language of imgproxy. Slashes within options and source stand for themselves and are not percent-encoded.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  servers: [{ url: base }],
  paths: {
    "/{signature}/{options}/plain/{source}": picture(
      "A picture, its source written plainly",
      parameter(
        "source",
        "URL of the source, with ? and @ percent-encoded; after it may stand @ and the name of a format.",
        "s3://pictures/cat.jpg@webp",
      ),
    ),
    "/{signature}/{options}/{source}": picture(
      "A picture, its source in base64url",
      parameter(
        "source",
        "URL of the source in base64url, slashes anywhere in it; after it may stand a dot and the name of a format.",
        "czM6Ly9waWN0dXJlcy9jYXQuanBn.webp",
      ),
    ),
    "/health": {
      get: { summary: "Whether it runs", responses: { 200: { description: "It does.", content: text } } },
    },
  },
  components: { schemas: { Options: optionsSchema() } },
});
