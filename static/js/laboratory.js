/* Enhancements of the laboratory's pages: everything works without this file. */
"use strict";

/* Typing down the report: Enter goes to the value of the next test, and from the last one to the button. */
for (const form of document.querySelectorAll("form[data-rowwise]")) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input, select")) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input:not([type=hidden]), select, button[type=submit]")];
    const here = event.target.closest("tbody tr") || event.target;
    const next = fields.find((field) => {
      const place = here.compareDocumentPosition(field);
      const follows = place & Node.DOCUMENT_POSITION_FOLLOWING && !(place & Node.DOCUMENT_POSITION_CONTAINED_BY);
      return follows && (!field.closest("tbody") || field.name.endsWith("_value"));
    });
    if (!next) return;
    next.focus();
    if (next.select) next.select();
  });
}

/* A file under way says so in words; one that is too large does not even leave. */
for (const form of document.querySelectorAll("form[data-upload]")) {
  const words = form.querySelector("[data-progress]");
  form.addEventListener("submit", (event) => {
    const file = form.querySelector("input[type=file]").files[0];
    const large = file && file.size > Number(form.dataset.most);
    words.textContent = large ? form.dataset.tooLarge : form.dataset.upload;
    if (large) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    words.textContent = "";
  });
}

/* The queue by keyboard: j and k move, x or Space ticks, Enter opens. Without this the ticks and buttons do the same. */
const queue = document.querySelector("form[data-queue]");
if (queue) {
  const rows = [...queue.querySelectorAll("tr[data-row]")];
  const boxes = [...queue.querySelectorAll("input[name=pick]")];
  const goal = (row) => row.querySelector("[data-open]") || row.querySelector("input[name=pick]");
  const tick = (box, on) => {
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const all = queue.querySelector("[data-tick-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => {
      const on = boxes.some((box) => !box.checked);
      boxes.forEach((box) => tick(box, on));
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
    const row = event.target.closest("tr[data-row]");
    const at = rows.indexOf(row);
    const box = row && row.querySelector("input[name=pick]");
    if (event.key === "j" && rows.length) goal(rows[Math.min(at + 1, rows.length - 1)]).focus();
    else if (event.key === "k" && rows.length) goal(rows[Math.max(at - 1, 0)]).focus();
    else if (box && (event.key === "x" || (event.key === " " && event.target.matches("[data-open]")))) tick(box, !box.checked);
    else return;
    event.preventDefault();
  });
}
