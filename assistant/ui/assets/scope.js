// Runs once when it is first shown what is asked within: the tab keeps it, for a server that does not know it.
watch("value", () => {
  const told = element.querySelector("[data-kept]");
  if (told) {
    window.corpusAssistant.choose(told.dataset.kept);
  }
});
