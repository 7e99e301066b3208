const gores = 9;
const colours = [
  "#e4572e",
  "#f3e9d2",
  "#f0a830",
  "#f3e9d2",
  "#2e6f95",
  "#f3e9d2",
  "#f0a830",
  "#f3e9d2",
  "#e4572e",
];

/** A hot-air balloon on nothing, its edges and ropes half transparent, 4:5. */
export function balloon(width: number, height: number): string {
  const stripes = colours.map((colour, nth) => {
    const [left, right] = [edge(nth), edge(nth + 1)];
    return `<path d="${left.down} L${right.foot} ${right.up} Z" fill="${colour}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 800 1000">
    <radialGradient id="light" gradientUnits="userSpaceOnUse" cx="281" cy="231" r="587"><stop offset="0" stop-color="#fff" stop-opacity=".5"/>
      <stop offset=".35" stop-color="#fff" stop-opacity=".08"/><stop offset=".65" stop-color="#3a1030" stop-opacity=".16"/>
      <stop offset="1" stop-color="#1b0a2e" stop-opacity=".62"/></radialGradient>
    <linearGradient id="wicker" x1="0" x2="1"><stop offset="0" stop-color="#c98f4e"/><stop offset="1" stop-color="#6d4020"/></linearGradient>
    <radialGradient id="flame"><stop offset="0" stop-color="#fff7c9"/><stop offset=".5" stop-color="#ffb545" stop-opacity=".8"/><stop offset="1" stop-color="#ff7a3c" stop-opacity="0"/></radialGradient>
    <g stroke="#4a3424" stroke-width="3.5" stroke-opacity=".85">
      <path d="M338,728 L362,868 M372,738 L378,868 M428,738 L422,868 M462,728 L438,868" fill="none"/></g>
    <ellipse cx="400" cy="792" rx="30" ry="48" fill="url(#flame)"/>
    ${stripes.join("")}
    <path d="${edge(0).down} L${edge(gores).foot} ${edge(gores).up} Z" fill="url(#light)"/>
    <path d="M334,716 Q400,748 466,716 L458,742 Q400,768 342,742 Z" fill="#7c2f2a"/>
    <path d="M352,868 H448 L440,946 Q400,958 360,946 Z" fill="url(#wicker)"/>
    <path d="M355,890 H445 M357,910 H443 M359,930 H441" stroke="#4a2a12" stroke-opacity=".45" stroke-width="4"/>
    <rect x="346" y="860" width="108" height="14" rx="7" fill="#5a351b"/>
  </svg>`;
}

/** The seam `nth` from the left: from the crown down to the mouth, and back up. Seams lie evenly around a round body. */
function edge(nth: number) {
  const across = -Math.cos((nth / gores) * Math.PI);
  const at = (radius: number) => (400 + across * radius).toFixed(1);
  return {
    down: `M400,40 C${at(210)},40 ${at(350)},190 ${at(350)},345 C${at(350)},520 ${at(130)},600 ${at(66)},722`,
    foot: `${at(66)},722`,
    up: `C${at(130)},600 ${at(350)},520 ${at(350)},345 C${at(350)},190 ${at(210)},40 400,40`,
  };
}
