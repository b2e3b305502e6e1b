/* Passkeys: asks the device to make one, or to sign in with one. Without this file the password does it. */
"use strict";

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function known(list) {
  return (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
}

/* What the device answered, as the server reads it. */
function told(credential) {
  const response = {};
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  for (const part of parts) if (credential.response[part]) response[part] = text(credential.response[part]);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function make(options) {
  const wanted = options.publicKey;
  wanted.challenge = bytes(wanted.challenge);
  wanted.user.id = bytes(wanted.user.id);
  wanted.excludeCredentials = known(wanted.excludeCredentials);
  return navigator.credentials.create({ publicKey: wanted });
}

async function use(options) {
  const wanted = options.publicKey;
  wanted.challenge = bytes(wanted.challenge);
  wanted.allowCredentials = known(wanted.allowCredentials);
  return navigator.credentials.get({ publicKey: wanted });
}

function ready(form, ask) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const refused = form.querySelector("[data-passkey-refused]");
    refused.hidden = true;
    try {
      form.elements.credential.value = told(await ask());
      form.submit();
    } catch {
      /* Turned down, too slow, or no passkey here: all the same to whoever looks on. */
      refused.hidden = false;
    }
  });
}

document.addEventListener("DOMContentLoaded", () => {
  if (!window.PublicKeyCredential) return;
  const adding = document.querySelector("form[data-passkey-add]");
  if (adding) ready(adding, () => make(JSON.parse(document.getElementById("passkey-options").textContent)));
  const entering = document.querySelector("form[data-passkey-enter]");
  if (entering) {
    ready(entering, async () => {
      const answer = await fetch(entering.action, { headers: { "X-Requested-With": "XMLHttpRequest" } });
      return use((await answer.json()).request_options);
    });
  }
});
