// What the page opens with: the headline claims on the first group, which is at the paper's scale where there is one;
// for own data the data and the runs. Then one picture: all losses by epoch.

function headlines(group) {
  return group.claims.filter((claim) => claim.headline && claim.verdict !== "not enough runs");
}

function topGroup() {
  return Math.max(0, page.groups.findIndex((group) => headlines(group).length));
}

function topTitle(group) {
  if (group.own) return "Data and runs";
  const place = group.paper_scale ? "at the paper's scale" : `so far, on a ${group.scale}`;
  return headlines(group).length ? `What holds ${place}: ${group.label.split(" · ")[0]}` : "Nothing can be judged yet";
}

function setTop(group) {
  fill("top-title", topTitle(group));
  document.querySelector("#top .setting").replaceChildren(...settingOf(group));
  fill("top-claims", group.own ? ownFacts(group) : topClaims(group));
  const noise = group.usual_noise;
  const lines = group.series.length ? lossLines(group, noise, DEFAULT_METRIC) : [];
  if (!lines.length) return fill("top-figure");
  const title = `Test accuracy (%) by epoch, ${group.noises[noise]}`;
  fill("top-figure", el("h3", {}, title));
  byId("top-figure").append(lossChart(group, lines, title, byId("top-figure"), 260));
}

function topClaims(group) {
  const shown = headlines(group);
  if (!shown.length) return el("p", { class: "note" }, withCode(group.missing));
  const scale = plotScale(shown);
  const rows = shown.map((claim) => el("li", {},
    el("span", {}, claim.claim), verdictBadge(claim.verdict), intervalPlot(claim, scale),
    behindButton(ours(claim), claim.id, () => showClaim(claim)), ` n = ${claim.n}`));
  const note = "Percentage points, above 0 where the claim is right, with 95 % intervals over n seeds.";
  return [el("ul", { class: "top-claims" }, rows), el("p", { class: "note" }, note)];
}

function ownFacts(group) {
  const finished = group.runs.filter((place) => page.runs[place].finished).length;
  return facts([
    ["Classes", `${group.classes.length}: ${group.classes.join(", ")}`],
    ["Labels", group.noises.join(", ") || NOTHING],
    ["Losses", [...new Set(group.series.map((series) => series.title))].join(", ")],
    ["Runs", `${group.runs.length}, finished ${finished}`],
  ]);
}
