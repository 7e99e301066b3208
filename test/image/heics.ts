/**
 * A HEVC picture of 64x64: red, green, blue and white quarters, from the top left. What a coder made of what we drew, without
 * anything around it.
 */
interface Coded {
  readonly config: Buffer;
  readonly data: Buffer;
}

const coded = (config: string, data: string): Coded => ({
  config: Buffer.from(config, "base64"),
  data: Buffer.from(data, "base64"),
});

const quarters = coded(
  "AQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQA==",
  "AAAANigBr1j5DpJf//Od3/+VHpD7EWYkt+GSr/pkSf+y5rl//ZR2x987Q/7y+934fvSy34REV3S2wA==",
);

/** The same of 512x512, as phones cut their pictures into pieces. */
const largeQuarters = coded(
  "AQNwAAAAAAAAAAAAWvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAWroCQCEAAQAsQgEBA3AAAAMAkAAAAwAAAwBaoAQCAIBZbqSSmubgQEDAgAAAAwCAAAADAIQiAAEAB0QBwXKwYkA=",
  [
    "AAAGWSgBrwnECg9KEnSdjkpyliM2oj//+9F9//7cx6H+tbOQU/8VU1Ezl5eV+E+2AAAEsj/cf5He//9Jwv/+9P0Dpn/85IGqAAdw",
    "AAADAD0govY6+2AAAD4AAI33nVNx9LL5uSER0iiS7PLGS1j3kFuUVwALkdnfH3g0e8wQH/YEACjMbBLNSZCnEvVrGiZaABwCzBwx",
    "PfhUI/EXyAABhbedW7g8zOuxRmijQa0AEKTollEzqdGIXvonwAJL0tGdizmS9JHJgne0AB92KAlnij3gXE+lrgALxdA4XuYadPyO",
    "FvHQ0L9fx0ogAAADAAADAEnAkwABFwALQAAQRTllhqDXzckIjpFEl2eWiQcovzF92wAEiqgM6zr5p50EFl1oABDl3IXgfQlJBPyR",
    "jM0tAA4BZg4YnvwqEfiL5AAAwtvOrdweZnXYozfR9ugACxzvllDA7wse9IFY0AHBzHSND061C8MAUje0AB92KAlnij3gXE+lrgAL",
    "xdA4XuYadPyOFxQ0mLtfrm4gAAADAAADA66HAAADAAADAABBTq55GoNfNyQiOkUSXZ5ct2lnZEAXGAAkVUBnWdfNPOggsutAAIcu",
    "5C8D6EpIJ+SMeMXIAH6oeYqb4I9mMzcvIAAGFt51buDzM67FGc0TC0AAWOd8soYHeFj3pArGgA4OY6RoenWoXhgCku3IAMR7gXfX",
    "jZY/XJMYTABAJBYqS6ffl9uTgNRBbv1/HSiAAAADAAAy4OWyDclyP//x1vDv9SWD//kFc8PpkGfQ9KinE4e9qjqtBDAj7napWKmC",
    "z2qBodlYUlN971bh+VsDlU+yEXnlby9whEpjmLEusP4jb5jTyOMPAe+eVH6/1v0/yQCqumTo6mDtY+Du5T6QMJHdClVi+AlfjULa",
    "nCUHAnGYCBQ91voOAZL+Os8n8Oorm7OtxMyEA/OFI/OIc7tkTrFg+gwUEWHfUgn/xkfoYBkB6k+R7U2ke4yoOr0Tf/zyOMXqlCUX",
    "M02RV4RFd78QEFQVGMVCyMBFaDz0y4OH/kiXjgPiuh/CMGinDw/VHUEuq1dIAcIHnZtAWb2062ooDXRtrPjwDID9clNdHRKeglLc",
    "mJT5ylSzgWnTdexf3tCIu0cAieVz1qiIWw9k1wWJoHDhohTVRh95XoVaY39ihXZyQfFNpcbflSzgWrPrUiPK8QHIS8KqlOZIW1OK",
    "vWEKvdZCv49Qxrb8NrHwgn+O0bc/4gr5cMB90hFa3mZCmvjB6k2ZjTvv8USJfE/NGdhZL8UJRczTZFXhDMqzX9O9Okav9FQ56J2f",
    "TKA1Zz/NNxmMwu5OqePYCbFawChuy3/5xAEax4xbzRmrEr6lX9oBhC8UbyTwaRmumEhqgHS8Oe5yAmWoPPgKm6og5rwceC/Fo7Dt",
    "a2KxFsyiZF6428ffvx/rqdF0K0pXHfcP/+BzR3+4UHf5qElO6/nuKbKf/WWORXh/6VLi9a/fF/FEeD/ONf6vf3MB6S+u/lgNwof3",
    "jsXVQAAAAwAAAwAAfE59HjNuSNmIcnd+GumXnIe0iyLXCMpJwzDP7djg33prbRJjs45wajPa2W3SoMkZvVFWL8VD7W0i6L4Dha+b",
    "Lg9+HZxp8B+5sdcnsq9XNxLO+Xm+HiTxZ0DIORWH9kuZ8dszyEt418/tMO3bD+tf6Sv6RYh4Ig8JzrqgpcWs+HX4Ev52g9s/sWqr",
    "Wso6O8aNiAL6/Cf4uPuAAAADAAC1gAAAAwAAAwACStrkXGbckbMQ5O78NdMvOQ9pFkiw1YNxPLSURA33prbRJjs45wajPa2W3SoM",
    "kZvVFWL8VD7W0i6L4Dha+bLg9+HZxp8B+5sdcnsq9XNxLO+Xm+HiUVZ0DIORWH9kuZ8dszyEt418/tMO3bD+tf6Sv6RYh4Ig8Jzr",
    "qgpcWs+HX4Ev52g9s/sWqrWso6O8aNiAwy/hP8XH3AAAAwAACsgAAAMAAAMABRGUgHwEwPC/YxkyT7kOG/tHM619QZkLKTy0lEQN",
    "96a20SY7OOcGoz2tlt0qDJGb1RVi/FQ+1tIui+A4Wvmy4Pfh2cafAfubHXJ7KvVzcSzvl5vh4lXWdAyDkVh/ZLmfHbM8hLeNfP7T",
    "Dt2w/rX+kr+kWIeCIPCc66oKXFrPh1+BL+doPbP7Fqq1rKOjvGjYgbyv4T/Fx9wAAAMAAA64AAAAcygBrhOILh7VpQiAO4jr9f/u",
    "cOxSAILWFqtgAAADAAADAADLgAXHqAAAAwAAAwAAAwAAPOAAAAMAAAMAAAMAAAMBrQAAAwAAAwAAAwASEAAAAwAAAwAADdgAAAMA",
    "AAMAAaEAAAMAAAMADzgAAAMAAAMANSA=",
  ].join(""),
);

