import { random, rolling } from "./random.ts";

/** A lighthouse under the moon, 2:3. */
export function lighthouse(width: number, height: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 2000 3000">
    <linearGradient id="night" gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="0" y2="2120">
      <stop offset="0" stop-color="#070b24"/><stop offset=".4" stop-color="#13224f"/>
      <stop offset=".75" stop-color="#2b4a7e"/><stop offset="1" stop-color="#6f93b5"/>
    </linearGradient>
    <linearGradient id="sea" gradientUnits="userSpaceOnUse" x1="0" y1="2080" x2="0" y2="3000">
      <stop offset="0" stop-color="#4d7199"/><stop offset=".25" stop-color="#213f6c"/><stop offset="1" stop-color="#060a20"/>
    </linearGradient>
    <radialGradient id="halo" gradientUnits="userSpaceOnUse" cx="640" cy="760" r="620"><stop offset="0" stop-color="#fff8dc" stop-opacity=".75"/>
      <stop offset=".25" stop-color="#cfe0ff" stop-opacity=".28"/><stop offset="1" stop-color="#9cc0ff" stop-opacity="0"/>
    </radialGradient>
    <radialGradient id="lamp" gradientUnits="userSpaceOnUse" cx="0" cy="0" r="330"><stop offset="0" stop-color="#fffbe0"/><stop offset=".2" stop-color="#ffe9a3" stop-opacity=".85"/>
      <stop offset="1" stop-color="#ffd977" stop-opacity="0"/></radialGradient>
    <linearGradient id="beam" gradientUnits="userSpaceOnUse" x1="1460" x2="-60" y1="1150" y2="1360">
      <stop offset="0" stop-color="#fff1b8" stop-opacity=".75"/><stop offset=".5" stop-color="#fff1b8" stop-opacity=".22"/>
      <stop offset="1" stop-color="#fff1b8" stop-opacity="0"/></linearGradient>
    <linearGradient id="tower" gradientUnits="userSpaceOnUse" x1="1376" x2="1544"><stop offset="0" stop-color="#f4efe2"/><stop offset=".55" stop-color="#cfcad2"/><stop offset="1" stop-color="#5d6685"/></linearGradient>
    <linearGradient id="stripe" gradientUnits="userSpaceOnUse" x1="1383" x2="1537"><stop offset="0" stop-color="#d5493f"/><stop offset=".55" stop-color="#a73440"/><stop offset="1" stop-color="#4c2340"/></linearGradient>
    <rect width="2000" height="2120" fill="url(#night)"/>
    ${stars()}
    <circle cx="640" cy="760" r="620" fill="url(#halo)"/>
    <circle cx="640" cy="760" r="172" fill="#fffaea"/>
    <g fill="#ded9c8" fill-opacity=".55"><circle cx="590" cy="710" r="38"/><circle cx="690" cy="800" r="52"/><circle cx="620" cy="850" r="22"/><circle cx="712" cy="690" r="18"/></g>
    ${island()}
    <rect y="2080" width="2000" height="920" fill="url(#sea)"/>
    ${glitter()}
    <path d="M1452,1146 L-120,1190 V1600 L1452,1162 Z" fill="url(#beam)"/>
    <circle r="330" transform="translate(1460 1152)" fill="url(#lamp)" fill-opacity=".75"/>
    ${tower}
    <circle r="330" transform="translate(1460 1152) scale(.29)" fill="url(#lamp)"/>
  </svg>`;
}

function stars(): string {
  const next = random(9);
  const dots = Array.from({ length: 420 }, () => {
    const y = next() ** 1.3 * 1900;
    const light = ((1 - y / 2300) * (0.25 + 0.75 * next())).toFixed(2);
    return `<circle cx="${(next() * 2000).toFixed(0)}" cy="${y.toFixed(0)}" r="${(0.9 + next() ** 4 * 3.4).toFixed(1)}" fill-opacity="${light}"/>`;
  });
  return `<g fill="#fff">${dots.join("")}</g>`;
}

/** Far cliffs on the horizon, and the rock the tower stands on. */
function island(): string {
  const far = rolling(31, 300);
  const near = rolling(57, 220);
  const line = (from: number, y: (x: number) => number) =>
    Array.from(
      { length: (2000 - from) / 10 + 1 },
      (_, i) => `${from + i * 10},${y(from + i * 10).toFixed(1)}`,
    ).join(" ");
  return `<path d="M0,2100 L${line(0, (x) => 2030 - far(x) * 45)} L2000,2100 Z" fill="#35527f"/>
    <path d="M1050,2140 L${line(1060, (x) => 2125 - Math.sqrt(x - 1050) * 8.6 - near(x) * 30)} L2000,2140 Z" fill="#0b1230"/>`;
}

/** The moon on the water: dashes that widen towards us. */
function glitter(): string {
  const next = random(42);
  const dashes = Array.from({ length: 330 }, () => {
    const far = next() ** 1.5;
    const y = 2095 + far * 860;
    const spread = 70 + far * 330;
    const x = 640 + (next() + next() + next() - 1.5) * spread;
    const rx = (14 + far * 70) * (0.5 + next());
    return `<ellipse cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" rx="${rx.toFixed(0)}" ry="${(2 + far * 6).toFixed(1)}" fill-opacity="${(0.18 + 0.55 * next() * (1 - far * 0.6)).toFixed(2)}"/>`;
  });
  return `<g fill="#fdf3d3">${dashes.join("")}</g>`;
}

const tower = `<g>
  <path d="M1376,1960 L1412,1240 H1508 L1544,1960 Z" fill="url(#tower)"/>
  <path d="M1404,1400 H1516 L1523,1540 H1397 Z M1390,1680 H1530 L1537,1820 H1383 Z" fill="url(#stripe)"/>
  <rect x="1388" y="1216" width="144" height="26" rx="6" fill="#1a2145"/>
  <rect x="1416" y="1090" width="88" height="126" fill="#ffe9a3"/>
  <path d="M1416,1090 V1216 M1438,1090 V1216 M1460,1090 V1216 M1482,1090 V1216 M1504,1090 V1216" stroke="#1a2145" stroke-width="7"/>
  <path d="M1400,1092 H1520 L1478,1028 H1442 Z" fill="#7d2a3c"/><circle cx="1460" cy="1016" r="16" fill="#7d2a3c"/>
  <path d="M1446,1960 V1906 A14,14 0 0 1 1474,1906 V1960 Z" fill="#1a2145"/>
  <rect x="1450" y="1590" width="20" height="36" rx="10" fill="#ffe9a3"/><rect x="1450" y="1310" width="20" height="36" rx="10" fill="#ffe9a3"/>
</g>`;
