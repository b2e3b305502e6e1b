/* A camera on the page, with the last photo over it to line up with. Without it the file box works. */
"use strict";

function bring(form) {
  const open = form.querySelector("[data-open]");
  const shoot = form.querySelector("[data-shoot]");
  const video = form.querySelector("video");
  const box = form.querySelector("input[type=file]");
  let stream = null;

  function show(on) {
    form.querySelectorAll("[data-viewfinder]").forEach((part) => (part.hidden = !on));
    shoot.hidden = !on;
    open.hidden = on;
  }

  function close() {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    show(false);
  }

  open.hidden = false;
  open.addEventListener("click", async () => {
    try {
      const wish = { facingMode: "user", width: { ideal: 1440 }, height: { ideal: 1920 } };
      stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
    } catch (error) {
      open.hidden = true; /* said no, or there is none: the file box is still there */
      return;
    }
    video.srcObject = stream;
    show(true);
    await video.play();
  });
  shoot.addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob(
      (blob) => {
        const carrier = new DataTransfer();
        carrier.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
        box.files = carrier.files;
        close();
        form.requestSubmit();
      },
      "image/jpeg",
      0.92,
    );
  });
}

if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
  document.querySelectorAll("[data-camera]").forEach(bring);
}
