// The page: a gallery, one picture with its options, and URLs explained.
import { buildForm, readForm, writeForm } from "./form.js";
import { nameThem } from "./named.js";
import { ask, at, make, showFindings } from "./page.js";
import { compare, show } from "./result.js";

/** ms without a further change until a picture is asked for. */
const PAUSE = 250;

let key = "";
let timer = 0;
let loaded = 0;
let search = 0;

async function showGallery(from = 0) {
  const turn = ++search;
  const { count, pictures, settings } = await ask("/playground/pictures.json", {
    from,
    words: at("words").value,
  });
  if (turn !== search) return settings;
  const items = pictures.map((one) => {
    const button = make("button", { type: "button" });
    if (one.small) button.append(make("img", { src: one.small, alt: "", loading: "lazy" }));
    button.append(make("span", {}, one.key));
    button.addEventListener("click", () => choose(one.key, readForm()));
    return make("li", {}, button);
  });
  if (from === 0) at("pictures").replaceChildren();
  at("pictures").append(...items);
  loaded = from + pictures.length;
  at("count").textContent = count === 1 ? "1 picture" : `${count} pictures`;
  at("more").hidden = loaded >= count;
  return settings;
}

/** Opens a picture; its place in the history says what is asked of it. */
function choose(chosen, options) {
  history.pushState(undefined, "", hashOf(chosen, options));
  open(chosen);
  at("work-title").focus();
}

function open(chosen) {
  key = chosen;
  at("gallery").hidden = true;
  at("work").hidden = false;
  at("work-title").textContent = chosen;
  at("source").removeAttribute("src");
  at("result").removeAttribute("src");
  at("result-facts").textContent = "";
  scrollTo(0, 0);
  show(key, readForm());
}

function close() {
  key = "";
  at("work").hidden = true;
  at("gallery").hidden = false;
  if (!at("named").hidden) showGallery();
}

const hashOf = (chosen, options) => `#${encodeURIComponent(JSON.stringify({ key: chosen, options }))}`;

/** What the address says: a picture with what is asked of it, or the gallery. */
function follow() {
  const said = addressed();
  if (!said) return close();
  writeForm(said.options);
  open(said.key);
}

function addressed() {
  try {
    const { key: chosen, options } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    return typeof chosen === "string" && Array.isArray(options) ? { key: chosen, options } : undefined;
  } catch {
    return undefined;
  }
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (key === "") return;
    const options = readForm();
    history.replaceState(undefined, "", hashOf(key, options));
    show(key, options);
  }, PAUSE);
}

async function copy(button) {
  const target = at(button.dataset.copy);
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(target.textContent);
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = said;
    }, 1500);
  } catch {
    getSelection().selectAllChildren(target);
  }
}

async function explainPasted(event) {
  event.preventDefault();
  const url = at("pasted").value.trim();
  if (url === "") return at("pasted").focus();
  const { findings, right } = await ask("/playground/explain", { url, accept: "image/avif,image/webp,*/*" });
  showFindings(at("explained"), findings);
  at("right").replaceChildren(
    ...(right
      ? [
          "signature: with the path ",
          make("code", {}, right.path),
          " it would be ",
          make("code", {}, right.signature),
          ": ",
          make("a", { href: right.url }, right.url),
        ]
      : []),
  );
}

/** Begins: from here on the page answers its visitor. */
export async function start() {
  at("more").addEventListener("click", () => showGallery(loaded));
  at("words").addEventListener("input", () => showGallery());
  at("back").addEventListener("click", () => {
    history.pushState(undefined, "", location.pathname);
    close();
    at(at("named").hidden ? "words" : "source-named").focus();
  });
  at("explain").addEventListener("submit", explainPasted);
  at("formats").addEventListener("toggle", () => at("formats").open && compare());
  for (const button of document.querySelectorAll("[data-copy]"))
    button.addEventListener("click", () => copy(button));
  at("split").addEventListener("input", ({ target }) =>
    at("over").parentElement.style.setProperty("--split", `${target.value}%`),
  );
  addEventListener("popstate", follow);

  const [options, settings] = await Promise.all([ask("/options.json"), showGallery()]);
  if (settings.named) nameThem(settings, (source) => choose(source, readForm()), showGallery);
  buildForm(options, settings, changed);
  follow();
}
