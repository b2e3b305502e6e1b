/* Keys on the page of one decision; it works without them: 1 to 6 choose what happens next, n leaves
   it and opens the next, Ctrl and Enter save. */
"use strict";

(() => {
  const form = document.querySelector("form[data-deciding]");
  if (!form) return;
  const choices = Array.from(form.querySelectorAll("input[type=radio][name=action]"));
  const hint = form.querySelector("[data-keys]");
  if (hint) hint.hidden = false;

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit(form.querySelector("button[type=submit]"));
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog")) return;
    const choice = choices[Number(event.key) - 1];
    const next = form.querySelector("[data-next]");
    if (choice) {
      choice.click();
      choice.focus();
    } else if (event.key === "n" && next) next.click();
    else return;
    event.preventDefault();
  });
})();
