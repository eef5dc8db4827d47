// Bars of classes, one row each: a full bar, below it a lighter one to compare with.

// The full width is 100 %, with a whisker of one standard deviation to both sides.
function bar(x, y, thickness, value, std, colour, lighter) {
  if (!known(value)) return [];
  const end = x(value);
  const parts = [shape("rect", {
    x: x(0), y, width: Math.max(0.5, end - x(0)), height: thickness, fill: colour, opacity: lighter ? 0.45 : 1,
  })];
  if (known(std)) {
    const middle = y + thickness / 2;
    const ends = [x(Math.max(0, value - std)), x(Math.min(1000, value + std))];
    parts.push(shape("line", { class: "whisker", x1: ends[0], x2: ends[1], y1: middle, y2: middle }));
  }
  return parts;
}

// `rows`: {name, colour, main, mainStd, beside, besideStd}, tenths of a percent; `beside` undefined for single bars.
function barChart({ label, width, rows, most = 1000 }) {
  const left = 12 + CHARACTER * Math.max(...rows.map((row) => row.name.length));
  const right = width - 44;
  const double = rows.some((row) => row.beside !== undefined);
  const step = double ? 34 : 22;
  const x = (value) => left + (value / most) * (right - left);
  const chart = shape("svg", {
    viewBox: `0 0 ${width} ${rows.length * step + 4}`, width, height: rows.length * step + 4,
    role: "img", "aria-label": label,
  });
  chart.append(shape("line", { class: "grid", x1: x(0), x2: x(0), y1: 0, y2: rows.length * step }));
  rows.forEach((row, index) => chart.append(...barRow(row, index * step + 4, x, double, left, width)));
  return chart;
}

function barRow(row, y, x, double, left, width) {
  const parts = [
    shape("text", { x: left - 6, y: y + (double ? 17 : 11), "text-anchor": "end" }, row.name),
    ...bar(x, y, 13, row.main, row.mainStd, row.colour, false),
    shape("text", { x: width, y: y + 11, "text-anchor": "end", class: "strong" }, percent(row.main)),
  ];
  if (double) {
    parts.push(...bar(x, y + 15, 11, row.beside, row.besideStd, row.colour, true));
    parts.push(shape("text", { x: width, y: y + 25, "text-anchor": "end" }, percent(row.beside)));
  }
  return parts;
}
