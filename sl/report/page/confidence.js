// The paper's Fig. 4: on the rightly labelled training images of one class, confidence in and predictions of each.

const confidence = { sheet: null, stage: "late" };

function confidenceRows(series) {
  const { sheet, stage } = confidence;
  const { confidence: sure, predictions } = series.probes.stages[stage];
  const rows = sheet.classes.map((name, index) => ({
    index, name, colour: sheet.colours[index], main: sure.mean[index], mainStd: sure.std?.[index],
    beside: predictions.mean[index], besideStd: predictions.std?.[index],
  }));
  if (!many(sheet)) return rows;
  const highest = [...rows].sort((one, other) => other.main - one.main).slice(0, MOST_NAMED);
  return highest.sort((one, other) => one.index - other.index);
}

function drawConfidenceOf(holder, series) {
  const { sheet } = confidence;
  const title = seriesTitle(sheet, series);
  const label = `${title}: mean confidence in each class, and lighter the share predicted as it, in percent`;
  const chart = barChart({ label, width: holder.clientWidth, rows: confidenceRows(series) });
  holder.append(chart, caption(sheet, series.probes.origin), figureRuns(title, series.probes.runs));
}

function drawConfidence() {
  const { sheet, stage } = confidence;
  const here = seriesAt(sheet, Number(byId("confidence-noise").value)).map(([, series]) => series);
  const shown = here.filter((series) => series.main && series.probes);
  stageButtons("confidence-stages", sheet.stages, sheet.stages[stage], setStage);
  const probed = known(sheet.probed) ? `class ${sheet.classes[sheet.probed]}` : "one class";
  const images = sheet.own ? "training images with the label of" : "rightly labelled training images of";
  fill("confidence-title", `Confidence on the ${images} ${probed}`);
  if (!shown.length) return fill("confidence-figures", nothingRecorded());
  const holders = emptyFigures("confidence-figures", sheet, shown);
  holders.forEach((holder, index) => drawConfidenceOf(holder, shown[index]));
}

function setStage(stage) {
  confidence.stage = stage;
  drawConfidence();
}

function setConfidence(sheet) {
  confidence.sheet = sheet;
  options("confidence-noise", noisePairs(sheet), usualNoise(sheet));
  drawConfidence();
}