const pieces = { 64: quarters, 512: largeQuarters } as const;

/** The same with 10 bits a channel. */
const tenBits = coded(
  "AQQIAAAAAAAAAAAAHvAA/P36+gAADwMgAAEAF0ABDAH//wQIAAADAJ24AAADAAAeugJAIQABACpCAQEECAAAAwCduAAAAwAAHqAggQTZbqSSmubgQEDAgAAAAwCAAAADAIQiAAEAB0QBwXKwIkA=",
  "AAAANygBr1j5DqA///jE9//t0eQ/PW0iS364zb/wYOf/Rtg5f/55icfpmNv/TF73fh/ZIf36nEV6ltc=",
);

/** How much is seen of it: all on the left, a quarter on the right. */
const alphaHalves = coded(
  "AQQIAAAAAAAAAAAAHvAA/Pz4+AAADwMgAAEAF0ABDAH//wQIAAADAJ/4AAADAAAeugJAIQABACZCAQEECAAAAwCf+AAAAwAAHsCCBBZbqSSmubAgAAADACAAAAMAISIAAQAHRAHBcrAiQA==",
  "AAAAFigBrrDvErD0H7yyPv/+hDQe7/+/99g=",
);

/** What a HEIC is built of. */
export interface HeicParts {
  /** First brand, and the others. @default heic, mif1 */
  readonly brands?: readonly string[];
  /** Quarter turns that are left to do, counter-clockwise. */
  readonly turns?: number;
  /** Is mirrored: left and right change sides. */
  readonly mirrored?: boolean;
  readonly profile?: Buffer;
  readonly alpha?: boolean;
  readonly bits?: 8 | 10;
  /** Sides of a piece, px. @default 64 */
  readonly side?: 64 | 512;
  /** The picture is so often beside and below itself. */
  readonly grid?: readonly [columns: number, rows: number];
  /** What it says its size is. @default its size */
  readonly claims?: readonly [width: number, height: number];
}

interface Item {
  readonly type: "hvc1" | "grid";
  readonly data: Buffer;
  /** By their place among all properties, from 1. */
  readonly properties: readonly number[];
}

