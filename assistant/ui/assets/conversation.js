// Runs once when the conversation is first shown. Clicks on citations and quotes go to the server;
// the newest question is kept in view.
const column = () => element.closest("#conversation");
let shown = 0;

element.addEventListener("click", (event) => {
  const cite = event.target.closest("button.cite");
  const evidence = event.target.closest("button.evidence");
  if (cite) {
    window.corpusAssistant.openSource(element, cite);
    trigger("cite", JSON.parse(cite.dataset.citation));
  } else if (evidence) {
    window.corpusAssistant.openSource(element, evidence);
    trigger("evidence", { exchange: Number(evidence.dataset.exchange) });
  }
});

watch("value", () => {
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
