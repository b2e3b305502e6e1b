/* Runs without a page: shows what the clinic sent, and opens its address when it is touched. */
"use strict";

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
