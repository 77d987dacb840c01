// The plots: each puts one drawing into a place, or says that it was not measured.
function drawRoc(place, source) {
  if (!source.curve?.length) return missing(place);
  const x = { ...SHARES, label: "false alarms, % (1 − specificity)" };
  const label = `ROC curve on ${source.label}: area ${area(source.auc)}, ${areaRange(source.auc)}`;
  const drawn = frame(x, { ...SHARES, label: "sensitivity, %" }, { label });
  const { svg, at } = drawn;
  const places = source.curve.map((p) => [at.x(1 - p.specificity), at.y(p.sensitivity)]);
  svg.append(segment(at.x(0), at.y(0), at.x(1), at.y(1), "chance"));
  svg.append(path([[at.x(0), at.y(0)], ...places, [at.x(1), at.y(1)]], "curve"));
  drawPlainPoint(svg, at, source.baseline);
  note(svg, 306, 214, `AUC ${area(source.auc)}`, "strong");
  note(svg, 306, 230, `${areaRange(source.auc)}, n = ${source.n}`);
  place.replaceChildren(svg);
  return drawn;
}

function drawPlainPoint(svg, at, plain) {
  if (!isFigure(plain?.auc)) return;
  if (isFigure(plain.sensitivity) && isFigure(plain.specificity)) {
    const text = `brightness alone: sensitivity ${share(plain.sensitivity.value)}, specificity ${share(plain.specificity.value)}`;
    svg.append(diamond(at.x(1 - plain.specificity.value), at.y(plain.sensitivity.value), text));
  }
  note(svg, 306, 198, `◆ brightness ${area(plain.auc)}`, "quiet");
}

function note(svg, x, y, text, className = "") {
  svg.append(make("text", { class: `said ${className}`, x, y, "text-anchor": "end" }, text));
}

function drawPrecision(place, source) {
  if (!source.curve?.length) return missing(place);
  const prevalence = source.positives / source.n;
  const label = `Precision and recall on ${source.label}: average precision ${area(source.average_precision)}`;
  const drawn = frame({ ...SHARES, label: "recall (sensitivity), %" }, { ...SHARES, label: "precision, %" }, { label });
  const { svg, at } = drawn;
  const called = source.curve.filter((p) => p.sensitivity > 0 || p.specificity < 1);
  svg.append(segment(at.x(0), at.y(prevalence), at.x(1), at.y(prevalence), "chance"));
  const places = called.map((p) => [at.x(p.sensitivity), at.y(p.precision)]);
  if (places.length) svg.append(path([[at.x(0), places[0][1]], ...places], "curve"));
  if (isFigure(source.baseline?.average_precision)) note(svg, 306, 198, `◆ brightness ${area(source.baseline.average_precision)}`, "quiet");
  note(svg, 306, 214, `average ${area(source.average_precision)}`, "strong");
  note(svg, 306, 230, `${areaRange(source.average_precision)}, n = ${source.n}`);
  place.replaceChildren(svg);
  return drawn;
}

// The operating point moves on both curves; its intervals go with it.
function drawHere(drawn, x, y) {
  if (!drawn) return;
  const { svg, at } = drawn;
  svg.querySelector(".set")?.remove();
  const here = make("g", { class: "set" });
  if (hasRange(x)) here.append(whisker([at.x(x.low), at.y(y.value)], [at.x(x.high), at.y(y.value)], true));
  if (hasRange(y)) here.append(whisker([at.x(x.value), at.y(y.low)], [at.x(x.value), at.y(y.high)], false));
  here.append(disc(at.x(x.value), at.y(y.value), "model point", `${share(x.value)}, ${share(y.value)}`, 5.5));
  svg.append(here);
}

function drawReliability(place, calibration, label) {
  const bins = calibration?.bins ?? [];
  if (!bins.length) return missing(place);
  const x = { ...SHARES, label: "probability given, %" };
  const { svg, at } = frame(x, { ...SHARES, label: "had a hemorrhage, %" }, { label });
  svg.append(segment(at.x(0), at.y(0), at.x(1), at.y(1), "chance"));
  const most = Math.max(...bins.map((bin) => bin.n));
  for (const { mean, observed, n } of bins) {
    const text = `given ${share(mean)} on average: ${share(observed.value)} had one (${shareRange(observed)}), n = ${n}`;
    svg.append(whisker([at.x(mean), at.y(observed.low)], [at.x(mean), at.y(observed.high)], false));
    svg.append(disc(at.x(mean), at.y(observed.value), "model point", text, 3 + 5 * Math.sqrt(n / most)));
    svg.append(make("text", { class: "count", x: at.x(mean) + 7, y: at.y(observed.value) + 12 }, String(n)));
  }
  place.replaceChildren(svg);
}

