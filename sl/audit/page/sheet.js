const DATA = JSON.parse(document.getElementById("data").textContent);
const PAGE = 120; // cards that are drawn at once
const JUDGEMENTS = { right: "label is right", wrong: "label is wrong", unsure: "unsure" };
const FILTERS = ["given", "suggested", "pair"]; // by what the network thinks: for the suspects alone
const STORE = `sl-audit-${DATA.summary.identity}`;
const labelOf = (card) => DATA.all[card.row][1];
const pairOf = (card) => `${labelOf(card)}>${card.suggested}`;
const judged = load(); // row -> { verdict, label }
let drawn = PAGE;

// What was judged before, where the browser keeps it; a page opened as a file may not be allowed to.
function load() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

function judge(card, verdict, label) {
  if (verdict) judged[card.row] = { verdict, label };
  else delete judged[card.row];
  try {
    localStorage.setItem(STORE, JSON.stringify(judged));
  } catch { // a full disk, or a browser that keeps nothing of files: this page holds the only copy
    byId("unkept").hidden = false;
    window.onbeforeunload = (event) => event.preventDefault();
  }
  count();
}

function verdictOf(card) {
  return judged[card.row]?.verdict;
}

function atRandom() {
  return byId("view").value === "sample";
}

function cards() {
  return atRandom() ? DATA.sample : DATA.suspects;
}

function fits(card) {
  const by = { given: String(labelOf(card)), suggested: String(card.suggested), pair: pairOf(card) };
  const wanted = { ...(atRandom() ? {} : by), judged: verdictOf(card) ?? "open" };
  return Object.entries(wanted).every(([id, value]) => byId(id).value === "" || byId(id).value === value);
}

function draw() {
  const fitting = cards().filter(fits);
  for (const id of FILTERS) byId(id).parentElement.hidden = atRandom();
  byId("rate").hidden = !atRandom();
  byId("legend").hidden = atRandom();
  byId("cards").classList.toggle("blind", atRandom());
  byId("cards").replaceChildren(...fitting.slice(0, drawn).map(picture));
  byId("more").hidden = fitting.length <= drawn;
  count(fitting.length);
}

function picture(card) {
  const [name] = DATA.all[card.row];
  const [given, suggested] = [labelOf(card), card.suggested].map((place) => DATA.classes[place]);
  const known = judged[card.row];
  const select = el("select", {
    "aria-label": `right label of ${name}`, onchange: () => { choose("wrong"); },
  }, ...DATA.classes.map((one, place) => el("option", { value: place }, one)));
  select.value = known?.label ?? card.suggested;
  const buttons = Object.entries(JUDGEMENTS).map(([verdict, words]) => el("label", {}, el("input", {
    type: "radio", name: `row-${card.row}`, value: verdict, checked: known?.verdict === verdict,
    onclick: (event) => { // a second click withdraws the judgement, which no radio button does itself
      event.target.checked = verdictOf(card) !== verdict;
      judge(card, event.target.checked ? verdict : undefined, Number(select.value));
    },
  }), ` ${words}`));
  const choose = (verdict) => {
    item.querySelector(`input[value=${verdict}]`).checked = true;
    judge(card, verdict, Number(select.value));
  };
  const image = el("img", { src: card.image, alt: `${name}, labelled ${given}` });
  image.addEventListener("load", () => image.classList.toggle("small", image.naturalWidth <= 32));
  const item = el("li", { class: !atRandom() && card.row in DATA.changes ? "change" : null, "data-row": card.row },
    image,
    el("span", { class: "words" }, atRandom() ? `label: ${given}` : [given, " → ", el("b", {}, suggested)]),
    atRandom() ? null : opinion(card),
    el("small", {}, name),
    el("fieldset", {}, el("legend", {}, `Is the label of ${name} right?`), ...buttons,
      el("span", { class: "instead" }, "right label: ", select)));
  return item;
}

function opinion(card) {
  const [given, suggested] = card.confidence.map((value) => `${(100 * value).toFixed(1)}\u00a0%`);
  const decided = card.row in DATA.changes ? "; changed by the audit" : "";
  return el("small", {}, `confidence ${given} → ${suggested}; wrong with probability ${card.wrong.toFixed(2)}${decided}`);
}

function count(fitting = cards().filter(fits).length) {
  const known = cards().filter(verdictOf).length;
  byId("count").textContent = `${fitting} of ${cards().length} shown, ${known} judged`;
  byId("rate").textContent = sampleRate(DATA.sample.map(verdictOf), DATA.all.length);
}

// The label that the corrected list gives to each image; most of what the audit changes may not be among the cards.
function correctedLabels() {
  const decided = byId("decided").checked ? DATA.changes : {};
  return DATA.all.map(([, label], row) => {
    const known = judged[row];
    if (known) return known.verdict === "wrong" ? known.label : label;
    return decided[row] ?? label;
  });
}

function field(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv() {
  const labels = correctedLabels();
  const lines = DATA.all.map(([name, , split], row) => [name, DATA.classes[labels[row]], split].map(field).join(","));
  return [`${DATA.key},label,split`, ...lines, ""].join("\n");
}

function save() {
  const link = el("a", { href: URL.createObjectURL(new Blob([csv()], { type: "text/csv" })), download: "judged_labels.csv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  window.onbeforeunload = null;
}

function fillFilter(id, valueOf, wordsOf) {
  const counts = new Map();
  for (const card of DATA.suspects) counts.set(valueOf(card), { words: wordsOf(card), n: (counts.get(valueOf(card))?.n ?? 0) + 1 });
  const found = [...counts].sort((one, other) => other[1].n - one[1].n);
  byId(id).append(el("option", { value: "" }, "all"), ...found.map(([value, { words, n }]) => el("option", { value }, `${words} (${n})`)));
}

fillFilter("given", labelOf, (card) => DATA.classes[labelOf(card)]);
fillFilter("suggested", (card) => card.suggested, (card) => DATA.classes[card.suggested]);
fillFilter("pair", pairOf, (card) => `${DATA.classes[labelOf(card)]} → ${DATA.classes[card.suggested]}`);
byId("view").parentElement.hidden = DATA.sample.length === 0;
byId("summary").append(...DATA.summary.lines.map((line) => el("li", {}, line)));
byId("train").hidden = !DATA.summary.train;
byId("train").querySelector("code").textContent = DATA.summary.train;
for (const id of [...FILTERS, "judged", "view"]) {
  byId(id).addEventListener("change", () => { drawn = PAGE; draw(); });
}
byId("more").addEventListener("click", () => { drawn += PAGE; draw(); });
byId("export").addEventListener("click", save);
draw();
