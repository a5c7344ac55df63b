// Runs once for each list of the documents column: its buttons go to the server by what they carry.
// Focus follows: to the harmless answer when a deletion is to be confirmed, back to the list afterwards.
let asking = null;

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  if (button) {
    trigger("act", { action: button.dataset.action, name: button.dataset.name });
  }
});

watch("value", () => {
  const keep = element.querySelector(".confirm .keep");
  const name = keep?.dataset.name ?? null;
  if (name !== null && name !== asking) {
    keep.focus();
  } else if (name === null && asking !== null) {
    const row = element.querySelector(`.delete[data-name="${CSS.escape(asking)}"]`);
    (row ?? element.closest("#documents"))?.focus();
  }
  asking = name;
});
