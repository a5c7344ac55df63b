// Runs once when the search field is first shown: what is typed goes to the server once it has been quiet for a moment.
const input = element.querySelector("input");
let waiting = null;
let told = "";

input.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (input.value !== told) {
      told = input.value;
      trigger("act", { action: "search", name: "", words: told });
    }
  }, 200);
});
