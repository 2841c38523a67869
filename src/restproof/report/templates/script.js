"use strict";
(() => {
  const root = document.documentElement;
  const $ = (query, from = document) => [...from.querySelectorAll(query)];
  const by = (id) => document.getElementById(id);
  // All that comes from a server goes through this: it makes text of it, never markup.
  const el = (name, css, ...inside) => { const made = document.createElement(name); if (css) made.className = css; made.append(...inside); return made; };
  root.classList.add("has-js");

  // ---------------------------------------------------------------- theme

  const remember = (theme) => { root.dataset.theme = theme; try { localStorage.setItem("restproof-theme", theme); } catch { /* a page from disk may have no storage */ } };
  try { const kept = localStorage.getItem("restproof-theme"); if (kept === "dark" || kept === "light") root.dataset.theme = kept; } catch { /* as above */ }
  by("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    remember(dark ? "light" : "dark");
  });

  // ---------------------------------------------------------------- copy buttons

  const copies = (from) => {
    for (const line of $(".again div", from)) {
      const button = el("button", "", "copy");
      button.type = "button";
      button.ariaLabel = `copy ${line.querySelector("dt").textContent}`;
      button.addEventListener("click", async () => {
        const text = line.querySelector("code").textContent;
        try { await navigator.clipboard.writeText(text); button.textContent = "copied"; }
        catch { getSelection().selectAllChildren(line.querySelector("code")); button.textContent = "selected"; }
        setTimeout(() => { button.textContent = "copy"; }, 1500);
      });
      line.querySelector("dd").append(button);
    }
  };

  // ---------------------------------------------------------------- packed exchanges

  const unpack = async (id) => {
    const bytes = Uint8Array.from(atob(by(id).textContent), (c) => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  };
  let loading = null;
  let index = null;
  const chunks = new Map();
  const load = () => loading ??= unpack("index").then((found) => {
    index = found;
    index.texts = index.cases.map(([id, item, , lines]) => `${id} ${index.items[item].join(" ")} ${lines.map((l) => l.join(" ")).join(" ")}`.toLowerCase());
    return found;
  });
  const told = async (n) => {
    const number = Math.floor(n / index.chunk);
    if (!chunks.has(number)) chunks.set(number, unpack(`chunk-${number}`));
    return (await chunks.get(number))[n % index.chunk];
  };

  // Lays out JSON without reading its literals anew: 1.0 stays 1.0 and a repeated name stays repeated.
  const pretty = (text, cut, pointer) => {
    if (!/^\s*[[{]/.test(text)) return null;
    if (!cut) { try { JSON.parse(text); } catch { return null; } }
    const lines = []; const stack = []; let line = ""; let marked = false; let seen = false;
    const push = () => { lines.push([line, marked]); line = ""; };
    const pad = () => "  ".repeat(stack.length);
    const here = () => stack.map((s) => `/${s.key}`).join("");
    const escaped = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");
    let depth = -1;
    const begin = () => { if (pointer && depth < 0 && here() === pointer) { marked = seen = true; depth = stack.length; } };
    const end = () => { if (marked && stack.length <= depth) { push(); marked = false; depth = -1; line = pad(); return true; } return false; };
    for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g)) {
      const top = stack.at(-1);
      if (token === "{" || token === "[") {
        if (!line) line = pad();
        begin(); line += token; push();
        stack.push({ list: token === "[", key: token === "[" ? 0 : "", name: token === "{" }); line = pad();
      } else if (token === "}" || token === "]") {
        if (line.trim()) push();
        if (pointer && !seen && top && !top.list && pointer.slice(0, pointer.lastIndexOf("/")) === stack.slice(0, -1).map((s) => `/${s.key}`).join("")) { lines.push([`${pad()}"${pointer.slice(pointer.lastIndexOf("/") + 1)}" is absent`, true]); seen = true; }
        stack.pop(); line = pad() + token; end();
      } else if (token === ",") {
        line += ",";
        if (line.trim() === "," && lines.length) { lines.at(-1)[0] += ","; line = ""; } else if (!end()) push();
        if (top) { if (top.list) top.key += 1; else top.name = true; }
        line = pad();
      } else if (token === ":" && top && !top.list) { line += ": "; top.name = false; } else if (top && !top.list && top.name) {
        let name = token; try { name = JSON.parse(token); } catch { /* cut short */ }
        top.key = escaped(name); begin(); line += token;
      } else { begin(); line += token; }
    }
    if (line.trim()) push();
    return lines;
  };

  const content = (body, pointer, what) => {
    if (!body) return [el("p", "quiet", "no content")];
    const [text, size, cut] = body;
    const pre = el("pre");
    pre.tabIndex = 0; pre.role = "group"; pre.ariaLabel = what;
    const lines = pretty(text, cut, pointer);
    if (lines) lines.forEach(([line, marked], n) => { if (n) pre.append("\n"); const start = line.search(/\S|$/); pre.append(line.slice(0, start), marked ? el("mark", "", line.slice(start)) : line.slice(start)); });
    else pre.textContent = text;
    return cut ? [pre, el("p", "quiet", `the first ${text.length.toLocaleString("en")} characters of ${size.toLocaleString("en")} bytes`)] : [pre];
  };
  const fields = (pairs) => {
    if (!pairs.length) return [];
    const pre = el("pre");
    pre.tabIndex = 0; pre.role = "group"; pre.ariaLabel = "Headers";
    pairs.forEach(([name, value], n) => pre.append(n ? "\n" : "", el("b", "", name), `: ${value}`));
    return [el("details", "heads", el("summary", "", `${pairs.length} headers`), pre)];
  };
  const code = (status) => el("span", `code s${typeof status === "number" ? String(status)[0] : 0}`, String(status));
  const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  const entry = (name, text) => el("div", "", el("dt", "", name), el("dd", "", el("code", "", text)));

  const fill = async (n, into) => {
    const [id, item, fails, lines] = index.cases[n];
    const [given, findings, shots] = await told(n);
    if (given) into.append(el("details", "heads", el("summary", "", "input"), ...content([given, given.length, 0], "", "Input")));
    for (const [at, message] of findings) if (at < 0) into.append(el("p", "finding", message));
    let curl = "";
    shots.forEach(([credential, setup, took, sent, asked, reason, got, answer, line], k) => {
      const own = findings.filter(([at]) => at === k);
      const [method, url, status] = lines[k];
      curl ||= line;
      const step = el("p", "step", ...(shots.length > 1 ? [el("span", "nth", String(k + 1))] : []), el("b", "method", method), " ", el("span", "url", url), " ", code(status), ` ${reason} `, el("small", "", `${took} ms · ${credential || "no credential"}${setup ? ` · ${setup}` : ""}`));
      const shot = el("div", own.length ? "shot cited" : "shot", step);
      for (const [, message, expected, actual, pointer] of own) {
        const p = el("p", "finding", message);
        if (pointer) p.append(" ", el("code", "", pointer));
        if (expected || actual) p.append(": expected ", el("code", "", expected || "nothing"), ", got ", el("code", "", actual || "nothing"));
        shot.append(p);
      }
      const pointer = own.map(([, , , , p]) => p).find(Boolean) ?? "";
      shot.append(el("div", "pair", el("div", "", el("p", "part", "Request"), ...fields(sent), ...content(asked, "", "Request content")), el("div", "", el("p", "part", "Response"), ...fields(got), ...content(answer, pointer, "Response content"))));
      into.append(shot);
    });
    if (item < 0 || id.startsWith("set-up: ")) return;
    const again = el("dl", "again", ...(curl ? [entry("curl", curl)] : []), entry("again", `${index.again} --case ${quoted(id)}`), ...(index.items[item][6] ? [entry("pytest", index.items[item][6])] : []));
    again.append(entry("link", `${location.href.split("#")[0]}#?case=${encodeURIComponent(id)}`));
    copies(again);
    into.append(again);
  };
  const node = (n) => {
    const [id, item, fails, lines] = index.cases[n];
    const letter = fails ? "f" : index.items[item][5] || "n";
    const first = lines.at(-1) ?? ["", "", ""];
    const details = el("details", "case", el("summary", "", el("span", `badge ${fails ? "f" : letter}`, fails ? "fail" : { p: "pass", f: "pass", b: "blocked", d: "deviation" }[letter] ?? "set-up"), el("span", "name", id), el("span", "request", el("b", "method", first[0]), " ", el("span", "url", first[1]), " ", ...lines.slice(-4).map(([, , s]) => code(s)))));
    details.addEventListener("toggle", () => {
      if (!details.open || details.dataset.full) return;
      details.dataset.full = "yes";
      const into = el("div", "inside");
      details.append(into);
      fill(n, into);
    });
    return details;
  };

  for (const place of $(".further")) {
    const details = el("details", "heads", el("summary", "", place.textContent.trim().replace(/ of this cause.*/s, "")));
    details.addEventListener("toggle", async () => {
      if (!details.open || details.dataset.full) return;
      details.dataset.full = "yes";
      await load();
      const known = (index.causes[place.dataset.cause] ?? []).slice(place.parentElement.querySelector(".story") ? 1 : 0);
      details.append(...known.slice(0, 200).map(node));
      if (known.length > 200 || !known.length) details.append(el("p", "quiet", "The others are in the run file."));
    });
    place.replaceChildren(details);
  }

  // ---------------------------------------------------------------- filters

  const search = by("search");
  const shown = by("shown");
  const failed = by("failed");
  const clear = by("clear");
  const chips = $(".chip[data-group]");
  const rows = $(".row");
  const texts = new Map();
  const text = (row) => { if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase()); return texts.get(row); };
  const pressed = (chip) => chip.getAttribute("aria-pressed") === "true";
  const press = (chip, on) => chip.setAttribute("aria-pressed", String(on));
  const chosen = (group) => chips.filter((c) => c.dataset.group === group && pressed(c)).map((c) => c.dataset.value);
  const slug = (name) => name.replace(/[^\p{L}\p{N}_.-]+/gu, "-");
  let at = "";
  let only = "";
  let limit = 40;

  const state = () => ({ words: search.value.toLowerCase().split(/\s+/).filter(Boolean), groups: ["o", "l", "r", "c"].map((g) => [g, chosen(g)]).filter(([, values]) => values.length), failed: pressed(failed) });
  const active = ({ words, groups, failed: f }) => Boolean(words.length || groups.length || f || only);

  const keep = () => {
    const now = state();
    const kept = new URLSearchParams();
    if (search.value) kept.set("q", search.value);
    if (now.failed) kept.set("failed", "1");
    for (const [g, values] of now.groups) kept.set(g, values.join(" "));
    if (only) kept.set("case", only);
    const hash = kept.size ? `#?${at && !only ? `${kept}&at=${encodeURIComponent(at)}` : kept}` : at ? `#${encodeURIComponent(at)}` : "";
    if (hash !== location.hash) history.replaceState(null, "", hash || location.pathname + location.search);
  };

  const apply = () => {
    const now = state();
    const wanted = now.failed ? [...now.groups.filter(([g]) => g !== "o"), ["o", ["f", "e"]]] : now.groups;
    let count = 0;
    for (const row of rows) {
      const fits = wanted.every(([g, values]) => { const has = row.dataset[g].split(" "); return (g === "c" && !row.classList.contains("cause")) || values.some((v) => has.includes(v)); })
        && now.words.every((word) => text(row).includes(word));
      row.hidden = !fits;
      count += fits;
    }
    for (const family of $("#requirements .family")) { const inside = $(".row", family); family.hidden = inside.length > 0 && inside.every((row) => row.hidden); }
    shown.textContent = active(now) ? `${count} of ${rows.length} shown` : "";
    clear.hidden = !active(now);
    keep();
    list();
  };

  const cases = by("cases");
  const more = by("more");
  const nodes = new Map();
  const list = () => {
    if (!index) return;
    const now = state();
    const has = (g) => now.groups.find(([name]) => name === g)?.[1];
    const [o, l, r] = ["o", "l", "r"].map(has);
    const found = [];
    index.cases.forEach(([id, item, fails], n) => {
      const [, , resource, , level, letter] = index.items[item];
      if (only ? id === only : (!now.failed || fails) && (!o || o.includes(fails ? "f" : letter)) && (!l || l.includes(level)) && (!r || r.includes(slug(resource || "server"))) && now.words.every((word) => index.texts[n].includes(word))) found.push(n);
    });
    // What is there already stays as it is: a case that somebody reads is not closed under their eyes.
    cases.replaceChildren(...found.slice(0, limit).map((n) => { if (!nodes.has(n)) nodes.set(n, node(n)); return nodes.get(n); }));
    more.hidden = found.length <= limit;
    more.textContent = `Show more of ${found.length.toLocaleString("en")} cases`;
    if (!found.length) cases.append(el("p", "quiet", only ? `This page does not hold ${only}; the run file does.` : "No exchange in this page fits."));
    if (only && cases.firstElementChild?.tagName === "DETAILS") cases.firstElementChild.open = true;
  };
  // What a link leads to is not hidden under the filters, however many lines they take. An observer is told only after
  // the next layout, so whoever scrolls asks for the room first.
  const filters = document.querySelector(".filters");
  const padding = new CSSStyleSheet();
  document.adoptedStyleSheets = [padding];
  const room = () => {
    const { position, top } = getComputedStyle(filters);
    padding.replaceSync(position === "sticky" ? `html{scroll-padding-top:${parseFloat(top) + filters.offsetHeight + 8}px}` : "");
  };
  new ResizeObserver(room).observe(filters);

  const reset = () => { search.value = ""; for (const c of [...chips, failed]) press(c, false); only = ""; };

  // ---------------------------------------------------------------- where the fragment leads

  const show = (id) => {
    const target = by(id);
    if (!target) return false;
    if (target.closest("[hidden]")) { reset(); apply(); }
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    if (target.classList.contains("at")) for (const inner of $("details", target)) inner.open = true;
    $(".here").forEach((e) => e.classList.remove("here"));
    target.classList.add("here");
    room();
    target.scrollIntoView();
    return true;
  };
  const go = () => {
    const hash = location.hash;
    if (!hash.startsWith("#?")) {
      let id = hash.slice(1);
      try { id = decodeURIComponent(id); } catch { /* no id of this page */ }
      if (id && show(id)) { at = id; keep(); }
      return;
    }
    const kept = new URLSearchParams(hash.slice(2));
    reset();
    search.value = kept.get("q") ?? "";
    press(failed, kept.get("failed") === "1");
    for (const c of chips) press(c, (kept.get(c.dataset.group) ?? "").split(" ").includes(c.dataset.value));
    only = kept.get("case") ?? "";
    at = kept.get("at") ?? "";
    apply();
    if (only) load().then(() => { list(); by("exchanges").scrollIntoView(); });
    else if (at) show(at);
  };

  let wait = 0;
  search.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(() => { only = ""; limit = 40; apply(); if (!index) load().then(list); }, 40); });
  search.form.addEventListener("submit", (event) => event.preventDefault());
  for (const c of [...chips, failed]) c.addEventListener("click", () => { press(c, !pressed(c)); only = ""; limit = 40; apply(); });
  clear.addEventListener("click", () => { reset(); apply(); search.focus(); });
  more.addEventListener("click", () => { limit += 200; list(); });
  for (const row of rows) row.querySelector("summary")?.addEventListener("click", () => { at = row.open ? "" : row.id; keep(); });
  addEventListener("hashchange", go);
  new IntersectionObserver((seen, watcher) => { if (seen.some((s) => s.isIntersecting)) { watcher.disconnect(); load().then(list); } }, { rootMargin: "400px" }).observe(by("exchanges"));

  // ---------------------------------------------------------------- keys

  const legend = by("legend");
  const pops = $(".pop");
  addEventListener("click", (event) => { for (const pop of pops) if (pop.open && !pop.contains(event.target)) pop.open = false; });
  const stops = () => $(".row > summary, .case > summary").filter((e) => e.checkVisibility());
  const move = (step) => {
    const all = stops();
    const now = all.indexOf(document.activeElement);
    const next = now >= 0 ? now + step : step > 0 ? all.findIndex((e) => e.getBoundingClientRect().top > 60) : -1;
    if (all[next]) { all[next].focus(); all[next].scrollIntoView({ block: "nearest" }); } else if (next < 0 && now >= 0) search.focus();
  };
  const cell = (from, key) => {
    const td = from.parentElement;
    const line = td.parentElement;
    const next = { ArrowLeft: td.previousElementSibling, ArrowRight: td.nextElementSibling, ArrowUp: line.previousElementSibling?.children[td.cellIndex], ArrowDown: line.nextElementSibling?.children[td.cellIndex] }[key];
    next?.querySelector("a")?.focus();
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const on = document.activeElement;
    const typing = on === search;
    const stop = on.matches?.(".row > summary, .case > summary");
    const done = () => event.preventDefault();
    if (event.key === "Escape") {
      const open = pops.find((p) => p.open);
      if (open) { open.open = false; open.querySelector("summary").focus(); } else if (active(state())) { reset(); apply(); } else on.blur();
    } else if (typing) {
      if (event.key === "ArrowDown") { done(); const [first] = stops(); first?.focus(); }
    } else if (event.key === "/") { done(); search.focus(); search.select(); } else if (event.key === "?") { done(); legend.open = !legend.open; legend.querySelector("summary").focus(); } else if (event.key === "f") { failed.click(); } else if (event.key === "j" || event.key === "k") { done(); move(event.key === "j" ? 1 : -1); } else if (stop && (event.key === "ArrowDown" || event.key === "ArrowUp")) { done(); move(event.key === "ArrowDown" ? 1 : -1); } else if (stop && (event.key === "ArrowRight" || event.key === "ArrowLeft")) { if (on.parentElement.open !== (event.key === "ArrowRight")) on.click(); } else if (event.key.startsWith("Arrow") && on.matches?.(".matrix a")) { done(); cell(on, event.key); }
  });
  addEventListener("beforeprint", () => { for (const cause of $(".cause")) cause.open = true; });

  copies(document);
  go();
})();
