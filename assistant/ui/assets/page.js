// For the page as a whole: names for screen readers, a way past the bar, one column at a time on narrow screens.
(() => {
  const VIEWS = { documents: "Documents", conversation: "Chat", source: "Source" };

  const box = () => document.querySelector("#question textarea");

  const view = (name) => {
    document.body.dataset.view = name;
    for (const tab of document.querySelectorAll("#views button")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.view === name));
    }
  };

  const label = (id, text) => {
    const found = document.querySelector(`button#${id}, #${id} button`);
    found?.setAttribute("aria-label", text);
  };

  const region = (id, text) => {
    const found = document.getElementById(id);
    found?.setAttribute("role", "region");
    found?.setAttribute("aria-label", text);
  };

  const addViews = () => {
    const nav = document.createElement("nav");
    nav.id = "views";
    nav.setAttribute("aria-label", "Parts of the page");
    for (const [name, text] of Object.entries(VIEWS)) {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.dataset.view = name;
      tab.textContent = text;
      tab.addEventListener("click", () => view(name));
      nav.append(tab);
    }
    document.getElementById("topbar").after(nav);
  };

  // Whether a question of this tab is being answered: another is not taken before that is over, which must be said.
  let asking = false;
  const say = (text) => {
    const said = document.getElementById("question-told");
    if (said && said.textContent !== text) {
      said.textContent = text;
    }
  };
  const addWord = () => {
    const said = document.createElement("p");
    said.id = "question-told";
    said.setAttribute("role", "status");
    document.getElementById("composer").before(said);
    const patience = (event) => {
      if (asking && box().value.trim() && !event.isComposing) {
        say("Wait for the answer, or stop it.");
      }
    };
    // Before Gradio has its turn, for it takes the first of several.
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Enter" && !event.shiftKey && event.target.matches?.("#question textarea")) {
          patience(event);
        }
      },
      true,
    );
    document.getElementById("send").addEventListener("click", patience, true);
  };

  // Gradio gives every choice a name of its own, and with every change another; arrow keys go from one to the next only
  // where they share one.
  const group = ({ target }) => {
    for (const choice of target.closest?.("#settings")?.querySelectorAll("input[type=radio]") ?? []) {
      choice.name = "answer-length";
    }
  };
  document.addEventListener("focusin", group);
  document.addEventListener("keydown", group, true);

  // The first stop of the Tab key leads to the question box.
  const addSkipLink = () => {
    const link = document.createElement("a");
    link.className = "skip-link";
    link.href = "#question";
    link.textContent = "Skip to the question";
    link.addEventListener("click", (event) => {
      event.preventDefault();
      view("conversation");
      box().focus();
    });
    document.body.prepend(link);
  };

  const settleIn = () => {
    label("send", "Ask the question");
    label("stop", "Stop the answer");
    label("new-conversation", "Start a new conversation");
    region("documents-panel", "Documents");
    region("conversation-panel", "Conversation");
    region("source-panel", "Source");
    const talk = document.getElementById("conversation");
    talk.setAttribute("role", "log");
    talk.setAttribute("aria-live", "polite");
    for (const id of ["conversation", "source", "documents"]) {
      document.getElementById(id).tabIndex = 0;
    }
    addViews();
    addSkipLink();
    addWord();
    takeUp();
    view("conversation");
    // Not where it would push up a keyboard over half the screen.
    if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches) {
      box()?.focus();
    }
    document.body.dataset.loaded = "yes";
  };

  const watcher = new MutationObserver(() => {
    const parts = ["send", "stop", "topbar", "documents", "conversation", "source"];
    if (parts.every((id) => document.getElementById(id))) {
      watcher.disconnect();
      settleIn();
    }
  });
  watcher.observe(document.documentElement, { childList: true, subtree: true });

  // How answers are wanted. Kept in the browser, for neither a reload nor another server may take "Quotes only" back.
  const KEPT = "corpus-assistant.answers";
  let wanted = null;
  try {
    wanted = JSON.parse(localStorage.getItem(KEPT));
  } catch {
    // Kept by nobody, or not to be read: the defaults stand.
  }
  const keep = (...options) => {
    wanted = options;
    try {
      localStorage.setItem(KEPT, JSON.stringify(options));
    } catch {
      // Then it holds until the page is left.
    }
  };

  // What is asked within, and a question half typed: kept by the tab, for a reload must take neither away.
  const CHOICE = "corpus-assistant.choice";
  const DRAFT = "corpus-assistant.draft";
  const remembered = (name) => {
    try {
      return sessionStorage.getItem(name) ?? "";
    } catch {
      return "";
    }
  };
  const remember = (name, text) => {
    try {
      sessionStorage.setItem(name, text);
    } catch {
      // Then it holds until the page is left.
    }
  };
  let choice = remembered(CHOICE);
  window.addEventListener("pagehide", () => {
    if (document.body.dataset.loaded) {
      remember(DRAFT, box().value);
    }
  });
  const takeUp = () => {
    const draft = remembered(DRAFT);
    if (draft && !box().value) {
      box().value = draft;
      box().dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  // Out of the question box, to where single letters lead from citation to citation.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches?.("#question textarea") && !event.isComposing) {
      document.getElementById("conversation").focus({ preventScroll: true });
    }
  });

  const ready = () => {
    say("");
    asking = false;
    if (document.activeElement === document.body || document.activeElement?.closest("#stop")) {
      box()?.focus({ preventScroll: true });
    }
  };

  // Nothing the page still does may look as if it went on when the server is gone.
  const settle = () => {
    for (const exchange of document.querySelectorAll('.exchange[aria-busy="true"]')) {
      exchange.setAttribute("aria-busy", "false");
      exchange.dataset.settled = "";
      const told = exchange.querySelector(".progress");
      if (told) {
        const instead = document.createElement("p");
        instead.className = "broken-off";
        instead.textContent = "This answer was broken off. Ask again.";
        told.hidden = true;
        told.after(instead);
      }
    }
    ready();
  };

  // It does go on: Gradio draws nothing anew that is the same to it, so what was shown is put back.
  const unsettle = () => {
    for (const exchange of document.querySelectorAll(".exchange[data-settled]")) {
      exchange.setAttribute("aria-busy", "true");
      delete exchange.dataset.settled;
      exchange.querySelector(".broken-off")?.remove();
      exchange.querySelector(".progress")?.removeAttribute("hidden");
    }
  };

  const connected = (is) => {
    let said = document.getElementById("connection");
    if (!said && !is) {
      said = document.createElement("p");
      said.id = "connection";
      said.setAttribute("role", "alert");
      said.textContent =
        "The assistant does not answer. Check that it still runs, then reload this page.";
      document.getElementById("topbar")?.after(said);
    }
    const back = is && said && !said.hidden;
    if (said) {
      said.hidden = is;
    }
    if (back) {
      unsettle();
      // What the page missed meanwhile is asked for.
      document.dispatchEvent(new Event("assistant:back"));
    }
    if (!is) {
      settle();
    }
  };

  // Gradio keeps silent about some lost connections: every request tells how things stand.
  const reach = window.fetch.bind(window);
  window.fetch = async (...request) => {
    try {
      const response = await reach(...request);
      connected(true);
      return response;
    } catch (error) {
      if (error.name !== "AbortError") {
        connected(false);
      }
      throw error;
    }
  };

  // For a part that is drawn anew with every piece of news. Gives what puts the focus back to where it was in there.
  const holding = (part) => {
    let held = null;
    const kind = (each) => each.tagName + (each.getAttribute("aria-label") ?? each.dataset.talkAction ?? "");
    const alike = (wanted) => [...part.querySelectorAll("button, summary")].filter((each) => kind(each) === wanted);
    document.addEventListener("focusin", ({ target }) => {
      const wanted = part.contains(target) && kind(target);
      held = wanted ? { wanted, place: alike(wanted).indexOf(target) } : null;
    });
    document.addEventListener("pointerdown", () => (held = null), true);
    return () => {
      if (held && document.activeElement === document.body) {
        alike(held.wanted)[held.place]?.focus({ preventScroll: true });
      }
    };
  };

  window.corpusAssistant = {
    view,
    holding,
    settle,
    // How answers are wanted: as kept, else as the controls, which it is given, have it.
    options: (lengths, ...shown) =>
      Array.isArray(wanted) && typeof wanted[0] === "boolean" && lengths.includes(wanted[1]) ? wanted : shown,
    keep,
    // What is asked within, as the server told it last.
    choice: () => choice,
    choose(told) {
      choice = told;
      remember(CHOICE, told);
    },
    // A question is on its way.
    asks() {
      asking = true;
    },
    // Whether it is, or its answer is not yet drawn to the end.
    asking: () => asking,
    // Nothing is being asked any more: back to the question box, unless the person went elsewhere.
    ready,
    // The id of the conversation that is shown, "" for a new one: the page's address keeps it.
    conversation: () => /^#conversation=([0-9a-f]{16})$/.exec(location.hash)?.[1] ?? "",
    // A new conversation. Where one is new already, only the question box is made ready.
    begin() {
      location.hash = "";
      view("conversation");
      box()?.focus();
    },
  };
})();
