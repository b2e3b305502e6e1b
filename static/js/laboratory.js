/* Enhancements of the laboratory's pages: everything works without this file. */
"use strict";

/* Typing row by row: Enter goes on to the next field, and from the last one to the button. */
for (const form of document.querySelectorAll("form[data-rowwise]")) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input, select")) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input:not([type=hidden]), select, button[type=submit]")];
    const next = fields[fields.indexOf(event.target) + 1];
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
