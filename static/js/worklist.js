/* Keys of the worklist and of Today. Both work without them: links, ticks and buttons. */
"use strict";

(() => {
  const help = document.getElementById("keys");
  const form = document.querySelector("form[data-worklist]");
  const rows = form ? Array.from(form.querySelectorAll("tr[data-row]")) : [];
  const opener = document.querySelector("[data-help]");
  let at = -1;

  const go = (step) => {
    if (!rows.length) return;
    at = Math.min(Math.max(at + step, 0), rows.length - 1);
    rows.forEach((row, number) => row.classList.toggle("is-current", number === at));
    rows[at].querySelector("[data-open]").focus();
  };
  const tick = (box, on) => {
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = () => {
    if (help && !help.open) help.showModal();
  };
  /* By keyboard a call begins at its outcomes: Tab and Enter note the first. */
  const call = () => {
    const link = at >= 0 && rows[at].querySelector("[data-call]");
    if (!link) return false;
    link.hash = "id_outcome";
    link.click();
    return true;
  };
  const take = () => {
    if (!form) return false;
    if (!form.querySelector("input[name=pick]:checked")) {
      if (at < 0) return false;
      tick(rows[at].querySelector("input[name=pick]"), true);
    }
    form.elements.to.value = "me";
    form.requestSubmit(form.querySelector("[data-hand]"));
    return true;
  };

  if (opener && help) {
    opener.hidden = false;
    opener.addEventListener("click", show);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
    const tiles = document.querySelectorAll(".it-tiles > *");
    const tile = /^[1-9]$/.test(event.key) && tiles[Number(event.key) - 1];
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "/") document.getElementById("find-patient").focus();
    else if (event.key === "?") show();
    else if (event.key === "c" && call()) { /* followed */ }
    else if (event.key === "m" && take()) { /* sent */ }
    else if (event.key === "h" && form) form.elements.to.focus();
    else if (at >= 0 && (event.key === "x" || (event.key === " " && event.target.matches("[data-open]")))) {
      const box = rows[at].querySelector("input[name=pick]");
      tick(box, !box.checked);
    } else if (tile && tile.href) tile.click();
    else return;
    event.preventDefault();
  });

  if (form) {
    form.addEventListener("focusin", (event) => {
      const row = event.target.closest("tr[data-row]");
      if (row) at = rows.indexOf(row);
    });
  }

  /* What asks by itself and is not answered says so; the next answer takes it back. */
  const unanswered = document.querySelector("[data-unanswered]");
  if (unanswered) {
    for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
      document.body.addEventListener(name, () => { unanswered.hidden = false; });
    }
    document.body.addEventListener("htmx:afterOnLoad", (event) => {
      if (event.detail.successful) unanswered.hidden = true;
    });
  }
})();
