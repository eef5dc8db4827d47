// Tables that sort by a press on a column's head; on narrow screens each row becomes a card (see the style).

// Missing values come last, whichever way it is sorted.
function compare(one, other, falling) {
  if (!known(one) || !known(other)) return known(other) - known(one);
  const order = typeof one === "number" ? one - other : String(one).localeCompare(String(other));
  return falling ? -order : order;
}

function bodyRow(columns, row) {
  return el("tr", { role: "row" }, columns.map((column, index) => {
    const content = [column.cell(row)].flat();
    const role = index === 0 ? "rowheader" : "cell";
    const shown = { role, "data-head": column.title, class: classOf(column), scope: index === 0 ? "row" : null };
    return el(index === 0 ? "th" : "td", shown, content);
  }));
}

function classOf(column) {
  return [column.numeric ? "number" : "", column.kind ?? ""].join(" ").trim() || null;
}

// `columns`: {title, cell(row) -> nodes, sort(row) -> number or text, numeric, kind: a class for the style}.
function sortableTable({ caption, columns, rows, kind }) {
  const body = el("tbody", { role: "rowgroup" }, rows.map((row) => bodyRow(columns, row)));
  const heads = columns.map((column) => headCell(column, (falling) => {
    const sorted = [...rows].sort((one, other) => compare(column.sort(one), column.sort(other), falling));
    body.replaceChildren(...sorted.map((row) => bodyRow(columns, row)));
    heads.filter((head) => head.dataset.title !== column.title).forEach((head) => head.removeAttribute("aria-sort"));
  }));
  return el("table", { role: "table", class: kind }, el("caption", {}, caption),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, heads)), body);
}

function headCell(column, sort) {
  const shown = { scope: "col", role: "columnheader", "data-title": column.title, class: classOf(column) };
  if (!column.sort) return el("th", shown, column.title);
  const press = () => {
    const before = head.getAttribute("aria-sort");
    const falling = before ? before === "ascending" : Boolean(column.numeric);
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    sort(falling);
  };
  const head = el("th", shown, el("button", { type: "button", onclick: press }, column.title));
  return head;
}
