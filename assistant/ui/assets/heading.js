// Runs once when the heading of the conversation is first shown. A conversation that has just begun gets its address.
watch("value", () => {
  const drawn = element.querySelector("[data-conversation]");
  if (drawn && drawn.dataset.conversation !== window.corpusAssistant.conversation()) {
    const id = drawn.dataset.conversation;
    history.replaceState(history.state, "", id ? `#conversation=${id}` : location.pathname);
  }
});
