/* Runs without a page: shows what the clinic sent, and whom to call when there is no connection.
   It keeps the offline page and its styles. The next dates only after the patient asked for it. */
"use strict";

const PLAIN = "isotrack-offline-1";
const DATES = "isotrack-dates-1";
const PAGE = "/offline/";
const WITH_DATES = "/offline/?dates=1";

async function keep(name, address) {
  const cache = await caches.open(name);
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok || answer.redirected) return;
  const text = await answer.clone().text();
  await cache.put(address, answer);
  const styles = [...text.matchAll(/href="(\/static\/[^"]+\.css)"/g)].map((found) => found[1]);
  await (await caches.open(PLAIN)).addAll(styles);
}

async function fallback() {
  const kept = (await caches.match(WITH_DATES)) || (await caches.match(PAGE));
  return kept || Response.error();
}

async function visit(request) {
  let answer;
  try {
    answer = await fetch(request);
  } catch (error) {
    return fallback();
  }
  /* Signed out, locked or too long away: what was kept of the patient goes as well. */
  const at = new URL(answer.url || request.url).pathname;
  if (at.startsWith("/account/")) await caches.delete(DATES);
  return answer;
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keep(PLAIN, PAGE).catch(() => {}));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(visit(request));
  else if (request.destination === "style" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match(request).then((kept) => kept || Response.error())));
  }
});

self.addEventListener("message", (event) => {
  const wish = event.data;
  let work = null;
  if (wish === "plain") work = keep(PLAIN, PAGE);
  if (wish === "keep") work = keep(DATES, WITH_DATES);
  if (wish === "forget") work = caches.delete(DATES);
  if (work) event.waitUntil(work.catch(() => {}).then(() => event.ports[0] && event.ports[0].postMessage("done")));
});

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data ? event.data.json() : {};
  } catch (error) {
    said = {};
  }
  /* The same tag replaces: what arrives twice is shown once. */
  event.waitUntil(
    self.registration.showNotification(said.title || "IsoTrack", {
      body: said.body || "",
      tag: said.tag || "isotrack",
      data: { url: said.url || "/" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin);
  /* Nothing that was sent leads anywhere but here. */
  const safe = url.origin === self.location.origin ? url.href : self.location.origin;
  event.waitUntil(self.clients.openWindow(safe));
});
