const STORAGE_KEY = "todos";

function load() {
  const text = localStorage.getItem(STORAGE_KEY);
  return text ? JSON.parse(text) : [];
}

function save(todos) {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(todos));
}

function render(todos) {
  const list = document.querySelector("#todos");
  list.replaceChildren();
  todos.forEach((todo, index) => {
    const item = document.createElement("li");
    item.textContent = todo.title;
    item.classList.toggle("done", todo.done);
    item.addEventListener("click", () => {
      todos[index].done = !todos[index].done;
      save(todos);
      render(todos);
    });
    list.append(item);
  });
  const open = todos.filter((todo) => !todo.done).length;
  document.querySelector("#count").textContent = `${open} of ${todos.length} left`;
}

document.querySelector("#new-todo").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = event.target.elements.title;
  const title = input.value.trim();
  if (title !== "") {
    const todos = [...load(), { title, done: false }];
    save(todos);
    render(todos);
    input.value = "";
  }
});

render(load());
