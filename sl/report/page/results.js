// Accuracy by loss and noise with what others published beside it; then the published tables in full.

const resultsState = { group: null };

function ownResult(table, row, cell, noise) {
  if (!cell.own) return el("span", { class: "nothing" }, cell.diverged || NOTHING);
  const title = `${row.loss}, ${noise}: ${table.statistic}, ${cell.own.text}`;
  const shown = behindButton(cell.own.text, title, () => showBehind(title, cell.runs));
  return el("span", {}, shown, " ", badge(resultsState.group.scale), cell.diverged && ` ${cell.diverged}`);
}

function mark(recalled) {
  return recalled ? el("abbr", { title: "not checked" }, " †") : null;
}

function publishedValue(value) {
  const difference = known(value.difference) ? ` (Δ\u00a0${signed(value.difference)})` : "";
  return el("small", {}, `${value.label} `, el("b", {}, value.text, mark(value.recalled)), difference);
}

function besideIt(cell) {
  const choice = byId("beside-published").value;
  return cell?.published.filter((value) => choice === "all" || (choice === "paper" && value.paper)) ?? [];
}

function resultCell(table, row, place) {
  const cell = row.cells[place];
  if (!cell) return NOTHING;
  return [ownResult(table, row, cell, table.noises[place]), ...besideIt(cell).map(publishedValue)];
}

// A column sorts by this project's results; where it has none, by the first published one.
function sortValue(table, place) {
  const own = (row) => row.cells[place]?.own?.mean ?? null;
  if (table.rows.some((row) => known(own(row)))) return own;
  return (row) => numberIn(row.cells[place]?.published[0]?.text ?? "");
}

function resultColumns(table) {
  const holds = (place) => table.rows.some((row) => row.cells[place]?.own || row.cells[place]?.diverged || besideIt(row.cells[place]).length);
  const noises = table.noises.map((noise, place) => ({
    title: noise, numeric: true, cell: (row) => resultCell(table, row, place), sort: sortValue(table, place),
  }));
  const method = { title: "method", cell: (row) => row.loss, sort: (row) => row.loss };
  return [method, ...noises.filter((_, place) => holds(place))];
}

const READING = "Mean ± standard deviation over seeds (divisor n − 1), with the number of seeds in brackets. "
  + "–: no finished run, or not published. Δ: this project minus published, in points. †: not checked.";

function sourceNote(source) {
  const why = source.obstacle ? ` No difference from it is given: ${source.obstacle}.` : "";
  return `${source.label}: ${source.text}.${why}`;
}

function notes(table) {
  const none = table.sources.length ? [] : ["No published figures stand beside this recipe and statistic."];
  const swept = resultsState.group.series.filter((series) => !series.main).flatMap((series) => series.runs).length;
  const left = swept ? [`Runs with other parameters of a loss, which are not in this table: ${swept}.`] : [];
  const lines = [READING, ...table.notes, ...table.sources.map(sourceNote), ...none, ...left];
  return el("ul", { class: "note" }, lines.map((line) => el("li", {}, line)));
}

function drawResults() {
  const { group } = resultsState;
  const table = group.results[byId("statistic").value];
  const caption = `Test accuracy (%), ${table.statistic}: ${group.label}`;
  fill("results-table", sortableTable({ caption, columns: resultColumns(table), rows: table.rows }));
  fill("results-notes", notes(table));
}

function setResults(group) {
  resultsState.group = group;
  options("statistic", group.results.map((table, index) => [index, table.statistic]));
  drawResults();
}

function listenResults() {
  ["statistic", "beside-published"].forEach((id) => listen(id, "change", drawResults));
}

function publishedTable(table) {
  const columns = table.header.map((title, place) => ({
    title, cell: (row) => row[place],
    numeric: place > 0, sort: (row) => (place ? numberIn(row[place]) : row[place]),
  }));
  const title = table.title + (table.recalled ? " († not checked)" : "");
  const remarks = el("ul", { class: "note" }, table.notes.map((note) => el("li", {}, note)));
  return el("div", {}, sortableTable({ caption: title, columns, rows: table.rows }), remarks);
}

function publishedTables() {
  const datasets = [...new Set(page.published.map((table) => table.dataset))];
  return datasets.map((dataset) => {
    const tables = page.published.filter((table) => table.dataset === dataset);
    return el("details", {}, el("summary", {}, `${dataset} (${tables.length})`), tables.map(publishedTable));
  });
}
