// Runs once for each list of the documents column: its buttons go to the server by what they carry, passwords with
// the field they were typed into. Focus follows what was deleted to its undo, and back.
let left = null;
// Passwords half typed, for a redraw must not take them away; one that was sent is forgotten.
let typed = new Map();

const send = (button) => {
  const { action, name } = button.dataset;
  if (action === "delete") {
    left = name;
    // At once: the index may be busy with another file for a while.
    button.closest("li").classList.add("leaving");
  }
  if (action === "undo") {
    left = button.dataset.document;
  }
  trigger("act", { action, name });
};

const unlock = (field) => {
  const input = field.querySelector("input");
  const words = input.value;
  input.value = "";
  typed.delete(field.dataset.name);
  if (words) {
    trigger("act", { action: field.dataset.action, name: field.dataset.name, words });
  }
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const field = button?.closest(".password");
  if (field) {
    unlock(field);
  } else if (button?.dataset.action) {
    send(button);
  }
});

element.addEventListener("keydown", (event) => {
  const field = event.target.closest(".password");
  if (field && event.key === "Enter") {
    event.preventDefault();
    unlock(field);
  }
});

// Nor a list that was unfolded.
let unfolded = false;
element.addEventListener("toggle", (event) => { unfolded = event.target.open; }, true);
element.addEventListener("input", (event) => {
  const field = event.target.closest(".password");
  if (field) {
    typed.set(field.dataset.name, event.target.value);
  }
});

watch("value", () => {
  const files = element.querySelector(".failed-files");
  if (files) {
    files.open = unfolded;
  }
  for (const field of element.querySelectorAll(".password")) {
    field.querySelector("input").value = typed.get(field.dataset.name) ?? "";
  }
  const there = new Set([...element.querySelectorAll(".password")].map((field) => field.dataset.name));
  typed = new Map([...typed].filter(([name]) => there.has(name)));
  if (left !== null) {
    const name = CSS.escape(left);
    const next = element.querySelector(`.undo[data-document="${name}"], .delete[data-name="${name}"]`);
    if (next) {
      next.focus();
      left = null;
    }
  }
});
