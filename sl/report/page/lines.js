// Line charts: percent by epoch, each line named at its right end.

const LABEL_GAP = 13;
const LONGEST_NAME = 18;
const MANY_BANDS = 8; // so many bands cannot be told apart
const ROOF = 8; // pixels above the highest value
const CHARACTER = 6.7; // pixels, at the size of the style

// Heights moved apart until neighbours are `gap` from each other, kept within [low, high].
function spreadLabels(heights, gap, low, high) {
  const order = heights.map((_, index) => index).sort((one, other) => heights[one] - heights[other]);
  const placed = [...heights];
  let edge = low;
  for (const index of order) {
    placed[index] = Math.max(placed[index], edge);
    edge = placed[index] + gap;
  }
  edge = high;
  for (const index of order.reverse()) {
    placed[index] = Math.min(placed[index], edge);
    edge = placed[index] - gap;
  }
  return placed;
}

// How many epochs a smoothed line averages: about a tenth of the run, an odd number.
function averaged(epochs) {
  return Math.floor(epochs / 10) | 1;
}

// Centred mean over `epochs` values; near the ends over fewer, so that the first and last value stay.
function smooth(values, epochs) {
  return values.map((_, place) => {
    const far = Math.min((epochs - 1) / 2, place, values.length - 1 - place);
    const near = values.slice(place - far, place + far + 1);
    return near.every(known) ? near.reduce((sum, value) => sum + value, 0) / near.length : null;
  });
}

function niceStep(length, most) {
  return [1, 2, 5, 10, 20, 50, 100, 200, 500].find((step) => length / step <= most);
}

// The scales of a chart: pixels of an epoch, and of tenths of a percent.
function scales({ width, height, epochs, top, right }) {
  const inner = { left: 34, right: width - right, bottom: height - 30 };
  const x = (epoch) => inner.left + ((epoch - 1) / Math.max(1, epochs - 1)) * (inner.right - inner.left);
  const y = (value) => inner.bottom - (value / top) * (inner.bottom - ROOF);
  const epochAt = (pixel) => {
    const share = (pixel - inner.left) / (inner.right - inner.left);
    return Math.min(epochs, Math.max(1, Math.round(1 + share * (epochs - 1))));
  };
  return { ...inner, x, y, epochAt, epochs, top };
}

function axes(at) {
  const step = 10 * niceStep(at.top / 10, 6);
  const marks = [];
  for (let value = 0; value <= at.top; value += step) {
    marks.push(shape("line", { class: "grid", x1: at.left, x2: at.right, y1: at.y(value), y2: at.y(value) }));
    marks.push(shape("text", { x: at.left - 6, y: at.y(value) + 4, "text-anchor": "end" }, String(value / 10)));
  }
  const gap = niceStep(at.epochs, 6);
  for (let epoch = gap; epoch <= at.epochs; epoch += gap) {
    marks.push(shape("text", { x: at.x(epoch), y: at.bottom + 15, "text-anchor": "middle" }, String(epoch)));
  }
  marks.push(shape("text", { x: at.left, y: at.bottom + 27 }, "epoch"));
  return marks;
}

function path(at, values) {
  let pen = "M";
  const parts = values.map((value, index) => {
    if (!known(value)) {
      pen = "M";
      return "";
    }
    const part = `${pen}${at.x(index + 1).toFixed(1)} ${at.y(value).toFixed(1)}`;
    pen = "L";
    return part;
  });
  return parts.join("");
}

function band(at, line) {
  const places = line.mean.map((_, index) => index).filter((index) => known(line.mean[index]));
  const edge = (index, sign) => {
    const value = Math.min(at.top, Math.max(0, line.mean[index] + sign * line.std[index]));
    return `${at.x(index + 1).toFixed(1)},${at.y(value).toFixed(1)}`;
  };
  const points = [...places.map((index) => edge(index, 1)), ...places.reverse().map((index) => edge(index, -1))];
  return shape("polygon", { points: points.join(" "), fill: line.colour, opacity: line.faint ? 0.05 : 0.16 });
}

function drawLine(at, line, thin) {
  const width = line.strong ? 3 : thin ? 0.7 : 1.7;
  return shape("path", {
    d: path(at, line.mean), fill: "none", stroke: line.colour, "stroke-width": width,
    "stroke-dasharray": line.dashed ? "5 4" : null, opacity: line.faint ? 0.22 : 1,
  }, shape("title", {}, line.name));
}

function short(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

function endLabels(at, lines) {
  const ends = lines.map((line) => at.y(line.mean.findLast(known) ?? 0));
  const placed = spreadLabels(ends, LABEL_GAP, ROOF + 4, at.bottom);
  return lines.flatMap((line, index) => [
    shape("polyline", {
      points: `${at.right},${ends[index]} ${at.right + 7},${placed[index]} ${at.right + 11},${placed[index]}`,
      class: "leader", fill: "none",
    }),
    shape("rect", { x: at.right + 11, y: placed[index] - 4, width: 8, height: 8, fill: line.colour, opacity: line.faint ? 0.3 : 1 }),
    shape("text", { x: at.right + 22, y: placed[index] + 4, class: line.strong ? "strong" : null }, short(line.name)),
  ]);
}

// `lines`: {name, colour, mean, std, strong, faint, dashed, unnamed}; `top` in tenths of a percent; `pick(epoch)`.
function lineChart({ label, width, height, epochs, top, lines, epoch, pick }) {
  const named = lines.filter((line) => !line.unnamed);
  const right = 26 + CHARACTER * Math.max(0, ...named.map((line) => short(line.name).length));
  const at = scales({ width, height, epochs, top, right });
  const thin = lines.length > 20;
  const chart = shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
  chart.append(...axes(at));
  if (lines.length < MANY_BANDS) chart.append(...lines.filter((line) => line.std).map((line) => band(at, line)));
  chart.append(...lines.map((line) => drawLine(at, line, thin)));
  chart.append(...endLabels(at, named));
  if (epoch) {
    chart.append(shape("line", { class: "cursor", x1: at.x(epoch), x2: at.x(epoch), y1: ROOF, y2: at.bottom }));
    chart.addEventListener("click", (event) => pick(at.epochAt(event.clientX - chart.getBoundingClientRect().left)));
  }
  return chart;
}
