// Starts the page: one sheet (data set, scale, recipe) is shown at a time; a section is drawn while it is open.

const page = JSON.parse(byId("data").textContent);
const SECTIONS = {
  verdicts: setVerdicts, classwise: setClasswise, losses: setComparison, confidence: setConfidence, drawn: setDrawn, suspects: setSuspects,
  results: setResults, runs: setRuns,
};
const filled = {}; // the sheet that a section shows
let current = 0;

function setRuns(sheet) {
  fill("runs-table", sheet.runs.length ? runTable(sheet.runs, sheet.label) : nothingRecorded());
}

// Charts are as wide as the place they stand in, so a closed section is drawn when it is opened.
function setSection(id) {
  if (!byId(id).open || filled[id] === current) return;
  filled[id] = current;
  SECTIONS[id](page.sheets[current]);
}

function showSheet(index) {
  current = index;
  const sheet = page.sheets[index];
  byId("sheets").value = index;
  document.querySelectorAll("details .setting").forEach((line) => line.replaceChildren(...settingOf(sheet)));
  [...byId("overview").children].forEach((card, place) => card.setAttribute("aria-pressed", String(place === index)));
  Object.keys(SECTIONS).forEach((id) => {
    byId(id).classList.toggle("lacking", !["verdicts", "suspects"].includes(id) && !sheet.series.length);
    setSection(id);
  });
  byId("verdicts").hidden = sheet.own;
  byId("suspects").hidden = !sheet.own;
}

function settingOf(sheet) {
  return [badge(sheet.scale), ` ${sheet.setting}. ${sheet.origin}.`];
}

// Charts are drawn for the width at hand, so that their text keeps its size.
function redrawOnResize() {
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    setTop(page.sheets[topSheet()]);
    [["classwise", drawClasswise], ["losses", drawComparison], ["confidence", drawConfidence]]
      .filter(([id]) => byId(id).open).forEach(([, draw]) => draw());
  });
}

function start() {
  document.title = page.title;
  fill("title", page.title);
  fill("intro", page.intro);
  fill("missing", page.missing.map((text) => el("li", {}, text)));
  fill("rule", rule(page.rule));
  fill("published", publishedTables());
  document.querySelectorAll(".published").forEach((part) => { part.hidden = !page.published.length; });
  overview(page.sheets, showSheet);
  fill("sheets", page.sheets.map((sheet, value) => el("option", { value }, sheet.label)));
  listen("sheets", "change", () => showSheet(Number(byId("sheets").value)));
  listen("verdicts-shown", "change", () => drawClaims(page.sheets[current]));
  listen("confidence-noise", "change", drawConfidence);
  listenClasswise();
  listenComparison();
  listenResults();
  Object.keys(SECTIONS).forEach((id) => listen(id, "toggle", () => setSection(id)));
  setTop(page.sheets[topSheet()]);
  showSheet(topSheet());
  redrawOnResize();
}

start();
