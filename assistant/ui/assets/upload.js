// Runs once when the upload field is first shown: sends files one by one, then tells the server
// their names; an address goes as it was typed.
const input = element.querySelector("input[type=file]");
const sending = element.querySelector(".sending");
const limit = Number(input.dataset.maxMb);
const suffixes = input.accept.split(",");

// So that the first files are indexed while the others are still on their way, in few messages.
const GATHER_MS = 500;

const isTaken = (file) =>
  file.size <= limit * 1024 * 1024 && suffixes.some((suffix) => file.name.toLowerCase().endsWith(suffix));

// Files and the names they are to have.
const send = async (files) => {
  let sent = [];
  let last = 0;
  for (const [index, { file, name }] of files.entries()) {
    sending.textContent = `Sending ${name} (${index + 1} of ${files.length})`;
    const entry = { name, size: file.size };
    if (isTaken(file)) {
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

// Files of one name from several folders must not take each other's place: they are called by their folders as well.
const named = (found) => {
  const often = new Map();
  for (const { file } of found) {
    often.set(file.name, (often.get(file.name) ?? 0) + 1);
  }
  return found.map(({ file, path }) => ({
    file,
    name: often.get(file.name) > 1 ? path.split("/").filter(Boolean).join(" - ") : file.name,
  }));
};

// What another program made for the drop, such as a mail's attachment, has no entry in a file system.
const asEntry = (file) =>
  file && { isFile: true, name: file.name, fullPath: `/${file.name}`, file: (found) => found(file) };

// What a folder holds, at any depth. Hidden files are left out, as by a sync of a folder.
const filesIn = async (entry) => {
  if (entry.isFile) {
    const file = await new Promise((found, failed) => entry.file(found, failed));
    return [{ file, path: entry.fullPath }];
  }
  const reader = entry.createReader();
  const found = [];
  // A reader gives so many at a time, and none at its end.
  for (;;) {
    const some = await new Promise((read, failed) => reader.readEntries(read, failed));
    if (!some.length) {
      return found;
    }
    for (const each of some.filter((each) => !each.name.startsWith("."))) {
      found.push(...(await filesIn(each)));
    }
  }
};

const sendDropped = async (entries) => {
  const found = [];
  const unread = [];
  for (const entry of entries) {
    sending.textContent = `Looking into ${entry.name}`;
    try {
      const files = await filesIn(entry);
      found.push(...files);
      if (!files.length) {
        unread.push(`${entry.name} holds no files`);
      }
    } catch (error) {
      console.warn("drop", error);
      unread.push(`${entry.name} cannot be read: choose its files with Add documents`);
    }
  }
  await send(named(found));
  sending.textContent = unread.map((told) => `${told}.`).join(" ");
};

input.addEventListener("change", () => {
  const files = [...input.files];
  input.value = "";
  send(named(files.map((file) => ({ file, path: file.name }))));
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
  // To be asked for at once: after the event there is nothing left of it.
  const entries = [...event.dataTransfer.items]
    .map((item) => item.webkitGetAsEntry() ?? asEntry(item.getAsFile?.()))
    .filter(Boolean);
  sendDropped(entries);
});
// A file dropped beside the panel must not replace the page.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => event.preventDefault());
}
