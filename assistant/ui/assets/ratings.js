// Runs once for the form under the conversation: thumbs under answers, which are drawn anew all the time, are shown as
// the server has them, a click rates at once, and a thumb down asks what would have been right.
const form = element.querySelector("form");
const words = form.querySelector("textarea");
let asked = null;

const thumbs = () => JSON.parse(document.querySelector("#ratings .ratings")?.dataset.thumbs ?? "{}");

const show = () => {
  const known = thumbs();
  for (const group of document.querySelectorAll("#conversation .thumbs")) {
    for (const button of group.querySelectorAll("button")) {
      const pressed = String(known[group.dataset.key] === button.dataset.thumb);
      if (button.getAttribute("aria-pressed") !== pressed) {
        button.setAttribute("aria-pressed", pressed);
      }
    }
  }
};

// What is said of a verdict is said in its conversation only.
const told = (shown) => {
  const line = document.getElementById("rating-told");
  if (line) {
    line.hidden = !shown;
  }
};

const rate = (group, verdict) => {
  told(true);
  trigger("rate", { key: group.key, conversation: group.conversation, exchange: group.exchange, verdict });
};

const close = () => {
  form.hidden = true;
  words.value = "";
  asked = null;
};

const open = (group) => {
  close();
  asked = group;
  form.hidden = false;
  words.focus();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#conversation .thumbs button");
  if (!button) {
    return;
  }
  const { key, exchange } = button.parentElement.dataset;
  const conversation = window.corpusAssistant.conversation();
  const group = { key, conversation, exchange: Number(exchange), button };
  if (button.getAttribute("aria-pressed") === "true") {
    close();
    rate(group, null);
  } else if (button.dataset.thumb === "up") {
    close();
    rate(group, { thumb: "up" });
  } else {
    rate(group, { thumb: "down" });
    open(group);
  }
});

const answer = (verdict) => {
  const group = asked;
  if (group) {
    rate(group, { thumb: "down", ...verdict });
    close();
    document.querySelector("#question textarea")?.focus();
  }
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (words.value.trim()) {
    answer({ right: words.value });
  } else {
    words.focus();
  }
});
form.querySelector("[data-unanswerable]").addEventListener("click", () => answer({ unanswerable: true }));
form.querySelector("[data-close]").addEventListener("click", close);
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const button = asked?.button;
    close();
    button?.focus();
  }
});

window.addEventListener("hashchange", () => {
  close();
  told(false);
});

for (const id of ["conversation", "ratings"]) {
  const part = document.getElementById(id);
  if (part) {
    new MutationObserver(show).observe(part, { childList: true, subtree: true, attributeFilter: ["data-thumbs"] });
  }
}
show();
