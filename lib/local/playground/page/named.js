// Where nobody lists pictures they are named, and where URLs are signed the key is typed in: into this tab's memory alone.
import { ask, at } from "./page.js";

/** Shows the forms; `chosen` hears of a source, `again` of another key. */
export function nameThem({ signed }, chosen, again) {
  at("named").hidden = false;
  at("signing").hidden = !signed;
  at("find").hidden = true;
  at("named").addEventListener("submit", (event) => {
    event.preventDefault();
    chosen(at("source-named").value.trim());
  });
  at("signing").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await ask("/playground/keys", { key: at("key").value.trim(), salt: at("salt").value.trim() });
      at("signing").reset();
      at("signing-said").textContent = "URLs are signed with them now.";
      again();
    } catch (error) {
      at("signing-said").textContent = error.message;
    }
  });
}
