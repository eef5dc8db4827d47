// Starts the page: one sheet (data set, scale, recipe) is shown at a time, in every section.

const page = JSON.parse(byId("data").textContent);
const SECTIONS = [setVerdicts, setClasswise, setComparison, setConfidence, setDrawn, setResults, setRuns];
let current = 0;

function setRuns(sheet) {
  if (!sheet.runs.length) return fill("runs-table", nothingRecorded());
  const unfinished = sheet.runs.filter((place) => !page.runs[place].finished).length;
  const words = `Runs: ${sheet.runs.length}${unfinished ? `, of them not finished: ${unfinished}` : ""}`;
  fill("runs-table", el("details", {}, el("summary", {}, words), runTable(sheet.runs, sheet.label)));
}

function showSheet(index) {
  current = index;
  const sheet = page.sheets[index];
  document.querySelectorAll(".sheets").forEach((select) => { select.value = index; });
  document.querySelectorAll(".setting").forEach((line) => {
    line.replaceChildren(badge(sheet.scale), ` ${sheet.setting}. ${sheet.origin}.`);
  });
  [...byId("overview").children].forEach((card, place) => card.setAttribute("aria-pressed", String(place === index)));
  document.querySelectorAll("main section").forEach((section) => {
    section.classList.toggle("lacking", section.id !== "verdicts" && !sheet.series.length);
  });
  SECTIONS.forEach((set) => set(sheet));
}

function fillSheets() {
  document.querySelectorAll(".sheets").forEach((select) => {
    select.replaceChildren(...page.sheets.map((sheet, value) => el("option", { value }, sheet.label)));
    select.addEventListener("change", () => showSheet(Number(select.value)));
  });
}

// Charts are drawn for the width at hand, so that their text keeps its size.
function redrawOnResize() {
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    [drawClasswise, drawComparison, drawConfidence].forEach((draw) => draw());
  });
}

function start() {
  fill("missing", page.missing.map((text) => el("li", {}, text)));
  fill("rule", rule(page.rule));
  fill("published", publishedTables());
  overview(page.sheets, showSheet);
  fillSheets();
  listen("verdicts-shown", "change", () => drawClaims(page.sheets[current]));
  listen("confidence-noise", "change", drawConfidence);
  listenClasswise();
  listenComparison();
  listenResults();
  showSheet(0);
  redrawOnResize();
}

start();
