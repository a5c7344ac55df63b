// Runs once when the source panel is first shown: asks the server for sources, brings the marked words into view,
// and keeps the focus where it was when a view is replaced by another.
const box = element.closest("#source");
const TARGETS = [".box", "td mark", "th mark", "mark"];
let control = null;

// Where several are asked for at once, the server shows the last: requests may overtake one another.
const ask = (look) => trigger("cite", { ...look, number: window.corpusCitations.number() });

const show = () => {
  const mark = TARGETS.map((each) => element.querySelector(each)).find(Boolean);
  if (mark) {
    mark.scrollIntoView({ block: "center", inline: "center" });
  } else {
    box.scrollTop = 0;
  }
};

const shown = () => {
  const view = element.querySelector(".source-view");
  if (!view) {
    window.corpusCitations.left();
  }
  if (control) {
    const again = element.querySelector(control);
    if (again && !again.disabled) {
      again.focus({ preventScroll: true });
    } else if (document.activeElement === document.body) {
      box.focus({ preventScroll: true });
    }
    // The picture follows its place: the control is there only with it.
    if (again) {
      control = null;
    }
  }
  show();
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const view = button?.closest(".source-view");
  if (!view) {
    return;
  }
  const asked = JSON.parse(view.dataset.look);
  if (button.dataset.show) {
    control = `[data-show="${button.dataset.show}"]`;
    window.corpusCitations.choose(button.dataset.show);
    ask({ ...asked, view: button.dataset.show });
  } else if (button.dataset.at) {
    control = `[data-turn="${button.dataset.turn}"]`;
    ask({ ...asked, view: "page", at: Number(button.dataset.at) });
  } else if (button.matches(".enlarge")) {
    const large = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(large));
    view.classList.toggle("enlarged", large);
    show();
  }
});

box.addEventListener("source:look", (event) => ask(event.detail));
box.addEventListener("source:again", show);
watch("value", shown);
