// Runs once when the list of conversations is first shown: opening, searching, naming, deleting, and asking again.
const page = window.corpusAssistant;
const part = (id) => document.getElementById(id);
const sheet = part("talks");

// The browser shows it over the page, closes it at a click beside it or Escape, and gives the focus back.
sheet.popover = "auto";
sheet.setAttribute("role", "dialog");
sheet.setAttribute("aria-label", "Conversations");
sheet.addEventListener("toggle", (event) => {
  const open = event.newState === "open";
  part("talks-open").setAttribute("aria-expanded", String(open));
  if (open && matchMedia("(pointer: fine)").matches) {
    part("talks-search").focus();
  }
});

const address = (id) => {
  location.hash = id ? `conversation=${id}` : "";
};
window.addEventListener("hashchange", () => {
  page.view("conversation");
  trigger("choose", { conversation: page.conversation() });
});

document.addEventListener("assistant:back", () => {
  trigger("choose", { conversation: page.conversation() });
});

// A server that was started anew does not know what this page shows.
let started = null;
// The conversation that was shown when it was deleted, to be shown again when that is undone.
let left = null;
let undone = null;
// Where the focus goes once the list is drawn again.
let next = null;

watch("value", () => {
  const found = element.querySelector(".talks-found");
  if (!found) {
    return;
  }
  if (started !== null && started !== found.dataset.server) {
    trigger("choose", { conversation: page.conversation() });
  }
  started = found.dataset.server;
  const focused = next && element.querySelector(next);
  if (focused) {
    focused.focus();
    next = null;
  }
  if (undone && element.querySelector(`li[data-talk="${undone}"]:not(.gone)`)) {
    address(undone);
    undone = null;
  }
});

sheet.addEventListener("click", (event) => {
  if (event.target.closest("a")) {
    sheet.hidePopover();
  }
});

let typing = 0;
sheet.addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => trigger("act", { action: "search", words: event.target.value }), 150);
});

const rename = (button) => {
  const naming = part("talk-naming");
  naming.dataset.talk = button.dataset.talk;
  naming.querySelector("input").value = button.dataset.name;
  naming.showModal();
  naming.querySelector("input").select();
};
const named = (given) => {
  const naming = part("talk-naming");
  const { talk } = naming.dataset;
  if (given) {
    trigger("act", { action: "rename", conversation: talk, words: naming.querySelector("input").value });
  }
  naming.close();
  // A dialogue closes what was open below it.
  sheet.showPopover();
  const back = `[data-talk="${talk}"] [data-talk-action="rename"]`;
  element.querySelector(back)?.focus();
  next = given ? back : null;
};
document.addEventListener("submit", (event) => {
  if (event.target.closest("#talk-naming")) {
    event.preventDefault();
    named(true);
  }
});
document.addEventListener(
  "cancel",
  (event) => {
    if (event.target.id === "talk-naming") {
      event.preventDefault();
      named(false);
    }
  },
  { capture: true },
);

const edit = (button) => {
  const exchange = button.closest(".exchange");
  const question = exchange.querySelector(".question");
  const form = document.createElement("form");
  form.className = "talk-edit";
  const field = document.createElement("textarea");
  field.setAttribute("aria-label", "The question");
  field.value = button.dataset.question;
  const buttons = document.createElement("div");
  buttons.className = "talk-buttons";
  const make = (type, text) => {
    const made = document.createElement("button");
    made.type = type;
    made.textContent = text;
    buttons.append(made);
    return made;
  };
  const send = make("submit", "Ask again");
  send.className = "primary";
  const close = () => {
    form.remove();
    question.hidden = false;
    button.focus();
  };
  make("button", "Cancel").addEventListener("click", close);
  form.append(field, buttons);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) {
      trigger("again", { conversation: page.conversation(), question: field.value });
      document.querySelector("#question textarea")?.focus();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
    } else if (event.key === "Enter" && !event.shiftKey && event.target === field && !event.isComposing) {
      event.preventDefault();
      send.click();
    }
  });
  question.hidden = true;
  question.after(form);
  field.style.height = `${field.scrollHeight + 4}px`;
  field.focus();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-talk-action]");
  if (!button) {
    return;
  }
  const { talkAction: action, talk } = button.dataset;
  if (action === "again") {
    trigger("again", { conversation: page.conversation() });
    document.querySelector("#question textarea")?.focus({ preventScroll: true });
  } else if (action === "edit") {
    edit(button);
  } else if (action === "rename") {
    rename(button);
  } else if (action === "unnamed") {
    named(false);
  } else if (action === "delete") {
    next = `[data-talk="${talk}"] [data-talk-action="restore"]`;
    trigger("act", { action, conversation: talk });
    if (talk === page.conversation()) {
      left = talk;
      history.replaceState(history.state, "", location.pathname);
      trigger("choose", { conversation: "" });
    }
  } else if (action === "restore") {
    next = `[data-talk="${talk}"] a`;
    undone = talk === left && page.conversation() === "" ? talk : null;
    trigger("act", { action, conversation: talk });
  }
});
