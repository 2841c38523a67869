"use strict";
(() => {
  const root = document.documentElement;
  const $ = (query, from = document) => [...from.querySelectorAll(query)];
  root.classList.add("has-js");

  const remember = (theme) => { root.dataset.theme = theme; try { localStorage.setItem("restproof-theme", theme); } catch { /* a page from disk may have no storage */ } };
  try { const kept = localStorage.getItem("restproof-theme"); if (kept) root.dataset.theme = kept; } catch { /* as above */ }
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    remember(dark ? "light" : "dark");
  });

  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const chips = $(".chip");
  const rows = $(".row");
  const texts = new Map();
  const text = (row) => { if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase()); return texts.get(row); };
  const chosen = (group) => chips.filter((c) => c.dataset.group === group && c.ariaPressed === "true").map((c) => c.dataset.value);

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = ["o", "l", "r"].map((g) => [g, chosen(g)]).filter(([, values]) => values.length);
    let count = 0;
    for (const row of rows) {
      const fits = groups.every(([g, values]) => { const has = row.dataset[g].split(" "); return values.some((v) => has.includes(v)); })
        && words.every((word) => text(row).includes(word));
      row.hidden = !fits;
      count += fits;
    }
    for (const family of $("#requirements .family")) family.hidden = !$(".row", family).some((row) => !row.hidden);
    const active = words.length || groups.length;
    shown.textContent = active ? `${count} of ${rows.length} shown` : "";
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    for (const [g, values] of groups) state.set(g, values.join(" "));
    if (active || location.hash.startsWith("#?")) history.replaceState(null, "", active ? `#?${state}` : "#");
  };

  const open = () => {
    if (location.hash.startsWith("#?")) {
      const state = new URLSearchParams(location.hash.slice(2));
      search.value = state.get("q") ?? "";
      for (const c of chips) c.ariaPressed = String((state.get(c.dataset.group) ?? "").split(" ").includes(c.dataset.value));
      apply();
      return;
    }
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) { search.value = ""; for (const c of chips) c.ariaPressed = "false"; for (const hidden of $("[hidden]")) hidden.hidden = false; shown.textContent = ""; }
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target.classList.contains("at")) for (const more of $("details", target)) more.open = true;
    target.scrollIntoView();
  };

  let wait = 0;
  search.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(apply, 80); });
  search.form.addEventListener("submit", (event) => event.preventDefault());
  for (const c of chips) c.addEventListener("click", () => { c.ariaPressed = String(c.ariaPressed !== "true"); apply(); });
  addEventListener("hashchange", open);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest("input")) { event.preventDefault(); search.focus(); search.select(); }
    if (event.key === "Escape" && event.target === search) { search.value = ""; apply(); search.blur(); }
  });
  addEventListener("beforeprint", () => { for (const cause of $(".cause, .cause .story")) cause.open = true; });

  if (navigator.clipboard) {
    for (const line of $(".again div")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "copy";
      button.addEventListener("click", async () => {
        try { await navigator.clipboard.writeText(line.querySelector("code").textContent); button.textContent = "copied"; } catch { button.textContent = "not allowed"; }
        setTimeout(() => { button.textContent = "copy"; }, 1500);
      });
      line.querySelector("dd").append(button);
    }
  }
  open();
})();
