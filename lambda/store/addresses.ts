import { isIP, isIPv4 } from "node:net";

/** Which addresses of these kinds may be dialled; all others always may. */
export interface Dialling {
  readonly allowLoopback: boolean;
  readonly allowLinkLocal: boolean;
  readonly allowPrivate: boolean;
}

/** What an IP address is to whoever dials it. */
export interface AddressKind {
  /** This machine. */
  readonly loopback: boolean;
  /** This link: the metadata of a cloud among it. */
  readonly linkLocal: boolean;
  readonly private: boolean;
}

type Bytes = readonly number[];

/** The address begins with these bits. */
interface Block {
  readonly bytes: Bytes;
  readonly bits: number;
}

const block = (cidr: string): Block => {
  const [address = "", bits = ""] = cidr.split("/");
  return { bytes: bytesOf(address) ?? [], bits: Number(bits) };
};

const blocks: Readonly<Record<keyof AddressKind, readonly Block[]>> = {
  loopback: ["127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128"].map(block),
  linkLocal: ["169.254.0.0/16", "224.0.0.0/24", "fe80::/10"].map(block),
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map(block),
};

/** Whether an address may be dialled. What is no address, or has a zone, may not. */
export function mayDial(address: string, { allowLoopback, allowLinkLocal, allowPrivate }: Dialling): boolean {
  const kind = kindOf(address);
  if (!kind) return false;
  return !(
    (kind.loopback && !allowLoopback) ||
    (kind.linkLocal && !allowLinkLocal) ||
    (kind.private && !allowPrivate)
  );
}

/** What an address is, or the IPv4 address it holds in disguise; `undefined` when it is none. */
export function kindOf(address: string): AddressKind | undefined {
  const bytes = bytesOf(address);
  if (!bytes) return undefined;
  const each = [bytes, ...hiddenIn(bytes)];
  const among = (kind: keyof AddressKind) =>
    each.some((some) => blocks[kind].some((block) => lies(some, block)));
  // ff?2::/16, whatever its flags: all hosts of this link.
  const linkMulticast = bytes[0] === 0xff && ((bytes[1] ?? 0) & 0x0f) === 2 && bytes.length === 16;
  return {
    loopback: among("loopback"),
    linkLocal: linkMulticast || among("linkLocal"),
    private: among("private"),
  };
}

/** The IPv4 address that an IPv6 address holds: where packets to it may end. `undefined` when it holds none. */
export function unwrapped(address: string): string | undefined {
  const bytes = bytesOf(address);
  return bytes && hiddenIn(bytes)[0]?.join(".");
}

function lies(bytes: Bytes, block: Block): boolean {
  if (bytes.length !== block.bytes.length) return false;
  return block.bytes.every((byte, at) => {
    const mask = 0xff & ~(0xff >> Math.min(8, Math.max(0, block.bits - at * 8)));
    return (byte & mask) === ((bytes[at] ?? 0) & mask);
  });
}

/** Ways to hold an IPv4 address: how the IPv6 address begins, and where in it the four bytes stand. */
const disguises: readonly (readonly [Block, places: Bytes])[] = [
  // compatible, translated, NAT64, 6to4, and NAT64 of one's own, in both ways; last as imgproxy takes it for, which is nobody's.
  [block("::/96"), [12, 13, 14, 15]],
  [block("::ffff:0:0:0/96"), [12, 13, 14, 15]],
  [block("64:ff9b::/96"), [12, 13, 14, 15]],
  [block("2002::/16"), [2, 3, 4, 5]],
  [block("64:ff9b:1::/48"), [6, 7, 9, 10]],
  [block("64:ff9b:1::/48"), [12, 13, 14, 15]],
  [block("64ff:9b01::/48"), [6, 7, 9, 10]],
];
const teredo = block("2001::/32");

function hiddenIn(bytes: Bytes): readonly Bytes[] {
  if (bytes.length !== 16) return [];
  const last = bytes.slice(12);
  if (lies(bytes, teredo)) return [last.map((byte) => byte ^ 0xff)];
  const found = disguises.filter(([block]) => lies(bytes, block));
  if (found.length > 0) return found.map(([, places]) => places.map((at) => bytes[at] ?? 0));
  // ISATAP, after any prefix.
  return /^[02],0,94,254$/.test(bytes.slice(8, 12).join()) ? [last] : [];
}

/** 4 bytes, or 16; a mapped IPv4 address is one of 4. `undefined` when it is no address, or has a zone. */
function bytesOf(address: string): Bytes | undefined {
  if (isIPv4(address)) return address.split(".").map(Number);
  if (isIP(address) !== 6 || address.includes("%")) return undefined;
  const [, dotted] = /:(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  const tail = dotted?.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0")) ?? [];
  const hex = dotted
    ? `${address.slice(0, -dotted.length)}${tail.slice(0, 2).join("")}:${tail.slice(2).join("")}`
    : address;
  const [left = [], right = []] = hex.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  const bytes = [...left, ...(hex.includes("::") ? zeros : []), ...right].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  const mapped = bytes.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  return mapped ? bytes.slice(12) : bytes;
}
