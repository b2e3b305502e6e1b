/* Keys on the list of results to read, and on the page that shows what would be closed. Both work
   without them: ticks, links and buttons. */
"use strict";

/* What would be closed is read row by row; its button comes after the last, never first. */
(() => {
  const sure = document.querySelector("[data-sure]");
  if (!sure) return;
  const stops = [...document.querySelectorAll("tr[data-row]"), sure];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=hidden])")) return;
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const at = stops.indexOf(document.activeElement.closest("tr[data-row], [data-sure]"));
    const next = stops[Math.min(Math.max(at + step, 0), stops.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  });
})();

(() => {
  const form = document.querySelector("form[data-reading]");
  if (!form) return;
  const rows = Array.from(form.querySelectorAll("tr[data-row]"));
  let at = -1;

  /* Past the last row the next page begins at its first; what is ticked is not left behind. */
  const turn = (step) => {
    const link = document.querySelector(`.it-pager a[rel=${step > 0 ? "next" : "prev"}]`);
    if (link && boxes(true).length === 0) location.assign(`${link.href}#${step > 0 ? "first" : "last"}`);
  };
  const go = (step) => {
    if (at >= 0 && (at + step < 0 || at + step >= rows.length)) {
      turn(step);
      return;
    }
    at = Math.min(Math.max(at + step, 0), rows.length - 1);
    rows.forEach((row, number) => row.classList.toggle("is-current", number === at));
    rows[at].querySelector("[data-open]").focus();
  };
  const boxes = (picked) => form.querySelectorAll(`input[name=pick]${picked ? ":checked" : ""}`);
  const tick = (box, on) => {
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
    if (typing) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (at >= 0 && (event.key === "x" || (event.key === " " && event.target.matches("[data-open]")))) {
      const box = rows[at].querySelector("input[name=pick]");
      if (box) tick(box, !box.checked);
    } else if (event.key === "a") {
      const button = form.querySelector("[data-close]");
      if (!button) return;
      if (boxes(true).length === 0) boxes(false).forEach((box) => tick(box, true));
      if (boxes(true).length > 0) form.requestSubmit(button);
    } else return;
    event.preventDefault();
  });

  if (rows.length > 0 && location.hash === "#first") go(1);
  if (rows.length > 0 && location.hash === "#last") go(rows.length);

  /* On a narrow screen the worst value stands alone, and the others unfold. */
  if (window.matchMedia("(max-width: 767.98px)").matches)
    form.querySelectorAll("details.it-rest").forEach((rest) => rest.removeAttribute("open"));

  /* The mouse and the Tab key move the current row as well. */
  form.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (row) at = rows.indexOf(row);
  });
})();
