/* Keys on the list that is signed together. It works without them: ticks, links and one button. */
"use strict";

(() => {
  const form = document.querySelector("form[data-signing]");
  const button = document.querySelector("[data-sign]");
  const all = document.querySelector("[data-tick-all]");
  if (!form || !button || !all) return;
  const rows = Array.from(form.querySelectorAll("tr[data-row]"));
  const boxes = Array.from(form.querySelectorAll("input[name=pick]"));
  const count = button.querySelector("[data-count]");
  let at = -1;

  const say = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = chosen ? String(chosen) : "the ticked";
    count.nextElementSibling.textContent = chosen === 1 ? "prescription" : "prescriptions";
    all.textContent = chosen === boxes.length ? "Tick none" : "Tick all";
  };
  const tick = (box, on) => {
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const go = (step) => {
    at = Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[at].querySelector("[data-open]").focus();
  };

  all.hidden = boxes.length === 0;
  all.addEventListener("click", () => {
    const on = boxes.some((box) => !box.checked);
    boxes.forEach((box) => tick(box, on));
  });
  form.addEventListener("change", say);
  form.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (row) at = rows.indexOf(row);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (at >= 0 && (event.key === "x" || (event.key === " " && event.target.matches("[data-open]")))) {
      const box = rows[at].querySelector("input[name=pick]");
      if (box) tick(box, !box.checked);
    } else if (event.key === "s" && boxes.some((box) => box.checked)) form.requestSubmit(button);
    else return;
    event.preventDefault();
  });
  say();
})();
