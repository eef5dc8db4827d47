// Class-wise accuracy: curves of a loss and of another beside it, and bars at the epoch that is chosen.

const MOST_NAMED = 10;
const classwise = { group: null, epoch: 1 };

// Too many classes for a row and a band each.
function many(group) {
  return group.classes.length > 2 * MOST_NAMED;
}

function chosenSeries(id) {
  return classwise.group.series[byId(id).value];
}

function seriesTitle(group, series) {
  return `${series.title}, ${group.noises[series.noise]}, n = ${series.runs.length}`;
}

function seriesAt(group, noise) {
  return group.series.map((series, index) => [index, series]).filter(([, series]) => series.noise === noise);
}

function noisePairs(group) {
  return group.noises.map((noise, index) => [index, noise]);
}

function seriesOf(entries, loss) {
  return entries.find(([, series]) => series.loss === loss && series.main)?.[0];
}

function setLosses() {
  const { group } = classwise;
  const here = seriesAt(group, Number(byId("noise").value));
  const wanted = chosenSeries("loss")?.title;
  const kept = here.find(([, series]) => series.title === wanted)?.[0];
  options("loss", here.map(([index, series]) => [index, series.title]), kept ?? seriesOf(here, "ce"));
  const others = group.series.map((series, index) => [index, `${series.title}, ${group.noises[series.noise]}`]);
  options("beside", [["", "nothing"], ...others], seriesOf(here, "sl") ?? "");
}

function curveLines(group, series) {
  const names = group.classes;
  const last = (index) => series.classes.mean[index].at(-1);
  const measured = names.map((_, index) => index).filter((index) => known(last(index)));
  const order = measured.sort((one, other) => last(one) - last(other));
  const named = names.length > MOST_NAMED ? [...order.slice(0, 3), ...order.slice(-3)] : order;
  const picked = byId("class").value;
  const smoothed = (values) => values && smooth(values, averaged(group.epochs));
  return names.map((name, index) => ({
    name, colour: group.colours[index],
    mean: smoothed(series.classes.mean[index]), std: smoothed(series.classes.std?.[index]),
    strong: picked === String(index), faint: picked !== "" && picked !== String(index),
    unnamed: !named.includes(index) && picked !== String(index),
  }));
}

// A figure is on the page before its chart is drawn, so that the chart knows how wide it may be.
function emptyFigures(id, group, shown) {
  const holders = shown.map((series) => el("figure", {}, el("h3", {}, seriesTitle(group, series))));
  fill(id, holders);
  return holders;
}

function drawCurves(holder, series) {
  const { group, epoch } = classwise;
  const title = seriesTitle(group, series);
  const chart = lineChart({
    label: `${title}: test accuracy of each class by epoch, in percent`, width: holder.clientWidth, height: 330,
    epochs: group.epochs, top: 1000, lines: curveLines(group, series), epoch, pick: setEpoch,
  });
  const spread = series.classes.std && group.classes.length < MANY_BANDS ? "Bands: ± 1 standard deviation over seeds" : "";
  const average = averaged(group.epochs);
  const means = average > 1 ? `Curves are centred means over ${average} epochs` : "";
  holder.append(chart, caption(group, series.origin, spread, means), figureRuns(title, series.runs));
}

// All classes, or where there are many the five worst and the five best and the one that is chosen.
function shownClasses(series, epoch) {
  const places = classwise.group.classes.map((_, index) => index);
  if (!many(classwise.group)) return places;
  const value = (index) => series.classes.mean[index][epoch - 1];
  const measured = places.filter((index) => known(value(index)));
  const order = measured.sort((one, other) => value(other) - value(one));
  const kept = [...order.slice(0, 5), ...order.slice(-5)];
  const picked = byId("class").value;
  return picked === "" || kept.includes(Number(picked)) ? kept : [...kept, Number(picked)];
}

function figureRuns(title, places) {
  return behindButton("Runs behind this figure", title, () => showBehind(title, places));
}

