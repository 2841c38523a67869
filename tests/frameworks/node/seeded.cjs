// What the services in JavaScript share, as seeded.py for those in Python: the fault that the environment names, and
// a store of items that may have it.
"use strict";

const on = (fault) => process.env.FAULT === fault;
const port = Number(process.argv[2]);
const token = "an-honest-token";

class Shelf {
  #items = new Map();
  #last = 0;

  number() {
    this.#last += 1;
    return this.#last;
  }

  add(item) {
    const kept = { ...item };
    const texts = Object.keys(item).filter((n) => n !== "id" && typeof item[n] === "string" && item[n]);
    if (on("long-text-crashes") && texts.some((n) => item[n].length > 40)) throw new Error("value too long for type character varying(40)");
    if (on("text-cut") && texts.length) kept[texts[0]] = kept[texts[0]].slice(0, -1);
    if (!on("create-not-kept")) this.#items.set(item.id, kept);
    return item;
  }

  // A copy of an item; undefined where there is none.
  find(id) {
    if (this.#items.has(id)) return { ...this.#items.get(id) };
    if (on("absent-crashes")) throw new TypeError("Cannot read properties of undefined (reading 'id')");
    if (on("absent-is-another") && this.#items.size) return { ...[...this.#items.values()][0] };
    return undefined;
  }

  all() {
    const found = [...this.#items.values()].map((item) => ({ ...item }));
    return on("list-forgets") && found.length > 1 ? found.slice(0, -1) : found;
  }

  page(skip, take) {
    const start = on("every-page-first") ? 0 : skip;
    return this.all().slice(start, start + take);
  }

  count() {
    return this.#items.size + (on("total-wrong") ? 1 : 0);
  }

  change(id, changes) {
    const item = this.find(id);
    if (on("change-not-kept")) return { ...item, ...changes };
    if (on("change-empties-another")) {
      const other = Object.keys(item).find((n) => n !== "id" && typeof item[n] === "string" && !(n in changes));
      if (other) item[other] = "";
    }
    if (on("change-changes-another")) {
      const others = [...this.#items.values()].filter((other) => other.id !== id);
      if (others.length) Object.assign(others[others.length - 1], changes);
    }
    this.#items.set(item.id, { ...item, ...changes });
    return { ...this.#items.get(item.id) };
  }

  remove(id) {
    if (!on("delete-not-done")) this.#items.delete(id);
  }
}

module.exports = { on, port, token, Shelf };
