// The page where no server answers it: in the cloud. It is bundled into one file (page-file.ts).
import { start } from "../local/playground/page/app.js";
import { askBy } from "../local/playground/page/page.js";
import { answers } from "./answers.ts";

/** How many sources a tab remembers. */
const REMEMBERED = 12;

const sources = {
  list() {
    try {
      return JSON.parse(sessionStorage.getItem("sources")) ?? [];
    } catch {
      return [];
    }
  },
  add(source) {
    const others = sources.list().filter((one) => one !== source);
    try {
      sessionStorage.setItem("sources", JSON.stringify([source, ...others].slice(0, REMEMBERED)));
    } catch {
      // A browser that keeps nothing remembers nothing.
    }
  },
};

let shown = "";

async function look(url) {
  const response = await fetch(url);
  if (!response.ok) return undefined;
  const blob = await response.blob();
  URL.revokeObjectURL(shown);
  shown = URL.createObjectURL(blob);
  const image = new Image();
  image.src = shown;
  const size = await image.decode().then(
    () => ({ width: image.naturalWidth, height: image.naturalHeight }),
    () => undefined,
  );
  return { bytes: blob.size, type: blob.type, shown, ...(size && { size }) };
}

const settings = JSON.parse(document.getElementById("settings").textContent);
askBy(answers({ settings, origin: location.origin, look, sources }));
start();
