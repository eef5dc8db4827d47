// Starts the page: one group (data set, scale, recipe) is shown at a time; a section is drawn while it is open.

const page = JSON.parse(byId("data").textContent);
const SECTIONS = {
  verdicts: setVerdicts, classwise: setClasswise, losses: setComparison, confidence: setConfidence, drawn: setDrawn, suspects: setSuspects,
  results: setResults, runs: setRuns,
};
const CHARTS = { classwise: drawClasswise, losses: drawComparison, confidence: drawConfidence };
const filled = {}; // the group that a section shows
let current = 0;

function setRuns(group) {
  fill("runs-table", runTable(group.runs, group.label));
}

// Charts are as wide as the place they stand in, so a closed section is drawn whenever it is opened.
function setSection(id) {
  if (!byId(id).open) return;
  if (filled[id] === current) return CHARTS[id]?.();
  filled[id] = current;
  SECTIONS[id](page.groups[current]);
}

function showGroup(index) {
  current = index;
  const group = page.groups[index];
  byId("groups").value = index;
  document.querySelectorAll("details .setting").forEach((line) => line.replaceChildren(...settingOf(group)));
  [...byId("overview").children].forEach((card, place) => card.setAttribute("aria-pressed", String(place === index)));
  Object.keys(SECTIONS).forEach((id) => {
    byId(id).classList.toggle("lacking", !["verdicts", "suspects"].includes(id) && !group.series.length);
    setSection(id);
  });
  byId("verdicts").hidden = group.own;
  byId("suspects").hidden = !group.own;
}

function settingOf(group) {
  return [badge(group.scale), ` ${group.setting}. ${group.origin}.`];
}

// Charts are drawn for the width at hand, so that their text keeps its size.
function redrawOnResize() {
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    setTop(page.groups[topGroup()]);
    Object.keys(CHARTS).filter((id) => byId(id).open).forEach((id) => CHARTS[id]());
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
  overview(page.groups, showGroup);
  fill("groups", page.groups.map((group, value) => el("option", { value }, group.label)));
  listen("groups", "change", () => showGroup(Number(byId("groups").value)));
  listen("verdicts-shown", "change", () => drawClaims(page.groups[current]));
  listen("confidence-noise", "change", drawConfidence);
  listenClasswise();
  listenComparison();
  listenResults();
  Object.keys(SECTIONS).forEach((id) => listen(id, "toggle", () => setSection(id)));
  setTop(page.groups[topGroup()]);
  showGroup(topGroup());
  redrawOnResize();
}

start();
