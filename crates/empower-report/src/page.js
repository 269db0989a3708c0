"use strict";
// Sorts a table by the clicked column: numbers by data-v, a row without a number last either way.
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th"), body = head.closest("table").tBodies[0];
    const column = [...head.parentNode.children].indexOf(head);
    const sign = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
    const value = (row) => row.children[column].dataset.v;
    const order = (a, b) => {
      const x = value(a), y = value(b);
      if (x === "" || y === "") return (x === "") - (y === "");
      return sign * (isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y);
    };
    body.append(...[...body.rows].sort(order));
  });
}
// Steps through an episode: rounds past the slider are hidden.
for (const episode of document.querySelectorAll(".episode")) {
  const rounds = [...episode.querySelectorAll(".round")], steps = episode.querySelector(".steps");
  if (!rounds.length) continue;
  const slider = steps.querySelector("input"), told = steps.querySelector("output");
  const show = (n) => {
    rounds.forEach((round, i) => {
      round.hidden = i >= n;
      round.classList.toggle("now", i === n - 1 && n < rounds.length);
    });
    slider.value = n;
    told.textContent = n ? rounds[n - 1].title : "before the first round";
    if (n === rounds.length) told.textContent = `all ${n} rounds`;
  };
  slider.max = rounds.length;
  slider.addEventListener("input", () => show(Number(slider.value)));
  for (const button of steps.querySelectorAll("button")) {
    const move = Number(button.dataset.step);
    button.addEventListener("click", () => show(Math.min(rounds.length, Math.max(0, Number(slider.value) + move))));
  }
  steps.hidden = false;
  show(rounds.length);
}
// Switches curves of a chart on and off.
for (const box of document.querySelectorAll(".switches input")) {
  box.addEventListener("input", () => {
    const curve = document.querySelector(`#${box.dataset.chart} [data-curve="${Number(box.dataset.curve)}"]`);
    curve.classList.toggle("off", !box.checked);
  });
}
