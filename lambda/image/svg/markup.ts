/** Writes XML as it is handed over; an element in which nothing was written closes itself. */
export class Markup {
  #written: string[] = [];
  /** The last start tag still lacks its end: whether anything stands in the element is not known. */
  #starting = false;

  /** A start tag; `attributes` as they stand in it, with a space before each. */
  start(name: string, attributes: string): void {
    this.write(`<${name}${attributes}`);
    this.#starting = true;
  }
  end(name: string): void {
    this.#written.push(this.#starting ? "/>" : `</${name}>`);
    this.#starting = false;
  }
  /** Anything else: text, comments, sections. */
  write(text: string): void {
    if (text === "") return;
    this.#written.push(this.#starting ? `>${text}` : text);
    this.#starting = false;
  }
  get text(): string {
    return this.#written.join("");
  }
}
