// Which citation is open, and which come before and after it: their buttons, keys and focus.
// A step is what a button asks to see; those of one answer, or of one list of quotes, follow one another.
(() => {
  const conversation = () => document.getElementById("conversation");
  const source = () => document.getElementById("source");
  const bar = () => document.querySelector("#source-title .source-bar");
  let steps = [];
  let at = -1;
  // Where the open steps come from: an answer by its place in the conversation, or the quotes found for it.
  let exchange = -1;
  let fromQuotes = false;
  // The kind of view that was chosen last, kept from source to source.
  let chosen = null;
  // How often something was asked for that stands in the panel then: the last one counts, whenever it comes.
  let asked = 0;

  const exchanges = () => [...conversation().querySelectorAll(".exchange")];

  const stepOf = (button) => ({
    citation: JSON.parse(button.dataset.citation),
    said: (button.closest(".sentence, .struck, .working li")?.textContent ?? "").slice(0, 20000),
  });

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // The citations of an answer in the order in which it cites them, each once.
  const stepsOf = (article) => {
    const found = [];
    for (const button of article?.querySelectorAll("button.cite") ?? []) {
      const step = stepOf(button);
      if (!found.some((known) => same(known.citation, step.citation))) {
        found.push(step);
      }
    }
    return found;
  };

  const look = (detail) => source().dispatchEvent(new CustomEvent("source:look", { detail }));

  // The conversation is drawn anew with every piece of news: its buttons are found again by what they carry.
  const openers = () => {
    const article = exchanges()[exchange];
    if (!article || at < 0 || fromQuotes) {
      return [];
    }
    const wanted = steps[at].citation;
    return [...article.querySelectorAll("button.cite")].filter((button) =>
      same(JSON.parse(button.dataset.citation), wanted),
    );
  };

  const point = () => {
    const current = openers();
    for (const button of conversation().querySelectorAll("button.cite[aria-current]")) {
      if (!current.includes(button)) {
        button.removeAttribute("aria-current");
      }
    }
    for (const button of current) {
      if (!button.hasAttribute("aria-current")) {
        button.setAttribute("aria-current", "true");
      }
    }
  };

  const tell = () => {
    const open = at >= 0;
    const box = bar().querySelector(".steps");
    box.hidden = !open;
    const [before, after] = box.querySelectorAll(".step");
    before.disabled = at <= 0;
    after.disabled = at >= steps.length - 1;
    const position = box.querySelector(".position");
    const told = open ? `${at + 1} of ${steps.length}` : "";
    if (position.textContent !== told) {
      position.textContent = told;
    }
    const back = bar().querySelector(".back");
    back.hidden = !open;
    back.textContent = fromQuotes ? "Back to the quotes" : "Back to the answer";
    point();
  };

  const open = (place) => {
    const again = place === at;
    at = place;
    look({ ...steps[at], ...(chosen ? { view: chosen } : {}) });
    tell();
    openers()[0]?.scrollIntoView({ block: "nearest" });
    if (again) {
      // The same source again changes nothing on the server's side: bring it back into view from here.
      source().dispatchEvent(new Event("source:again"));
    }
  };

  const reveal = () => {
    window.corpusAssistant.view("source");
    source().focus({ preventScroll: true });
  };

  const openFrom = (button) => {
    const step = stepOf(button);
    fromQuotes = !button.matches(".cite");
    if (fromQuotes) {
      exchange = Number(source().querySelector(".quotes").dataset.exchange ?? exchanges().length - 1);
      steps = [...source().querySelectorAll("button.quote")].map(stepOf);
    } else {
      const article = button.closest(".exchange");
      exchange = exchanges().indexOf(article);
      steps = stepsOf(article);
    }
    const place = steps.findIndex((known) => same(known.citation, step.citation));
    steps[place] = step;
    at = same(steps[at]?.citation, step.citation) ? at : -1;
    open(place);
    reveal();
  };

  const go = (by) => {
    const place = at + by;
    if (place >= 0 && place < steps.length) {
      const held = document.activeElement;
      open(place);
      window.corpusAssistant.view("source");
      if (held !== source() && (held === document.body || held?.disabled || !held?.checkVisibility())) {
        source().focus({ preventScroll: true });
      }
    }
  };

  // A key before anything was opened opens the first citation of the answer at hand.
  const begin = () => {
    const near = document.activeElement?.closest(".exchange");
    const cited = exchanges().filter((each) => each.querySelector("button.cite"));
    const button = (near ?? cited.at(-1))?.querySelector("button.cite");
    if (button) {
      openFrom(button);
    }
  };

  // The quotes found for the answer at a place of the conversation.
  const showQuotes = (place) => {
    exchange = place;
    const detail = { conversation: window.corpusAssistant.conversation(), exchange: place, number: (asked += 1) };
    conversation().dispatchEvent(new CustomEvent("source:quotes", { detail }));
    reveal();
  };

  const back = () => {
    if (fromQuotes) {
      showQuotes(exchange);
      return;
    }
    window.corpusAssistant.view("conversation");
    const target = openers()[0] ?? document.querySelector("#question textarea");
    target?.focus();
  };

  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]:not([contenteditable=false])");

  // Single letters count only inside these two columns and never in a field (WCAG 2.2, 2.1.4).
  const onKey = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) {
      return;
    }
    if (event.key === "Escape" && event.target.closest?.("#source-panel")) {
      back();
      return;
    }
    const by = { n: 1, j: 1, p: -1, k: -1 }[event.key];
    if (by && event.target.closest?.("#source-panel, #conversation")) {
      event.preventDefault();
      if (at < 0) {
        begin();
      } else {
        go(by);
      }
    }
  };

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.matches("#conversation .cite, #source .quote")) {
      openFrom(button);
    } else if (button?.matches("#source-title .step")) {
      go(Number(button.dataset.step));
    } else if (button?.matches("#source-title .back")) {
      back();
    }
  });

  const watched = () => new MutationObserver(() => bar() && point()).observe(conversation(), { childList: true, subtree: true });
  const waiting = new MutationObserver(() => {
    if (conversation()) {
      waiting.disconnect();
      watched();
    }
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });

  window.corpusCitations = {
    showQuotes,
    number: () => (asked += 1),
    // Quotes or nothing stand in the panel now; quotes that come by themselves are those of the newest question.
    left() {
      steps = [];
      at = -1;
      fromQuotes = false;
      tell();
    },
    choose(view) {
      chosen = view;
    },
  };
})();
