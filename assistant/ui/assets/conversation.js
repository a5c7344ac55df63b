// Runs once when the conversation is first shown. The quotes of an answer are asked for from here; the newest
// question is kept in view.
const column = () => element.closest("#conversation");
const hold = window.corpusAssistant.holding(element);
let shown = 0;

element.addEventListener("click", (event) => {
  const evidence = event.target.closest("button.evidence");
  if (evidence) {
    const exchange = Number(evidence.dataset.exchange);
    window.corpusCitations.showQuotes(exchange);
  }
});
column().addEventListener("source:quotes", (event) => trigger("evidence", event.detail));

// How long an answer has been in the making; every piece of news draws the conversation anew, so the start is kept here.
let since = 0;
let where = "";
setInterval(() => {
  const seconds = element.querySelector(".progress .seconds");
  const here = window.corpusAssistant.conversation();
  // A new conversation has its address as soon as it is kept: that is no other one.
  since = seconds && (!where || where === here) ? since || Date.now() : 0;
  where = here;
  const passed = since ? Math.floor((Date.now() - since) / 1000) : 0;
  if (seconds && passed >= 2) seconds.textContent = ` ${passed} s`;
}, 250);

watch("value", () => {
  hold();
  const exchanges = element.querySelectorAll(".exchange");
  const box = column();
  if (!box || !exchanges.length) {
    shown = exchanges.length;
    return;
  }
  if (exchanges.length > shown) {
    exchanges[exchanges.length - 1].scrollIntoView({ block: "start" });
  } else if (box.scrollHeight - box.scrollTop - box.clientHeight < 160) {
    box.scrollTop = box.scrollHeight;
  }
  shown = exchanges.length;
});
