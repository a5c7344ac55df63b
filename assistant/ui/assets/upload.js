// Runs once when the upload field is first shown: sends files one by one, then tells the server
// their names; an address goes as it was typed.
const input = element.querySelector("input[type=file]");
const sending = element.querySelector(".sending");
const limit = Number(input.dataset.maxMb);

// So that the first files are indexed while the others are still on their way, in few messages.
const GATHER_MS = 500;

const send = async (files) => {
  let sent = [];
  let last = 0;
  for (const [index, file] of files.entries()) {
    sending.textContent = `Sending ${file.name} (${index + 1} of ${files.length})`;
    const entry = { name: file.name, size: file.size };
    if (file.size <= limit * 1024 * 1024) {
      try {
        entry.path = (await upload(file)).path;
      } catch (error) {
        console.warn("upload", error);
      }
    }
    // Without a path the server says why it was not taken.
    sent.push(entry);
    if (Date.now() - last > GATHER_MS || index === files.length - 1) {
      trigger("sent", { files: sent });
      sent = [];
      last = Date.now();
    }
  }
  sending.textContent = "";
};

input.addEventListener("change", () => {
  const files = [...input.files];
  input.value = "";
  send(files);
});

const address = element.querySelector(".address input");
const fetchAddress = () => {
  const typed = address.value.trim();
  address.value = "";
  if (typed) {
    trigger("sent", { address: typed });
  }
};
element.querySelector(".address button").addEventListener("click", fetchAddress);
address.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    fetchAddress();
  }
});

const panel = element.closest("#documents-panel") ?? element;
const hold = (event) => {
  if (event.dataTransfer?.types?.includes("Files")) {
    event.preventDefault();
    panel.classList.add("dropping");
  }
};
panel.addEventListener("dragenter", hold);
panel.addEventListener("dragover", hold);
panel.addEventListener("dragleave", (event) => {
  if (!panel.contains(event.relatedTarget)) {
    panel.classList.remove("dropping");
  }
});
panel.addEventListener("drop", (event) => {
  event.preventDefault();
  panel.classList.remove("dropping");
  send([...event.dataTransfer.files]);
});
// A file dropped beside the panel must not replace the page.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => event.preventDefault());
}
