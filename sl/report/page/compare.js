// All losses under one noise: accuracy, spread over classes, and what becomes of wrong labels, epoch by epoch.

const METRICS = {
  test_accuracy: "test accuracy (%)",
  spread: "best class minus worst class (percentage points)",
  right_accuracy: "rightly labelled training images that are predicted as their label (%)",
  wrong_memorised: "wrongly labelled training images that are predicted as their wrong label (%)",
  wrong_corrected: "wrongly labelled training images that are predicted as their true class (%)",
};
const DEFAULT_METRIC = "test_accuracy";
const comparison = { group: null };

// A top of the axis that is a round number: tenths of a percent.
function roundTop(values) {
  const highest = Math.max(1, ...values.filter(known));
  return Math.min(1000, Math.ceil(highest / 100) * 100);
}

function lossLines(group, noise, metric) {
  const here = seriesAt(group, noise).map(([, series]) => series);
  const grey = (series) => here.filter((other) => other.colour === series.colour).indexOf(series) % 2 === 1;
  return here.filter((series) => series.main && series.metrics[metric].mean.some(known)).map((series) => ({
    series, name: series.short, colour: series.colour, dashed: grey(series), ...series.metrics[metric],
  }));
}

function lossChart(group, lines, title, holder, height) {
  return lineChart({
    label: `${title}: a line for each loss, by epoch`, width: holder.clientWidth, height,
    epochs: group.epochs, top: roundTop(lines.flatMap((line) => line.mean)), lines,
  });
}

function drawComparison() {
  const { group } = comparison;
  const metric = byId("metric").value;
  const lines = lossLines(group, Number(byId("losses-noise").value), metric);
  if (!lines.length) {
    const why = el("p", { class: "notice" }, "No label is wrong under this noise.");
    return fill("losses-figure", group.series.length ? why : nothingRecorded());
  }
  const title = `${METRICS[metric]}, ${group.noises[byId("losses-noise").value]}`;
  fill("losses-figure", el("h3", {}, title));
  const chart = lossChart(group, lines, title, byId("losses-figure"), 380);
  const places = lines.flatMap((line) => line.series.runs);
  const spread = lines.some((line) => line.std) ? "Bands: ± 1 standard deviation over seeds" : "";
  byId("losses-figure").append(chart, caption(group, group.origin, spread),
    figureRuns(title, places), lastValues(lines, title));
}

function lastValue(line, title) {
  const text = percent(line.mean.at(-1)) + deviation(line, line.mean.length - 1);
  const show = () => showBehind(`${line.series.title}: ${title}`, line.series.runs);
  return el("span", {}, behindButton(text, line.name, show), " ", badge(comparison.group.scale));
}

function lastValues(lines, title) {
  const runs = (line) => line.series.runs.length;
  const columns = [
    { title: "loss", cell: (line) => line.series.title, sort: (line) => line.name },
    {
      title: "after the last epoch", numeric: true, sort: (line) => line.mean.at(-1),
      cell: (line) => lastValue(line, title),
    },
    { title: "n", cell: (line) => String(runs(line)), sort: runs, numeric: true },
  ];
  return sortableTable({ caption: title, columns, rows: lines });
}

function setComparison(group) {
  comparison.group = group;
  options("losses-noise", noisePairs(group), group.usual_noise);
  options("metric", Object.entries(METRICS), DEFAULT_METRIC);
  drawComparison();
}

function listenComparison() {
  ["losses-noise", "metric"].forEach((id) => listen(id, "change", drawComparison));
}
