// What the scoreboard says in tables and sentences.
function table(head, rows, className = "") {
  const cells = (kind, row) => row.map((cell, i) => html(i || kind === "th" ? kind : "th", "", cell));
  const made = html("table", className);
  const top = html("tr", "", ...cells("th", head));
  top.querySelectorAll("th").forEach((cell) => (cell.scope = "col"));
  const body = rows.map((row) => html("tr", "", ...cells("td", row)));
  body.forEach((row) => (row.querySelector("th").scope = "row"));
  made.append(html("thead", "", top), html("tbody", "", ...body));
  return made;
}

// A figure as text: its value, and its interval under it.
function figureCell(figure, show = share, range = shareRange) {
  if (!isFigure(figure)) return html("span", "missing", NOT_MEASURED);
  const cell = html("span", "figure", html("b", "", show(figure.value)), html("small", "", range(figure)));
  if (figure.n) cell.title = `n = ${figure.n}`;
  return cell;
}

const areaCell = (figure) => figureCell(figure, (value) => value.toFixed(3), areaRange);

// Two areas on one line from 0.5 to 1: hemo as a disc, the trivial way as a diamond.
function areaLine(figure, plain) {
  const low = Math.min(0.5, figure?.low ?? 1, plain?.low ?? 1);
  const x = (value) => 6 + (128 * (value - low)) / (1 - low);
  const svg = make("svg", { viewBox: "0 0 140 26", class: "line", "aria-hidden": "true" });
  for (const tick of [0.5, 0.75, 1]) svg.append(segment(x(tick), 2, x(tick), 24, "grid"));
  if (isFigure(plain)) {
    if (hasRange(plain)) svg.append(whisker([x(plain.low), 18], [x(plain.high), 18], true, "span quiet"));
    svg.append(diamond(x(plain.value), 18, `brightness alone ${area(plain)} (${areaRange(plain)})`, 4));
  }
  if (isFigure(figure)) {
    if (hasRange(figure)) svg.append(whisker([x(figure.low), 8], [x(figure.high), 8], true));
    svg.append(disc(x(figure.value), 8, "model point", `hemo ${area(figure)} (${areaRange(figure)})`, 4));
  }
  return svg;
}

const count = (n, one, many = one + "s") => `${n} ${n === 1 ? one : many}`;

function sourceName(label, source, note = "") {
  const read = `${count(source.n, "slice")}, ${source.positives} with hemorrhage, ${count(source.groups, "group")}`;
  const refused = source.refused ? `; ${source.refused} refused${source.refused_positives ? `, ${source.refused_positives} of them with hemorrhage` : ""}` : "";
  return html("span", "", html("b", "", label), html("small", "", note), html("small", "", read + refused));
}

function drawSources(place, { test = {}, left_out: leftOut = {} }) {
  const seen = Object.values(test).map((source) => sourceRow(sourceName(source.label, source), source));
  const unseen = Object.values(leftOut).map((source) =>
    sourceRow(sourceName(source.label, source, `left out: model ${source.model}, trained on ${source.trained_on}`), source)
  );
  if (!seen.length) return missing(place);
  const head = ["source", "AUC 0.5 – 1", "AUC", "sensitivity", "specificity", "brightness alone: AUC", "its accuracy", "hemo’s accuracy"];
  place.replaceChildren(table(head, [...seen, ...unseen], "sources"));
}

function sourceRow(name, source) {
  const plain = source.baseline;
  return [
    name, areaLine(source.auc, plain?.auc), areaCell(source.auc), figureCell(source.sensitivity), figureCell(source.specificity),
    areaCell(plain?.auc), figureCell(plain?.accuracy), figureCell(source.accuracy),
  ];
}

const asFigure = (value) => (typeof value === "number" ? { value } : value); // older cards have no interval here

function drawBands(place, card) {
  const { bands } = card.evaluation;
  const limits = `Below ${share(card.low)}: no hemorrhage seen. From ${share(card.high)}: hemorrhage. Between them: indeterminate.`;
  if (!bands) return place.replaceChildren(html("p", "", limits), html("p", "missing", "What they promise: " + NOT_MEASURED));
  const rows = Object.entries(bands.test ?? {}).map(([source, held]) => [
    card.evaluation.test?.[source]?.label ?? words(source), figureCell(held.missed), figureCell(held.false_alarms), figureCell(held.indeterminate),
  ]);
  place.replaceChildren(html("p", "", limits), html("p", "", bands.guarantee));
  if (rows.length) place.append(scroller("How the promise held", table(["how it held", "missed", "false alarms", "indeterminate"], rows)));
}

function scroller(label, content) {
  const made = html("div", "scroller", content);
  Object.assign(made, { tabIndex: 0, role: "region", ariaLabel: label });
  return made;
}

function drawFailures(place, failures, test) {
  if (!failures?.length) return missing(place, failures ? "None was found on the test slices." : NOT_MEASURED);
  place.replaceChildren(
    html("ul", "cases", ...failures.map((one) => {
      const name = `${one.kind ?? ""} at ${share(one.probability)}`.trim();
      const where = [test?.[one.source]?.label ?? words(one.source), one.level, one.what].filter(Boolean).join(" · ");
      return html("li", one.kind === "missed" ? "missed" : "alarm", html("b", "", name), ` ${where}`, html("small", "", one.reason ?? ""));
    }))
  );
}

function drawUntested(place, sentences) {
  if (!sentences?.length) return missing(place);
  place.replaceChildren(html("ul", "", ...sentences.map((sentence) => html("li", "", sentence))));
}
