// The paper's Fig. 4: on the rightly labelled training images of one class, confidence in and predictions of each.

const confidence = { group: null, stage: "late" };

function confidenceRows(series) {
  const { group, stage } = confidence;
  const { confidence: sure, predictions } = series.probes.stages[stage];
  const rows = group.classes.map((name, index) => ({
    index, name, colour: group.colours[index], main: sure.mean[index], mainStd: sure.std?.[index],
    beside: predictions.mean[index], besideStd: predictions.std?.[index],
  }));
  if (!many(group)) return rows;
  const highest = [...rows].sort((one, other) => other.main - one.main).slice(0, MOST_NAMED);
  return highest.sort((one, other) => one.index - other.index);
}

function drawConfidenceOf(holder, series) {
  const { group } = confidence;
  const title = seriesTitle(group, series);
  const label = `${title}: mean confidence in each class, and lighter the share predicted as it, in percent`;
  const chart = barChart({ label, width: holder.clientWidth, rows: confidenceRows(series) });
  holder.append(chart, caption(group, series.probes.origin), figureRuns(title, series.probes.runs));
}

function drawConfidence() {
  const { group, stage } = confidence;
  const here = seriesAt(group, Number(byId("confidence-noise").value)).map(([, series]) => series);
  const shown = here.filter((series) => series.main && series.probes);
  stageButtons("confidence-stages", group.stages, group.stages[stage], setStage);
  const probed = known(group.probed) ? `class ${group.classes[group.probed]}` : "one class";
  const images = group.own ? "training images with the label of" : "rightly labelled training images of";
  fill("confidence-title", `Confidence on the ${images} ${probed}`);
  if (!shown.length) return fill("confidence-figures", nothingRecorded());
  const holders = emptyFigures("confidence-figures", group, shown);
  holders.forEach((holder, index) => drawConfidenceOf(holder, shown[index]));
}

function setStage(stage) {
  confidence.stage = stage;
  drawConfidence();
}

function setConfidence(group) {
  confidence.group = group;
  options("confidence-noise", noisePairs(group), group.usual_noise);
  drawConfidence();
}