function classRow(series, beside, index) {
  const { group, epoch } = classwise;
  const at = (moments) => moments?.[index][epoch - 1] ?? null;
  return {
    name: group.classes[index], colour: group.colours[index], main: at(series.classes.mean),
    mainStd: at(series.classes.std), beside: beside ? at(beside.classes.mean) : undefined,
    besideStd: beside ? at(beside.classes.std) : undefined,
  };
}

function drawBars() {
  const { group, epoch } = classwise;
  const [series, beside] = [chosenSeries("loss"), chosenSeries("beside")];
  const rows = shownClasses(series, epoch).map((index) => classRow(series, beside, index));
  const lighter = beside ? `; lighter: ${seriesTitle(group, beside)}` : "";
  const title = `At epoch ${epoch}: ${seriesTitle(group, series)}${lighter}`;
  const some = many(group) ? "The five best and the five worst classes; all are listed below" : "";
  const spread = series.classes.std || beside?.classes.std ? "Whiskers: ± 1 standard deviation over seeds" : "";
  fill("bars", el("h3", {}, title));
  const label = `${title}. Test accuracy of each class in percent`;
  const chart = barChart({ label, width: byId("bars").clientWidth, rows });
  const places = [...series.runs, ...(beside?.runs ?? [])];
  byId("bars").append(chart, caption(group, "Test accuracy (%)", some, spread), figureRuns(title, places));
  drawNumbers(series, beside);
}

function drawNumbers(series, beside) {
  const { group, epoch } = classwise;
  const at = (of, index) => of.classes.mean[index][epoch - 1];
  const number = (title, of) => ({
    title, numeric: true, sort: (index) => at(of, index),
    cell: (index) => percent(at(of, index)) + deviation(of.classes, index, epoch - 1),
  });
  const difference = (index) => (known(at(beside, index)) && known(at(series, index))
    ? (at(beside, index) - at(series, index)) / 10 : null);
  const name = { title: "class", cell: (index) => group.classes[index], sort: (index) => index };
  const columns = [name, number(seriesTitle(group, series), series)];
  if (beside) {
    columns.push(number(`beside: ${seriesTitle(group, beside)}`, beside));
    const shown = (index) => signed(difference(index), 1); // the data have tenths
    columns.push({ title: "difference", numeric: true, sort: difference, cell: shown });
  }
  const caption = `Test accuracy (%) of each class at epoch ${epoch}, ${group.scale}`;
  fill("numbers", sortableTable({ caption, columns, rows: group.classes.map((_, index) => index) }));
}

function drawClasswise() {
  const { group, epoch } = classwise;
  const shown = [chosenSeries("loss"), chosenSeries("beside")].filter(Boolean);
  byId("epoch").value = epoch;
  byId("epoch-shown").value = `${epoch} of ${group.epochs}`;
  stageButtons("stages", group.stages, epoch, (name) => setEpoch(group.stages[name]));
  ["bars", "numbers"].forEach((id) => fill(id));
  if (!shown.length) return fill("curves", nothingRecorded());
  emptyFigures("curves", group, shown).forEach((holder, index) => drawCurves(holder, shown[index]));
  drawBars();
}

function setEpoch(epoch) {
  classwise.epoch = epoch;
  drawClasswise();
}

function setClasswise(group) {
  Object.assign(classwise, { group, epoch: group.stages.late });
  byId("epoch").max = group.epochs;
  fill("loss");
  options("noise", noisePairs(group), group.usual_noise);
  options("class", [["", "all classes"], ...group.classes.map((name, index) => [index, name])]);
  setLosses();
  drawClasswise();
}

function listenClasswise() {
  listen("noise", "change", () => { setLosses(); drawClasswise(); });
  ["loss", "beside", "class"].forEach((id) => listen(id, "change", drawClasswise));
  listen("epoch", "input", () => setEpoch(Number(byId("epoch").value)));
}
