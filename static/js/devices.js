/* The button "Notify me on this device": asks the browser, then sends its subscription as a form. */
"use strict";

const form = document.querySelector("[data-push-key]");

function keyBytes(text) {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

async function subscribe() {
  await navigator.serviceWorker.register(form.dataset.pushWorker, { scope: form.dataset.pushScope });
  const permission = await Notification.requestPermission();
  if (permission !== "granted") throw new Error(permission);
  const registered = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: keyBytes(form.dataset.pushKey) };
  let made;
  try {
    made = await registered.pushManager.subscribe(options);
  } catch (error) {
    /* One that was made with another key of ours stands in the way. */
    const old = await registered.pushManager.getSubscription();
    if (!old) throw error;
    await old.unsubscribe();
    made = await registered.pushManager.subscribe(options);
  }
  return made.toJSON();
}

async function addThisDevice(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const said = await subscribe();
    form.elements.endpoint.value = said.endpoint;
    form.elements.p256dh.value = said.keys.p256dh;
    form.elements.auth.value = said.keys.auth;
    form.submit();
  } catch (error) {
    button.disabled = false;
    document.querySelector("[data-push-refused]").hidden = false;
  }
}

if (form && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  form.hidden = false;
  document.querySelector("[data-push-unable]").hidden = true;
  form.addEventListener("submit", addThisDevice);
}
