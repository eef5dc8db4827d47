// The verdicts: an overview of all scales, then every claim with the paper's number beside this project's.

const MARKS = { "supported": "✓", "contradicted": "✗", "undecided": "?", "not enough runs": "…" };
const SURVIVES = "* survives the correction";
const PLOT = { width: 150, height: 18 };

function verdictBadge(verdict) {
  return el("span", { class: `verdict ${verdict.replaceAll(" ", "-")}` }, `${MARKS[verdict]} ${verdict}`);
}

function claimVerdict(claim) {
  const notes = [...(claim.survives ? [SURVIVES] : []), ...claim.caveats];
  return [verdictBadge(claim.verdict), ...notes.map((note) => el("small", {}, note))];
}

function measured(claim) {
  return claim.n > 0 || Boolean(claim.proof);
}

// One card for each group, which shows that group when it is pressed.
function overview(groups, choose) {
  fill("overview", groups.map((group, index) => {
    if (group.own) return el("span", { hidden: "" });
    const counts = page.verdicts.flatMap((verdict) => [verdictBadge(verdict), ` ${countOf(group, verdict)} `]);
    return el("button", { type: "button", class: "card", onclick: () => choose(index) },
      el("strong", {}, group.label.split(" · ")[0]), " ", badge(group.scale),
      el("span", {}, group.setting), el("span", {}, counts));
  }));
}

function countOf(group, verdict) {
  return group.claims.filter((claim) => claim.verdict === verdict).length;
}

function interval(claim) {
  return known(claim.low) ? ` [${signed(claim.low)}, ${signed(claim.high)}]` : "";
}

function ours(claim) {
  if (!claim.n) return claim.proof ? "by algebra" : NOTHING;
  return signed(claim.mean) + interval(claim);
}

function oursCell(claim, scale) {
  const why = claim.n ? "" : `finished runs: ${claim.missing}`;
  const shown = behindButton(ours(claim), claim.id, () => showClaim(claim));
  return [shown, intervalPlot(claim, scale), why ? el("small", {}, why) : null];
}

function paperReport(claim) {
  return claim.reported.find((reported) => reported.paper);
}

function paperNumber(claim) {
  return numberIn(paperReport(claim)?.text ?? "");
}

function paperSays(claim) {
  const own = paperReport(claim);
  if (!own) return NOTHING;
  return [el("span", {}, own.text, mark(own.unchecked)), el("small", {}, own.confidence)];
}

// Pixels of a value: from the lowest to the highest of all claims shown together, with 0 among them.
function plotScale(claims) {
  const values = [0, ...claims.flatMap((claim) => [claim.low, claim.mean, claim.high]).filter(known)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return (value) => 5 + ((value - low) / Math.max(high - low, 1e-9)) * (PLOT.width - 10);
}

// Mean and interval, with a line at 0.
function intervalPlot(claim, x) {
  if (!claim.n) return null;
  const middle = PLOT.height / 2;
  const chart = shape("svg", { class: "interval", width: PLOT.width, height: PLOT.height, "aria-hidden": "true" });
  chart.append(shape("line", { class: "grid", x1: x(0), x2: x(0), y1: 0, y2: PLOT.height }));
  if (known(claim.low)) {
    chart.append(shape("line", { class: "range", x1: x(claim.low), x2: x(claim.high), y1: middle, y2: middle }));
  }
  chart.append(shape("circle", { cx: x(claim.mean), cy: middle, r: 3.5 }));
  return chart;
}

function facts(pairs) {
  const shown = pairs.filter(([, value]) => value);
  return el("dl", {}, shown.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function showClaim(claim) {
  const seeds = claim.seeds.map((seed, index) => `seed ${seed}: ${signed(claim.values[index])}`).join(", ");
  showBehind(claim.claim, claim.runs, verdictBadge(claim.verdict), facts([
    ["Measured", claim.statistic],
    ["Ours", ours(claim)],
    ["By seed", seeds],
    ["t test", known(claim.p) ? `p = ${claim.p}${claim.survives ? `; ${SURVIVES} for the number of claims` : ""}` : ""],
    ["To know", claim.caveats.join("; ")],
    ["By algebra", claim.proof],
    ...claim.reported.map((reported) => ["Reported",
      [reported.text, mark(reported.unchecked), ` (${reported.source}; ${reported.confidence})`]]),
    ["Finished runs", claim.missing],
  ]));
}

function claimColumns(scale) {
  const place = (claim) => page.verdicts.indexOf(claim.verdict);
  return [
    { title: "claim", cell: (claim) => claim.claim, sort: (claim) => claim.claim },
    { title: "paper", cell: paperSays, sort: paperNumber, kind: "paper" },
    {
      title: "ours [95 % interval]", kind: "ours", numeric: true, sort: (claim) => claim.mean,
      cell: (claim) => oursCell(claim, scale),
    },
    { title: "n", cell: (claim) => String(claim.n), sort: (claim) => claim.n, numeric: true, kind: "n" },
    { title: "verdict", cell: claimVerdict, sort: place, kind: "verdict-cell" },
  ];
}

function shownClaims(group) {
  const choice = byId("verdicts-shown").value;
  if (choice === "measured") return group.claims.filter(measured);
  return choice === "all" ? group.claims : group.claims.filter((claim) => claim.verdict === choice);
}

function drawClaims(group) {
  const shown = shownClaims(group);
  if (!shown.length) return fill("verdicts-table", el("p", {}, "No claim has this verdict."));
  const topics = [...new Set(shown.map((claim) => claim.topic))];
  fill("verdicts-table", topics.map((topic) => {
    const rows = shown.filter((claim) => claim.topic === topic);
    return sortableTable({ kind: "claims", caption: topic, columns: claimColumns(plotScale(rows)), rows });
  }));
}

function setVerdicts(group) {
  const counted = page.verdicts.map((verdict) => [verdict, `${verdict} (${countOf(group, verdict)})`]);
  const count = group.claims.filter(measured).length;
  fill("verdicts-missing", withCode(group.missing));
  const first = [["measured", `measured (${count})`], ["all", `all (${group.claims.length})`]];
  options("verdicts-shown", [...first, ...counted]);
  drawClaims(group);
}

// The rule as it stands in results/claims.md: paragraphs, a list, bold words.
function rule(text) {
  return text.trim().split("\n\n").map((block) => {
    if (!block.startsWith("- ")) return el("p", {}, words(block));
    return el("ul", {}, block.slice(2).split("\n- ").map((item) => el("li", {}, words(item))));
  });
}

function words(text) {
  return text.split("**").map((part, index) => (index % 2 ? el("strong", {}, part) : part));
}
