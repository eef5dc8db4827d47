// What the page opens with: the headline claims on the first sheet, which is at the paper's scale where there is one;
// for own data the data and the runs. Then one picture: all losses by epoch.

function headlines(sheet) {
  return sheet.claims.filter((claim) => claim.headline && claim.verdict !== "not enough runs");
}

function topSheet() {
  return Math.max(0, page.sheets.findIndex((sheet) => headlines(sheet).length));
}

function topTitle(sheet) {
  if (sheet.own) return "Data and runs";
  const place = sheet.paper_scale ? "at the paper's scale" : `so far, on a ${sheet.scale}`;
  return headlines(sheet).length ? `What holds ${place}: ${sheet.label.split(" · ")[0]}` : "Nothing can be judged yet";
}

function setTop(sheet) {
  fill("top-title", topTitle(sheet));
  document.querySelector("#top .setting").replaceChildren(...settingOf(sheet));
  fill("top-claims", sheet.own ? ownFacts(sheet) : topClaims(sheet));
  const noise = usualNoise(sheet);
  const lines = sheet.series.length ? lossLines(sheet, noise, DEFAULT_METRIC) : [];
  if (!lines.length) return fill("top-figure");
  const title = `Test accuracy (%) by epoch, ${sheet.noises[noise]}`;
  fill("top-figure", el("h3", {}, title));
  byId("top-figure").append(lossChart(sheet, lines, title, byId("top-figure"), 260));
}

function topClaims(sheet) {
  const shown = headlines(sheet);
  if (!shown.length) return el("p", { class: "note" }, withCode(sheet.missing));
  const scale = plotScale(shown);
  const rows = shown.map((claim) => el("li", {},
    el("span", {}, claim.claim), verdictBadge(claim.verdict), intervalPlot(claim, scale),
    behindButton(ours(claim), claim.id, () => showClaim(claim)), ` n = ${claim.n}`));
  const note = "Percentage points, above 0 where the claim is right, with 95 % intervals over n seeds.";
  return [el("ul", { class: "top-claims" }, rows), el("p", { class: "note" }, note)];
}

function ownFacts(sheet) {
  const finished = sheet.runs.filter((place) => page.runs[place].finished).length;
  return facts([
    ["Classes", `${sheet.classes.length}: ${sheet.classes.join(", ")}`],
    ["Labels", sheet.noises.join(", ") || NOTHING],
    ["Losses", [...new Set(sheet.series.map((series) => series.title))].join(", ")],
    ["Runs", `${sheet.runs.length}, finished ${finished}`],
  ]);
}
