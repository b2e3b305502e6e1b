/* Keeps whom to call for when there is no connection; the next dates only if the patient asks. */
"use strict";

const DATES = "isotrack-dates-1";
const signedIn = document.body.hasAttribute("data-signed-in");

function tell(worker, wish) {
  return new Promise((done) => {
    const wire = new MessageChannel();
    wire.port1.onmessage = () => done();
    worker.postMessage(wish, [wire.port2]);
  });
}

async function showWish(box, kept) {
  box.hidden = false;
  box.querySelector("[data-keep]").hidden = kept;
  box.querySelector("[data-forget]").hidden = !kept;
  box.querySelector("[data-kept]").hidden = !kept;
}

async function start() {
  if (!signedIn) {
    await caches.delete(DATES);
    return;
  }
  await navigator.serviceWorker.register("/device-worker.js", { scope: "/" });
  const worker = (await navigator.serviceWorker.ready).active;
  const box = document.querySelector("[data-dates]");
  const kept = await caches.has(DATES);
  if (kept && !box && document.body.hasAttribute("data-fresh")) tell(worker, "keep");
  if (!box) return;
  await showWish(box, kept);
  box.querySelector("[data-keep]").addEventListener("click", async () => {
    await tell(worker, "keep");
    await showWish(box, await caches.has(DATES));
  });
  box.querySelector("[data-forget]").addEventListener("click", async () => {
    await tell(worker, "forget");
    await showWish(box, false);
  });
}

if ("serviceWorker" in navigator && "caches" in window) start().catch(() => {});
