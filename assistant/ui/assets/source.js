// Runs once when the source panel is first shown: opens quotes, brings the marked words into view.
const show = () => {
  const box = element.closest("#source");
  const mark = element.querySelector("mark");
  if (mark) {
    mark.scrollIntoView({ block: "center" });
  } else if (box) {
    box.scrollTop = 0;
  }
};

element.addEventListener("click", (event) => {
  const quote = event.target.closest("button.quote");
  if (quote) {
    trigger("cite", JSON.parse(quote.dataset.citation));
  }
});
element.addEventListener("source:again", show);
watch("value", show);
