// Runs once for each list of the documents column: its buttons go to the server by what they carry, passwords with
// the field they were typed into. Focus stays with what it was on, and follows what was deleted to its undo, and back.

// Finds what is to have the focus next: the undo of a deletion, or the document that was put back.
let next = null;
// What has the focus here, for a redraw may take it away, or make another document's button of the one that has it.
let held = null;
// Passwords half typed, for a redraw must not take them away; one that was sent is forgotten.
let typed = new Map();

const told = (part) => part && { action: part.dataset.action, name: part.dataset.name };
const same = (one, other) => one?.action === other?.action && one?.name === other?.name;
const focusable = (part) => (part.matches(".password") ? part.querySelector("input") : part);
const undos = () => [...element.querySelectorAll(".undo")];

const send = (button) => {
  const { action, name } = button.dataset;
  if (action.startsWith("delete")) {
    const before = new Set(undos().map((undo) => undo.dataset.name));
    next = () => undos().find((undo) => !before.has(undo.dataset.name));
    // At once: the answer may take a moment.
    button.closest("li")?.classList.add("leaving");
  }
  if (action === "undo") {
    const back = `.delete[data-name="${CSS.escape(button.dataset.document)}"]`;
    next = () => (element.querySelector(`.undo[data-name="${name}"]`) ? null : element.querySelector(back));
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

// Whoever goes elsewhere is not brought back.
for (const kind of ["focusin", "pointerdown"]) {
  document.addEventListener(kind, (event) => {
    const inside = element.contains(event.target);
    held = inside ? told(event.target.closest("[data-action]")) : null;
    next = inside ? next : null;
  });
}

// Nor a list that was unfolded.
let unfolded = false;
element.addEventListener("toggle", (event) => { unfolded = event.target.open; }, true);
element.addEventListener("input", (event) => {
  const field = event.target.closest(".password");
  if (field) {
    typed.set(field.dataset.name, event.target.value);
  }
});

const keepPasswords = () => {
  const fields = [...element.querySelectorAll(".password")];
  for (const field of fields) {
    const input = field.querySelector("input");
    const value = typed.get(field.dataset.name) ?? "";
    if (input.value !== value) {
      input.value = value;
    }
  }
  const there = new Set(fields.map((field) => field.dataset.name));
  typed = new Map([...typed].filter(([name]) => there.has(name)));
};

const keepFocus = () => {
  const active = document.activeElement;
  if (active !== document.body && !element.contains(active)) {
    return;
  }
  const wanted = next?.();
  if (wanted) {
    next = null;
    wanted.focus();
  } else if (held && !same(held, told(active.closest("[data-action]")))) {
    const part = [...element.querySelectorAll("[data-action]")].find((each) => same(held, told(each)));
    if (part) {
      focusable(part).focus({ preventScroll: true });
    } else {
      // Better nowhere than on the button of another document.
      active.blur?.();
    }
  }
};

watch("value", () => {
  const files = element.querySelector(".failed-files");
  if (files) {
    files.open = unfolded;
  }
  keepPasswords();
  keepFocus();
});
