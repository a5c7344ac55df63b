// Runs once when the state of the program is first shown: what was unfolded there stays so, however often it is drawn.
const hold = window.corpusAssistant.holding(element);
let open = false;
// These events do not bubble.
element.addEventListener("toggle", (event) => (open = event.target.open), true);

watch("value", () => {
  const details = element.querySelector("details");
  if (details && open) {
    details.open = true;
  }
  hold();
});