// Sensitivity over size, one small drawing a kind.
// A kind whose figures are also held by age, as a kind with a column for each of them.
function byAge({ label, ages = [] }) {
  if (!ages.length) return [];
  const columns = ages.map((one) => ({ name: one.age, ...one }));
  return [{ label: `${label} by age, ${sizeName(ages[0])} mm`, columns }];
}

function drawKind(kind) {
  if (kind.columns) return drawColumns(kind, kind.columns, "", `${kind.columns[0].sensitivity.n} each`, "by age");
  const columns = kind.sizes?.length ? kind.sizes.map((size) => ({ name: sizeName(size), ...size })) : [{ name: "any", ...kind }];
  const measure = kind.measure ? `${kind.measure}, mm` : "";
  const said = `${share(kind.sensitivity.value)} of ${kind.sensitivity.n}, AUC ${area(kind.auc)}`;
  return drawColumns(kind, columns, measure, said, `${share(kind.sensitivity.value)} found (${shareRange(kind.sensitivity)})`);
}

function drawColumns(kind, columns, measure, said, found) {
  const x = { low: 0, high: columns.length, ticks: [], show: String, label: measure };
  const y = { ...SHARES, ticks: [0, 0.5, 1], label: "found, %" };
  const label = `${kind.label}: ${found}`;
  const { svg, at, box } = frame(x, y, { width: 220, height: 170, label });
  columns.forEach((column, i) => {
    drawPair(svg, at.x(i + 0.5), at.y, column.sensitivity, column.baseline, column.name);
    svg.append(make("text", { class: "tick", x: at.x(i + 0.5), y: box.bottom + 14, "text-anchor": "middle" }, column.name));
  });
  return html("figure", "small", html("figcaption", "", html("b", "", kind.label), ` ${said}`), svg);
}

function sizeName({ low_mm: low, high_mm: high }) {
  return high === undefined || high > 900 ? `${low}+` : `${low}–${high}`;
}

function drawPair(svg, x, y, figure, plain, name) {
  if (isFigure(plain)) {
    svg.append(diamond(x + 7, y(plain.value), `brightness alone, ${name}: ${share(plain.value)}`, 3.5));
  }
  if (!isFigure(figure)) return;
  svg.append(whisker([x, y(figure.low)], [x, y(figure.high)], false));
  svg.append(disc(x, y(figure.value), "model point", `${name}: ${share(figure.value)} (${shareRange(figure)}), n = ${figure.n}`, 4));
}

// AUC over the strength of an alteration, with its interval as a band.
function drawRobustness({ label, unit, unaltered, points }) {
  const shown = points.filter((point) => isFigure(point.auc));
  if (!shown.length) return html("figure", "small", html("figcaption", "", html("b", "", label), ` ${NOT_MEASURED}`));
  const lowest = Math.min(0.5, ...shown.map((point) => point.auc.low));
  const steps = shown.map((_, i) => i); // levels side by side: some lie too close for an axis in their unit
  const x = { low: -0.3, high: shown.length - 0.7, ticks: steps, show: (i) => tickText(shown[i].level), label: unit };
  const y = { low: lowest, high: 1, ticks: [0.5, 0.75, 1], show: (v) => v.toFixed(2), label: "AUC" };
  const { svg, at, box } = frame(x, y, { width: 220, height: 170, label: `${label}: ${spokenLevels(shown)}` });
  const line = (value) => shown.flatMap((p, i) => (value(p) === undefined ? [] : [[at.x(i), at.y(value(p))]]));
  const upper = line((p) => p.auc.high);
  const lower = line((p) => p.auc.low).reverse();
  svg.append(path([...upper, ...lower], "band"));
  const asItIs = shown.findIndex((p) => p.level === unaltered);
  if (asItIs >= 0) svg.append(segment(at.x(asItIs), box.top, at.x(asItIs), box.bottom, "as-is"));
  svg.append(path(line((p) => p.baseline && Math.max(p.baseline.value, lowest)), "plain-line"));
  svg.append(path(line((p) => p.auc.value), "curve"));
  shown.forEach((p, i) => svg.append(disc(at.x(i), at.y(p.auc.value), "model point", levelText(p, unit), 3.5)));
  return html("figure", "small", html("figcaption", "", html("b", "", label), ` n = ${shown[0].auc.n}`), svg);
}

const tickText = (value) => String(Number(value.toPrecision(3)));
const spokenLevels = (points) => points.map((p) => `AUC ${area(p.auc)} at ${tickText(p.level)}`).join(", ");

function levelText(p, unit) {
  const at = `sensitivity ${share(p.sensitivity?.value ?? NaN)}, specificity ${share(p.specificity?.value ?? NaN)}`;
  const refused = p.refused ? `, ${p.refused} refused` : "";
  return `${tickText(p.level)} ${unit}: AUC ${area(p.auc)} (${areaRange(p.auc)}); ${at}${refused}`;
}
