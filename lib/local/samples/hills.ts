import { random, rolling } from "./random.ts";

/** Far to near: where a ridge stands, how high it rolls, the px between its hills, its colour above and in its mist. */
const ridges = [
  { y: 1050, height: 120, span: 620, top: "#d9a7a0", mist: "#f3cdb2" },
  { y: 1130, height: 130, span: 520, top: "#b98a9b", mist: "#e6b9ae" },
  { y: 1230, height: 130, span: 560, top: "#946f92", mist: "#cf9fa6" },
  { y: 1340, height: 140, span: 470, top: "#6f5785", mist: "#b0849c" },
  { y: 1470, height: 130, span: 520, top: "#4e4272", mist: "#86678c" },
  { y: 1620, height: 120, span: 430, top: "#342f5b", mist: "#5a4a75" },
  { y: 1790, height: 90, span: 480, top: "#1f1f42", mist: "#2d2a52" },
];

/**
 * Layered hills at sunrise, 3:2. Gradients are given in the picture's own units, here and in the other scenes: libvips has an SVG
 * drawn in strips of 2000 px, and gradients in units of their shape do not meet at the seams.
 */
export function hills(width: number, height: number): string {
  const layers = ridges.map(({ y, height: rise, span, top, mist }, nth) => {
    const line = rolling(11 + nth * 7, span);
    const points = Array.from({ length: 301 }, (_, i) => `${i * 10},${(y - line(i * 10) * rise).toFixed(1)}`);
    return `<linearGradient id="ridge${nth}" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="${y - rise}" y2="${y + 330}">
      <stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${mist}"/></linearGradient>
      <path d="M0,2000 L${points.join(" ")} L3000,2000 Z" fill="url(#ridge${nth})"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 3000 2000">
    <linearGradient id="sky" gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="0" y2="2000">
      <stop offset="0" stop-color="#2b3a67"/><stop offset=".18" stop-color="#56588c"/>
      <stop offset=".34" stop-color="#a5769a"/><stop offset=".45" stop-color="#e59a8f"/>
      <stop offset=".54" stop-color="#fcc089"/><stop offset=".62" stop-color="#ffe3b3"/>
    </linearGradient>
    <radialGradient id="glow" gradientUnits="userSpaceOnUse" cx="1980" cy="975" r="820"><stop offset="0" stop-color="#fff6d8" stop-opacity=".95"/>
      <stop offset=".14" stop-color="#ffe0a0" stop-opacity=".6"/>
      <stop offset=".45" stop-color="#ff9f7d" stop-opacity=".2"/><stop offset="1" stop-color="#f08080" stop-opacity="0"/>
    </radialGradient>
    <radialGradient id="wisp"><stop offset="0" stop-color="#ffd2b0"/><stop offset="1" stop-color="#ffb0a8" stop-opacity="0"/>
    </radialGradient>
    <rect width="3000" height="2000" fill="url(#sky)"/>
    ${stars()}
    ${clouds()}
    <circle cx="1980" cy="975" r="820" fill="url(#glow)"/>
    <circle cx="1980" cy="975" r="126" fill="#fffbe9"/>
    ${layers.slice(0, 5).join("")}
    ${birds()}
    ${layers.slice(5).join("")}
    ${pines()}
  </svg>`;
}

function stars(): string {
  const next = random(5);
  const dots = Array.from({ length: 120 }, () => {
    const y = next() ** 1.8 * 560;
    const light = (0.75 * (1 - y / 620) * (0.4 + 0.6 * next())).toFixed(2);
    return `<circle cx="${(next() * 3000).toFixed(0)}" cy="${y.toFixed(0)}" r="${(0.8 + next() * 1.6).toFixed(1)}" fill="#fff" fill-opacity="${light}"/>`;
  });
  return dots.join("");
}

/** Long thin bands, lit from below. */
function clouds(): string {
  const next = random(23);
  const bands = Array.from({ length: 34 }, () => {
    const [x, y] = [next() * 3000, 430 + next() * 480];
    const [rx, ry] = [220 + next() * 560, 5 + next() * 9];
    return `<ellipse cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" rx="${rx.toFixed(0)}" ry="${ry.toFixed(0)}" fill-opacity="${(0.25 + next() * 0.45).toFixed(2)}"/>`;
  });
  return `<g fill="url(#wisp)">${bands.join("")}</g>`;
}

function birds(): string {
  const flock = [
    [1180, 640, 26],
    [1270, 600, 20],
    [1100, 590, 17],
    [1330, 660, 15],
    [1215, 545, 13],
    [1420, 610, 12],
  ];
  const wings = flock.map(
    ([x = 0, y = 0, s = 0]) =>
      `<path d="M${x - s * 2},${y - s * 0.5} Q${x - s},${y - s} ${x},${y} Q${x + s},${y - s} ${x + s * 2},${y - s * 0.4}"/>`,
  );
  return `<g fill="none" stroke="#3a2f55" stroke-width="5" stroke-linecap="round">${wings.join("")}</g>`;
}

/** Firs on the nearest ridge, tall at both sides so that they frame the sun. */
function pines(): string {
  const next = random(77);
  const ground = rolling(11 + 6 * 7, 480);
  const trees = Array.from({ length: 90 }, () => next() * 3000)
    .sort((a, b) => a - b)
    .map((x) => {
      const side = x < 1600 ? 1 - x / 1600 : (x - 1600) / 1400;
      return fir(x, 1810 - ground(x) * 90, (50 + 300 * side ** 2.2) * (0.65 + 0.55 * next()), next);
    });
  return `<g fill="#14142f">${trees.join("")}</g>`;
}

function fir(x: number, foot: number, height: number, next: () => number): string {
  const tiers = 9;
  const side = (sign: number) =>
    Array.from({ length: tiers }, (_, tier): readonly [string, string] => {
      const y = foot - height * (1 - (tier + 1) / tiers) * 0.94;
      const reach = height * 0.2 * ((tier + 1) / tiers) * (0.8 + 0.4 * next());
      const edge = `${(x + sign * reach).toFixed(1)},${(y + height * 0.015).toFixed(1)}`;
      const notch = `${(x + sign * reach * 0.45).toFixed(1)},${(y - height * 0.012).toFixed(1)}`;
      return [edge, notch];
    });
  const right = side(1).flat();
  const left = side(-1).flat().reverse();
  return `<path d="M${x.toFixed(1)},${(foot - height).toFixed(1)} L${right.join(" ")} L${left.join(" ")} Z"/>`;
}
