const blades = 8;

/** The iris of a lens, on nothing: transparent around and inside. Square. */
export function aperture(width: number, height: number): string {
  const petals = Array.from({ length: blades }, (_, nth) => {
    const hue = Math.round(285 + 80 * Math.sin((nth * 2 * Math.PI) / blades));
    return `<linearGradient id="blade${nth}" gradientUnits="userSpaceOnUse" x1="-100" y1="-32" x2="224" y2="416">
        <stop offset="0" stop-color="hsl(${hue}, 92%, 64%)"/><stop offset="1" stop-color="hsl(${hue + 26}, 84%, 44%)"/></linearGradient>
      <path d="${blade}" fill="url(#blade${nth})" transform="rotate(${(nth * 360) / blades})"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="-500 -500 1000 1000">
    <radialGradient id="shadow" gradientUnits="userSpaceOnUse" cx="0" cy="7" r="492"><stop offset=".9" stop-color="#0b1030" stop-opacity="0"/><stop offset=".9" stop-color="#0b1030" stop-opacity=".4"/><stop offset="1" stop-color="#0b1030" stop-opacity="0"/></radialGradient>
    <linearGradient id="ring" gradientUnits="userSpaceOnUse" x1="-428" y1="-428" x2="428" y2="428"><stop offset="0" stop-color="#4a5478"/><stop offset=".5" stop-color="#1b2140"/><stop offset="1" stop-color="#0a0e22"/></linearGradient>
    <circle cy="7" r="492" fill="url(#shadow)"/>
    ${petals.join("")}
    <circle r="428" fill="none" stroke="url(#ring)" stroke-width="64"/>
    <circle r="458" fill="none" stroke="#fff" stroke-opacity=".25" stroke-width="3"/>
    <circle r="397" fill="none" stroke="#000" stroke-opacity=".35" stroke-width="4"/>
  </svg>`;
}

/** One blade: from the rim along the opening to where the next but one begins. */
const blade = (() => {
  const at = (radius: number, turn: number) => {
    const angle = ((turn - 0.25) * 2 * Math.PI) / blades;
    return `${(radius * Math.cos(angle)).toFixed(2)},${(radius * Math.sin(angle)).toFixed(2)}`;
  };
  const opening = 165;
  return `M${at(opening, 0)} L${at(opening, 1)} L${at(428, 2.55)} A428,428 0 0 0 ${at(428, 1.55)} Z`;
})();
