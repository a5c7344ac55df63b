// Runs once when the greeting is first shown: a question in it is asked as if it had been typed.
element.addEventListener("click", (event) => {
  const starter = event.target.closest("button.starter");
  const box = document.querySelector("#question textarea");
  if (starter && box) {
    box.value = starter.textContent;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    // Once the page has taken note of the new text.
    setTimeout(() => document.querySelector("button#send, #send button")?.click(), 50);
  }
});