/** A HEIC, put together by hand around what is coded. */
export function heic({ brands = ["heic", "mif1"], grid, alpha, ...parts }: HeicParts = {}): Buffer {
  const { side = 64 } = parts;
  const picture = parts.bits === 10 ? tenBits : pieces[side];
  const [columns, rows] = grid ?? [1, 1];
  const [width, height] = parts.claims ?? [columns * side, rows * side];
  const properties = [
    box("ispe", fields(0, side, side)),
    box("hvcC", picture.config),
    box("ispe", fields(0, width, height)),
    box("hvcC", alphaHalves.config),
    box("auxC", Buffer.from("\0\0\0\0urn:mpeg:hevc:2015:auxid:1\0", "latin1")),
  ];
  const own = [
    ...(parts.profile ? [box("colr", Buffer.from("prof"), parts.profile)] : []),
    ...(parts.turns === undefined ? [] : [box("irot", Buffer.from([parts.turns]))]),
    ...(parts.mirrored ? [box("imir", Buffer.from([1]))] : []),
  ];
  const ownPlaces = own.map((_, at) => properties.length + 1 + at);
  const tiles = Array.from(
    { length: grid ? columns * rows : 0 },
    (): Item => ({ type: "hvc1", data: picture.data, properties: [1, 2] }),
  );
  const primary: Item = grid
    ? { type: "grid", data: gridOf(columns, rows, width, height), properties: [3, ...ownPlaces] }
    : { type: "hvc1", data: picture.data, properties: [3, 2, ...ownPlaces] };
  const seen: Item = { type: "hvc1", data: alphaHalves.data, properties: [1, 4, 5] };
  const items = [primary, ...(alpha ? [seen] : []), ...tiles];
  const references = [
    ...(alpha ? [box("auxl", shorts(2, 1, 1))] : []),
    ...(grid
      ? [box("dimg", shorts(1, tiles.length, ...tiles.map((_, at) => items.length - tiles.length + at + 1)))]
      : []),
  ];
  const head = box(
    "ftyp",
    ...brands.slice(0, 1).map(letters),
    Buffer.alloc(4),
    ...brands.slice(1).map(letters),
  );
  const meta = (start: number) =>
    box(
      "meta",
      Buffer.alloc(4),
      box("hdlr", Buffer.alloc(8), letters("pict"), Buffer.alloc(13)),
      box("pitm", fields(0), shorts(1)),
      box("iloc", locations(items, start)),
      box("iinf", fields(0), shorts(items.length), ...items.map(entry)),
      box("iref", fields(0), ...references),
      box("iprp", box("ipco", ...properties, ...own), box("ipma", associations(items))),
    );
  const start = head.length + meta(0).length + 8;
  return Buffer.concat([head, meta(start), box("mdat", ...distinct(items))]);
}

const letters = (text: string) => Buffer.from(text, "latin1");
const fields = (...values: readonly number[]) => Buffer.concat(values.map((value) => bigEndian(value, 4)));
const shorts = (...values: readonly number[]) => Buffer.concat(values.map((value) => bigEndian(value, 2)));

function bigEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

const box = (type: string, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([fields(8 + body.length), letters(type), body]);
};

const entry = ({ type }: Item, at: number) =>
  box("infe", fields(0x02000000), shorts(at + 1, 0), letters(`${type}\0`));

/** Each datum once, however many items are made of it. */
const distinct = (items: readonly Item[]) => [...new Set(items.map(({ data }) => data))];

function locations(items: readonly Item[], start: number): Buffer {
  const data = distinct(items);
  const offsetOf = (datum: Buffer) =>
    data.slice(0, data.indexOf(datum)).reduce((sum, { length }) => sum + length, start);
  const each = items.map(({ data }, at) => [shorts(at + 1, 0, 1), fields(offsetOf(data), data.length)]);
  return Buffer.concat([fields(0), Buffer.from([0x44, 0]), shorts(items.length), ...each.flat()]);
}

function associations(items: readonly Item[]): Buffer {
  const each = items.map(({ properties }, at) => [
    shorts(at + 1),
    Buffer.from([properties.length, ...properties]),
  ]);
  return Buffer.concat([fields(0, items.length), ...each.flat()]);
}

const gridOf = (columns: number, rows: number, width: number, height: number) =>
  Buffer.concat([Buffer.from([0, 1, rows - 1, columns - 1]), fields(width, height)]);
