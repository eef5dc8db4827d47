// Elements, numbers in words, and the controls that every section uses.

const NOTHING = "–";

function shape(tag, attributes = {}, ...children) {
  return attach(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(id, ...children) {
  byId(id).replaceChildren(...children.flat());
}

function known(value) {
  return value !== null && value !== undefined;
}

// Tenths of a percent, as the data hold shares, in percent.
function percent(value) {
  return known(value) ? (value / 10).toFixed(1) : NOTHING;
}

function deviation(moments, ...place) {
  const value = moments.std && place.reduce((list, index) => list[index], moments.std);
  return known(value) ? ` ± ${percent(value)}` : "";
}

// As sl/numbers.py: a plus where it rounds to zero.
function signed(value, decimals = 2) {
  if (!known(value)) return NOTHING;
  const text = value.toFixed(decimals);
  return Number(text) < 0 ? text.replace("-", "−") : `+${text.replace("-", "")}`;
}

// The number that a text begins with; null where it begins with something else.
function numberIn(text) {
  const value = Number.parseFloat(text.replace("−", "-"));
  return Number.isNaN(value) ? null : value;
}

// Text with what stands between backticks as code.
function withCode(text) {
  return text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

function badge(text) {
  return el("span", { class: `badge ${text.split(" ")[0]}` }, text);
}

// Fills a select with [value, text] pairs; without `chosen` the first is chosen.
function options(id, pairs, chosen) {
  fill(id, pairs.map(([value, text]) => el("option", { value }, text)));
  if (known(chosen)) byId(id).value = chosen;
}

function listen(id, kind, act) {
  byId(id).addEventListener(kind, act);
}

// One button for each stage, pressed where `at` is its epoch; `pick` is called with the stage's name.
function stageButtons(id, stages, at, pick) {
  const pressed = (name) => String(stages[name] === at);
  const buttons = [...byId(id).children];
  if (buttons.length === Object.keys(stages).length && buttons.every((one) => one.value in stages)) {
    buttons.forEach((one) => one.setAttribute("aria-pressed", pressed(one.value)));
    return;
  }
  fill(id, Object.keys(stages).map((name) => el("button", {
    type: "button", value: name, "aria-pressed": pressed(name), onclick: () => pick(name),
  }, name)));
}

function nothingRecorded() {
  return el("p", { class: "notice" }, "No finished run is recorded yet.");
}

// What stands under every figure: at which scale it was made and by which runs.
function caption(group, ...lines) {
  const said = lines.filter(Boolean).join(". ");
  return el("figcaption", {}, badge(group.scale), ` ${said}. `);
}
