/* Enhancements only: every page works without this file. No inline handlers, no evaluated text. */
"use strict";

/* UX-14: whoever sent a form with faults lands on the list of them. */
function focusErrorSummary() {
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
}

/* A form marked data-confirm asks once, in a dialog whose button carries the verb. */
function askBefore(form, submitter) {
  const dialog = document.createElement("dialog");
  const title = document.createElement("h2");
  const words = document.createElement("p");
  const buttons = document.createElement("div");
  const back = document.createElement("button");
  const go = document.createElement("button");
  dialog.className = "it-dialog";
  title.id = "confirm-title";
  title.textContent = form.dataset.confirm;
  words.textContent = form.dataset.confirmDetail || "";
  buttons.className = "it-actions mt-3";
  back.type = go.type = "button";
  back.className = "btn btn-quiet";
  back.textContent = form.dataset.confirmBack || "Go back";
  go.className = "btn btn-danger";
  go.textContent = form.dataset.confirmVerb || (submitter && submitter.textContent.trim()) || "Confirm";
  back.addEventListener("click", () => dialog.close());
  go.addEventListener("click", () => {
    form.dataset.confirmed = "yes";
    dialog.close();
    form.requestSubmit(submitter || undefined);
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.setAttribute("aria-labelledby", title.id);
  buttons.append(go, back);
  dialog.append(title, words, buttons);
  document.body.append(dialog);
  dialog.showModal();
  back.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.submitter && event.submitter.hasAttribute("data-preview")) return;
  if (form.dataset.confirm && form.dataset.confirmed !== "yes") {
    event.preventDefault();
    askBefore(form, event.submitter);
    return;
  }
  if (form.method !== "post" || event.defaultPrevented) return;
  /* A second press while the first is under way does nothing; the server refuses it as well. */
  if (form.dataset.sent === "yes") {
    event.preventDefault();
    return;
  }
  if (form.hasAttribute("hx-post")) return;
  form.dataset.sent = "yes";
  if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
});

/* A page that the browser brings back from its memory may be sent again. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    delete form.dataset.confirmed;
    for (const button of form.querySelectorAll("[aria-disabled=true]")) button.removeAttribute("aria-disabled");
  }
});

/* The sign bar counts what is chosen, and the page's place in the history remembers it. */
const nameOfTick = (box) => box.dataset.tick || box.value;
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-counts]");
  if (!form) return;
  const chosen = Array.from(form.querySelectorAll("tbody input[type=checkbox]:checked"));
  for (const place of form.querySelectorAll("[data-count]")) place.textContent = String(chosen.length);
  const row = event.target.closest("tr");
  if (row) row.classList.toggle("is-picked", event.target.checked);
  history.replaceState({ ...history.state, ticked: chosen.map(nameOfTick) }, "");
});

/* Back in a list: a browser would tick by position, and rows may have moved or gone meanwhile. These forms keep it from
   that (autocomplete="off"); the same row is ticked again here, if it is there unchanged. The row that was left has the
   focus: a number is kept for that, no name. */
const listRows = () => Array.from(document.querySelectorAll("form[data-counts] tr[data-row]"));
const placeOfList = `row ${location.pathname}${location.search}`;
window.addEventListener("pagehide", () => {
  const row = document.activeElement && document.activeElement.closest("tr[data-row]");
  if (row) sessionStorage.setItem(placeOfList, String(listRows().indexOf(row)));
});
window.addEventListener("pageshow", (event) => {
  const left = sessionStorage.getItem(placeOfList);
  sessionStorage.removeItem(placeOfList);
  if (event.persisted) return;
  const kept = history.state && history.state.ticked;
  const ticked = new Set(kept || []);
  if (kept) for (const box of document.querySelectorAll("form[data-counts] tbody input[type=checkbox]")) {
    if (box.checked === ticked.has(nameOfTick(box))) continue;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const rows = listRows();
  const row = left === null ? null : rows[Math.min(Number(left), rows.length - 1)];
  const link = row && row.querySelector("[data-open]");
  if (link) link.focus();
});

/* A preview beside a form follows what is typed; without script the Preview button asks for it. */
let previewTimer = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  const preview = document.querySelector("[data-live]");
  if (!form || !preview || !form.querySelector("[data-preview]")) return;
  clearTimeout(previewTimer);
  previewTimer = setTimeout(() => preview.dispatchEvent(new Event("preview")), 350);
});

focusErrorSummary();

/* What is printed says when it was printed, not when the page was opened; by the clinic's clock. */
window.addEventListener("beforeprint", () => {
  for (const place of document.querySelectorAll("[data-printed]")) {
    const options = { timeZone: place.dataset.zone, day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" };
    const parts = {};
    for (const part of new Intl.DateTimeFormat("en-US", options).formatToParts(new Date())) parts[part.type] = part.value;
    place.textContent = `${parts.day}-${parts.month}-${parts.year} ${parts.hour}:${parts.minute} ${parts.timeZoneName}`;
    place.removeAttribute("datetime");
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
