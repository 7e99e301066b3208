import sharp, { type Sharp } from "sharp";

/** Edits of a request of AWS's image handler, by name: what sharp is to do. */
export type Edits = Readonly<Record<string, unknown>>;

/** What is asked of it: JSON that would stand in a URL in base64, or a path as Thumbor has them. */
export const editsOf = (asked: string): Edits =>
  asked.startsWith("{") ? JSON.parse(asked) : editsInPath(asked);

/** What it makes of a picture: it hands one edit after the other to sharp, in the order they stand in, by its name. */
export async function edited(edits: Edits, source: Buffer) {
  const { ratio, ...size } = Object(edits.resize);
  const { width = 0, height = 0 } = await sharp(source).metadata();
  const resize = ratio ? { width: Math.round(width * ratio), height: Math.round(height * ratio) } : size;
  const image = Object.entries(edits).reduce(
    (soFar, [name, value]) => edit(soFar, name, name === "resize" ? resize : value),
    sharp(source),
  );
  const { data: body, info: written } = await image.toBuffer({ resolveWithObject: true });
  const { data, info } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, format: written.format, data };
}

function edit(image: Sharp, name: string, value: unknown): Sharp {
  if (name === "crop") return image.extract(Object(value));
  const method = Reflect.get(image, name);
  if (typeof method !== "function") throw new Error(`${name}: expected what sharp can do`);
  return method.call(image, value);
}

/** Its edits of a path, by the rules of its source: sizes, a crop, then filters in the order of their names. */
function editsInPath(path: string): Edits {
  const [, left, top, right, bottom] = /\/(\d+)x(\d+):(\d+)x(\d+)\//.exec(path)?.map(Number) ?? [];
  const [, width, height] = /\/(\d+)x(\d+)\//.exec(path)?.map(Number) ?? [];
  const inside = path.includes("/fit-in/") || width === 0 || height === 0;
  const sized = width !== undefined && {
    ...{ width: width || null, height: height || null },
    ...(inside && { fit: "inside" }),
  };
  const cut = left !== undefined &&
    top !== undefined && {
      crop: { left, top, width: Number(right) - left, height: Number(bottom) - top },
    };
  const filters = [...(/filters:([^/]+)/.exec(path)?.[1] ?? "").matchAll(/(\w+)\(([^)]*)\)/g)];
  let edits: Edits = { ...cut, ...(sized && { resize: sized }) };
  for (const [, name = "", value = ""] of filters.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    edits = { ...edits, ...filter(name, value, edits) };
  return edits;
}

function filter(name: string, value: string, { resize, toFormat = "jpeg" }: Edits): Edits {
  const colour = `#${value}`;
  const [first = 0, second = Number.NaN] = value.split(",").map(Number);
  const size = Object(resize);
  const made: Readonly<Record<string, () => Edits>> = {
    autojpg: () => ({ toFormat: "jpeg" }),
    background_color: () => ({ flatten: { background: colour } }),
    blur: () => ({ blur: Number.isNaN(second) ? first / 2 : second }),
    fill: () => ({ resize: { ...size, fit: "contain", background: colour } }),
    format: () => ({ toFormat: value.replace("jpg", "jpeg") }),
    no_upscale: () => ({ resize: { ...size, withoutEnlargement: true } }),
    proportion: () => ({ resize: { ...size, ratio: first } }),
    quality: () => ({ [`${toFormat}`]: { quality: first } }),
    rotate: () => ({ rotate: first }),
    sharpen: () => ({ sharpen: { sigma: 1 + second / 2 } }),
    stretch: () => ({ resize: { ...size, fit: size.fit === "inside" ? "inside" : "fill" } }),
    upscale: () => ({ resize: { ...size, fit: "inside" } }),
  };
  const make = made[name];
  if (make === undefined) throw new Error(`${name}: expected a filter`);
  return make();
}
