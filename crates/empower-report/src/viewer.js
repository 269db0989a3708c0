"use strict";
// Everything shown is set as text; the only elements made are those named here.
const index = JSON.parse(document.getElementById("empower-index").textContent);
const nonce = document.currentScript.nonce || document.currentScript.getAttribute("nonce");
const [METHOD, PROBLEM, REPEAT, VERDICT, ROUNDS, READ, WRITTEN, FILE, AT] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const at = (id) => document.getElementById(id);
const SHOWN = 150; // entries of the list at a time
let found = [], current = null, episode = null, round = 0, shownEntries = SHOWN;

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};
// Characters that are invisible or turn the reading order are named, as on the report's page.
const TREACHEROUS = new RegExp("[\\u0080-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]", "g");
const visible = (text) => text
  .replace(/[\0-\x08\x0b-\x1f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
  .replace(TREACHEROUS, (c) => "⟨U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "⟩");

// ---- episodes, loaded file by file ----
const loaded = new Map(), waiting = new Map();
window.empowerEpisodes = (file, rows) => {
  loaded.set(file, rows);
  for (const go of waiting.get(file) || []) go(rows);
  waiting.delete(file);
};
const load = (file) => new Promise((resolve, reject) => {
  if (loaded.has(file)) return resolve(loaded.get(file));
  if (waiting.has(file)) return waiting.get(file).push(resolve);
  waiting.set(file, [resolve]);
  const script = document.createElement("script");
  script.nonce = nonce;
  script.src = index.files[file];
  script.addEventListener("error", () => { waiting.delete(file); reject(new Error(index.files[file])); });
  document.head.append(script);
});

// ---- the program, piece by piece ----
// Pieces of the first `n` rounds, deletions applied to what stood, as empower-report's episodes.rs has them.
const stands = (piece) => piece.kind !== "rej" && !piece.gone;
const remove = (pieces, count) => {
  for (let i = pieces.length - 1; count > 0 && i >= 0; i--) {
    if (!stands(pieces[i])) continue;
    const characters = [...pieces[i].text];
    if (characters.length > count) {
      const kept = characters.slice(0, characters.length - count).join("");
      pieces.splice(i + 1, 0, { ...pieces[i], text: pieces[i].text.slice(kept.length), gone: true });
      pieces[i].text = kept;
      return;
    }
    pieces[i].gone = true;
    count -= characters.length;
  }
};
const piecesOf = (rounds) => {
  const pieces = [];
  rounds.forEach((it, i) => {
    if (it.d) pieces.push({ round: i, kind: it.d === "a" ? (it.c === false ? "acc wrong" : "acc") : "rej", text: it.s });
    remove(pieces, it.x);
    if (it.t) pieces.push({ round: i, kind: "typ", text: it.t });
  });
  return pieces;
};
const MARK = { a: "✓", r: "✗", f: "■", "": "○" };
const markOf = (it) => (it.d === "a" && it.c === false ? "⚠" : MARK[it.d]);
const drawProgram = () => {
  const program = at("program");
  program.replaceChildren();
  if (episode.given) program.append(make("span", "given", visible(episode.given)));
  const rounds = episode.rounds.slice(0, round), pieces = piecesOf(rounds);
  let now = null;
  rounds.forEach((it, i) => {
    const box = make("span", i === round - 1 ? "round now" : "round");
    box.append(make("span", "mark", i + 1 + markOf(it) + (it.x ? "⌫" + it.x : "")));
    for (const piece of pieces.filter((piece) => piece.round === i)) {
      box.append(make("span", piece.kind + (piece.gone ? " gone" : ""), visible(piece.text)));
    }
    program.append(box);
    if (i === round - 1) now = box;
  });
  if (now) {
    // Scrolls the program's box alone, never the page.
    program.scrollTop = Math.max(0, now.offsetTop + now.offsetHeight - program.clientHeight + 24);
  }
};

// ---- the round at hand ----
const said = (it) => {
  if (!it.d) return "the assistant was silent";
  if (it.d === "f") return "left out: the human said that the program is complete";
  if (it.d === "a") return it.c === false ? "accepted, though not what the human had in mind" : "accepted";
  return it.c === true ? "rejected, though it was what the human had in mind" : "rejected";
};
const drawRound = () => {
  const box = at("round");
  box.replaceChildren();
  if (!round) return box.append(make("p", "", "Before the first round."));
  const it = episode.rounds[round - 1];
  const title = make("p");
  title.append(make("strong", "", `Round ${round}: ${markOf(it)} ${said(it)}`));
  box.append(title);
  if (it.d) {
    const suggestion = make("pre");
    suggestion.append(make("span", it.d === "a" ? (it.c === false ? "acc wrong" : "acc") : "rej", visible(it.s)));
    box.append(suggestion);
    if (it.b.length) {
      const sum = it.b.reduce((a, b) => a + b, 0), top = Math.max(1, ...it.b);
      const bars = make("div", "bits");
      bars.setAttribute("role", "img");
      bars.setAttribute("aria-label", `bits of each token: ${it.b.join(", ")}`);
      for (const bits of it.b) {
        const bar = make("span", bits > 1 ? "high" : "");
        bar.style.height = Math.max(2, (100 * bits) / top) + "%";
        bar.title = `${bits} bits`;
        bars.append(bar);
      }
      const likelihood = Math.pow(2, -sum);
      box.append(bars, make("p", "numbers",
        `Bits a token: ${it.b.map((bits) => bits.toFixed(2)).join(" · ")}. In all ${sum.toFixed(2)} bits over ${it.b.length} ` +
        `tokens: offered at likelihood ${likelihood < 0.001 ? likelihood.toExponential(1) : likelihood.toFixed(3)}. ` +
        `Hatched: more than 1 bit, less likely than not.`));
    }
  }
  if (it.h) box.append(make("p", "", it.g === undefined ? "The human's thoughts:" : "Written by the human before it saw the suggestion:"), make("pre", "thoughts", visible(it.h)));
  if (it.g !== undefined) box.append(make("p", "", `agreed to ${(100 * it.g).toFixed(0)}% with what the human wrote unseen`));
  for (const fault of it.f || []) box.append(make("p", "fault", `fault of the human: ${fault}`));
  if (it.x) box.append(make("p", "", `⌫ deleted ${it.x} characters`));
  if (it.t) {
    box.append(make("p", "", `typed ${it.n} tokens`));
    const typed = make("pre");
    typed.append(make("span", "typ", visible(it.t)));
    box.append(typed);
  } else {
    box.append(make("p", "", "typed nothing"));
  }
};
// "test 1: line 1: expected "21", got "0"" becomes two lines that can be held against each other.
const drawJudged = () => {
  const box = at("judged");
  box.replaceChildren();
  if (episode.program !== undefined) {
    box.append(make("p", "cap", "The program as judged:"), make("pre", "program", visible(episode.program)));
  }
  if (!episode.detail) return;
  const passed = index.verdicts[current[VERDICT]][1];
  box.append(make("p", "cap", passed ? "Detail:" : "The first failing test:"));
  box.append(make("pre", "detail", visible(episode.detail)));
  const parts = /expected ("(?:[^"\\]|\\.)*"), got ("(?:[^"\\]|\\.)*")/.exec(episode.detail);
  if (!parts) return;
  const [expected, got] = [parts[1], parts[2]].map((text) => visible(text.slice(1, -1)));
  let same = 0;
  while (same < expected.length && expected[same] === got[same]) same++;
  const table = make("dl");
  for (const [name, text, kind] of [["expected", expected, "acc"], ["got", got, "rej plain"]]) {
    const line = make("dd");
    const code = make("code");
    code.append(make("span", "", text.slice(0, same)), make("span", kind, text.slice(same) || "(nothing more)"));
    line.append(code);
    table.append(make("dt", "", name), line);
  }
  box.append(table);
};

// ---- addresses: #m=…&p=…&r=…&t=… ----
const nameOf = (entry) => {
  const parts = { m: index.methods[entry[METHOD]][0], p: index.problems[entry[PROBLEM]], r: entry[REPEAT] };
  return Object.entries(parts).map(([name, value]) => name + "=" + encodeURIComponent(value)).join("&");
};
const setAddress = () => {
  const address = "#" + nameOf(current) + "&t=" + round;
  if (location.hash !== address) history.replaceState(null, "", address);
};
const readAddress = () => {
  const parts = Object.fromEntries(location.hash.slice(1).split("&").map((part) => {
    const [name, value] = part.split("=");
    try { return [name, decodeURIComponent(value || "")]; } catch { return [name, ""]; }
  }));
  const entry = index.episodes.find((it) => index.methods[it[METHOD]][0] === parts.m
    && index.problems[it[PROBLEM]] === parts.p && it[REPEAT] === Number(parts.r || 0));
  return [entry, parts.t === undefined ? null : Number(parts.t)];
};

const showRound = (n) => {
  round = Math.min(episode.rounds.length, Math.max(0, Math.round(n) || 0));
  at("slider").value = round;
  at("told").textContent = `round ${round} of ${episode.rounds.length}`;
  at("back").disabled = round === 0;
  at("on").disabled = round === episode.rounds.length;
  drawProgram();
  drawRound();
  setAddress();
};
const show = async (entry, n) => {
  current = entry;
  const [name, passed] = index.verdicts[entry[VERDICT]];
  at("name").textContent = `${index.methods[entry[METHOD]][1]} on ${visible(index.problems[entry[PROBLEM]])}`;
  const facts = at("facts");
  facts.replaceChildren(make("span", "verdict " + (passed ? "pass" : "fail"), name));
  facts.append(` ${entry[ROUNDS]} rounds · ${entry[READ]} tokens read · ${entry[WRITTEN]} written · repeat ${entry[REPEAT] + 1}`);
  for (const link of at("list").querySelectorAll("a")) {
    if (link.dataset.name === nameOf(entry)) {
      link.setAttribute("aria-current", "true");
      link.scrollIntoView({ block: "nearest" });
    } else link.removeAttribute("aria-current");
  }
  let rows;
  try { rows = await load(entry[FILE]); } catch (error) {
    at("program").textContent = `The file ${error.message} could not be loaded. Is the folder "report" beside this page?`;
    return;
  }
  if (current !== entry) return; // another was asked for meanwhile
  episode = rows[entry[AT]];
  if (!episode.finished) facts.append(" · stopped at the round limit");
  at("slider").max = episode.rounds.length;
  showRound(n === null || n === undefined ? episode.rounds.length : n);
  drawJudged();
};

// ---- filters and the list ----
const drawList = () => {
  const list = at("list");
  list.replaceChildren();
  for (const entry of found.slice(0, shownEntries)) {
    const link = make("a");
    const [verdict, passed] = index.verdicts[entry[VERDICT]];
    link.href = "#" + nameOf(entry);
    link.dataset.name = nameOf(entry);
    if (entry === current) link.setAttribute("aria-current", "true");
    const sign = make("span", "sign", verdict.slice(0, 1));
    sign.title = verdict;
    sign.setAttribute("aria-label", passed ? "passed" : verdict.slice(2));
    link.append(sign, make("span", "", visible(index.problems[entry[PROBLEM]])));
    link.append(make("span", "of", index.methods[entry[METHOD]][0] + (entry[REPEAT] ? ` · ${entry[REPEAT] + 1}` : "")));
    list.append(link);
  }
  if (found.length > shownEntries) {
    const more = make("button", "", `Show more (${found.length - shownEntries} left)`);
    more.type = "button";
    more.addEventListener("click", () => { shownEntries += SHOWN; drawList(); });
    list.append(more);
  }
  if (!found.length) list.append(make("p", "more", "No episode fits these filters."));
};
const filter = () => {
  const method = at("method").value, outcome = at("outcome").value, problem = at("problem").value.trim().toLowerCase();
  found = index.episodes.filter((entry) => {
    const passed = index.verdicts[entry[VERDICT]][1];
    return (method === "" || entry[METHOD] === Number(method))
      && (outcome === "" || (outcome === "pass" ? passed : outcome === "fail" ? !passed : entry[VERDICT] === Number(outcome)))
      && (problem === "" || index.problems[entry[PROBLEM]].toLowerCase().includes(problem));
  });
  shownEntries = SHOWN;
  at("count").textContent = `${found.length} of ${index.episodes.length} episodes`;
  drawList();
};
const option = (value, text) => { const it = make("option", "", text); it.value = value; return it; };
at("method").append(option("", "all"), ...index.methods.map((it, i) => option(i, it[0])));
const seen = new Set(index.episodes.map((entry) => entry[VERDICT]));
at("outcome").append(option("", "all"), option("pass", "✓ passed"), option("fail", "✗ failed, any way"),
  ...index.verdicts.flatMap((it, i) => (seen.has(i) && !it[1] ? [option(i, it[0])] : [])));
at("problems").append(...index.problems.map((name) => option(name)));
for (const id of ["method", "outcome", "problem"]) at(id).addEventListener("input", () => {
  filter();
  if (found.length && !found.includes(current)) show(found[0], null);
});
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("slider").addEventListener("input", () => showRound(Number(at("slider").value)));
at("back").addEventListener("click", () => showRound(round - 1));
at("on").addEventListener("click", () => showRound(round + 1));
document.addEventListener("keydown", (event) => {
  // Fields keep their own keys; the slider has them already.
  if (event.ctrlKey || event.metaKey || event.altKey || !episode) return;
  if (["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName)) return;
  const steps = { ArrowLeft: () => showRound(round - 1), ArrowRight: () => showRound(round + 1),
    Home: () => showRound(0), End: () => showRound(episode.rounds.length),
    ArrowUp: () => neighbour(-1), ArrowDown: () => neighbour(1) };
  if (!steps[event.key]) return;
  event.preventDefault();
  steps[event.key]();
});
const neighbour = (step) => {
  const to = found.indexOf(current) + step;
  if (to < 0 || to >= found.length) return;
  if (to >= shownEntries) { shownEntries += SHOWN; drawList(); }
  show(found[to], null);
};
window.addEventListener("hashchange", () => {
  const [entry, n] = readAddress();
  if (entry && (entry !== current || n !== round)) show(entry, n);
});
filter();
const [first, n] = readAddress();
if (first || found[0]) show(first || found[0], n);
