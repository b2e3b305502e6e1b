/* A button that copies what is shown once. Without script or a safe connection it is marked by hand. */
"use strict";

document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const shown = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(shown.textContent);
      button.querySelector("span").textContent = "Copied";
    } catch (error) {
      window.getSelection().selectAllChildren(shown);
    }
  });
});
