// What is behind a number: the runs, one press away.

function commitName(stay) {
  if (!stay.commit) return "unknown commit";
  return stay.commit.slice(0, 7) + (stay.dirty ? " with uncommitted changes" : "");
}

function joined(run, name) {
  return [...new Set(run.provenances.map(name))].join("; ");
}

const RUN_COLUMNS = [
  { title: "record", cell: recordCell, sort: (run) => run.id },
  { title: "loss", cell: (run) => run.loss, sort: (run) => run.loss },
  { title: "noise", cell: (run) => run.noise, sort: (run) => run.noise },
  { title: "seed", cell: (run) => String(run.seed), sort: (run) => run.seed, numeric: true },
  {
    title: "epochs", numeric: true, sort: (run) => run.epochs,
    cell: (run) =>
      run.finished ? `${run.epochs}` : `${run.epochs} of ${run.of}, ${run.diverged ? "diverged" : "not finished"}`,
  },
  { title: "last epoch", cell: (run) => runAccuracy(run, 0), sort: (run) => run.accuracy[0], numeric: true },
  { title: "best epoch", cell: (run) => runAccuracy(run, 1), sort: (run) => run.accuracy[1], numeric: true },
  { title: "last ten", cell: (run) => runAccuracy(run, 2), sort: (run) => run.accuracy[2], numeric: true },
  { title: "scale", cell: (run) => badge(run.scale), sort: (run) => run.scale },
  { title: "device", cell: (run) => joined(run, (stay) => stay.device), sort: (run) => run.provenances[0].device },
  { title: "precision", cell: (run) => joined(run, (stay) => stay.precision), sort: (run) => run.provenances[0].precision },
  { title: "step", cell: (run) => joined(run, (stay) => stay.step ?? NOTHING), sort: (run) => run.provenances[0].step ?? "" },
  {
    title: "weights", sort: (run) => run.weights ?? "",
    cell: (run) => run.weights ? el("span", { title: `sha256 ${run.weights}` }, run.weights.slice(0, 12)) : NOTHING,
  },
  { title: "commit", cell: (run) => joined(run, commitName), sort: (run) => commitName(run.provenances[0]) },
  { title: "started (UTC)", cell: (run) => started(run), sort: (run) => run.provenances[0].started },
];

function recordCell(run) {
  return el("span", {}, el("a", { href: run.link }, run.id), el("small", { class: "path" }, run.path));
}

function runAccuracy(run, place) {
  return known(run.accuracy[place]) ? run.accuracy[place].toFixed(2) : NOTHING;
}

function started(run) {
  const times = run.provenances.length - 1;
  const resumed = times ? `, resumed ${times === 1 ? "once" : `${times} times`}` : "";
  return run.provenances[0].started.slice(0, 16).replace("T", " ") + resumed;
}

function runTable(places, caption) {
  return sortableTable({ caption, columns: RUN_COLUMNS, rows: places.map((place) => page.runs[place]) });
}

function showBehind(title, places, ...body) {
  fill("behind-title", title);
  const scales = [...new Set(places.map((place) => page.runs[place].scale_title))];
  const caption = `Records behind it: ${places.length}`;
  const records = places.length ? runTable(places, caption) : el("p", {}, caption);
  fill("behind-body", ...body, ...scales.map((scale) => el("p", { class: "scale" }, scale)), records);
  byId("behind").showModal();
  byId("behind").scrollTop = 0;
}

// A number that shows its runs when it is pressed.
function behindButton(text, describe, show) {
  return el("button", { type: "button", class: "behind", "aria-haspopup": "dialog", onclick: show }, text,
    el("span", { class: "unseen" }, `, ${describe}: show its runs`));
}
