// Runs once for each list of the documents column: its buttons go to the server by what they carry, words with the
// field they were typed into. Focus stays with what it was on, and follows what was deleted to its undo, and back.

// Finds what is to have the focus next: the undo of a deletion, or the document that was put back.
let next = null;
// What has the focus here, for a redraw may take it away, or make another document's button of the one that has it.
let held = null;
// Words half typed, for a redraw must not take them away; what was sent is forgotten.
let typed = new Map();

const told = (part) => part && { action: part.dataset.action, name: part.dataset.name };
const same = (one, other) => one?.action === other?.action && one?.name === other?.name;
const focusable = (part) => (part.matches(".entry") ? part.querySelector("input") : part);
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

const place = (field) => `${field.dataset.action} ${field.dataset.name}`;
const enter = (field) => {
  const input = field.querySelector("input");
  const words = input.value;
  input.value = "";
  typed.delete(place(field));
  if (words) {
    trigger("act", { action: field.dataset.action, name: field.dataset.name, words });
  }
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const field = button?.closest(".entry");
  if (field) {
    enter(field);
  } else if (button?.dataset.action) {
    send(button);
  }
});

element.addEventListener("keydown", (event) => {
  const field = event.target.closest(".entry:not(.day)");
  if (field && event.key === "Enter") {
    event.preventDefault();
    enter(field);
  }
});

// A day holds as soon as it is typed to its end; without one, any does.
element.addEventListener("change", (event) => {
  const field = event.target.closest(".day");
  if (field) {
    typed.delete(place(field));
    trigger("act", { action: field.dataset.action, name: "", words: event.target.value });
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

// Nor is a list folded that was unfolded.
const unfolded = new Set();
element.addEventListener(
  "toggle",
  ({ target }) => (target.open ? unfolded.add(target.className) : unfolded.delete(target.className)),
  true,
);
element.addEventListener("input", (event) => {
  const field = event.target.closest(".entry");
  if (field) {
    typed.set(place(field), event.target.value);
  }
});

const keepEntries = () => {
  const fields = [...element.querySelectorAll(".entry")];
  for (const field of fields) {
    const input = field.querySelector("input");
    const value = typed.get(place(field)) ?? input.defaultValue;
    if (input.value !== value) {
      input.value = value;
    }
  }
  const there = new Set(fields.map(place));
  typed = new Map([...typed].filter(([where]) => there.has(where)));
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
  for (const list of element.querySelectorAll("details")) {
    list.open = unfolded.has(list.className);
  }
  keepEntries();
  keepFocus();
});
