// Numbers of the scoreboard: as text, with intervals, at an operating point. The card's figures come
// unrounded; they are rounded here, because the sliders make new ones that no server ever sees.
const Z = 1.959963984540054;
const NOT_MEASURED = "not measured";

const isFigure = (figure) => typeof figure?.value === "number";
const asPercent = (share, digits = 0) => (100 * share).toFixed(digits) + " %";
const area = (figure) => (isFigure(figure) ? figure.value.toFixed(3) : NOT_MEASURED);

function areaRange(figure) {
  return hasRange(figure) ? `${figure.low.toFixed(3)}–${figure.high.toFixed(3)}` : "";
}

function hasRange(figure) {
  return typeof figure?.low === "number" && typeof figure?.high === "number";
}

// 100 % is only what is all of them: 99.96 % is not; nor is 0.04 % none.
function share(value) {
  if (value > 0 && value < 0.0005) return "< 0.1 %";
  if (value < 1 && value > 0.9995) return "> 99.9 %";
  const fine = (value > 0 && value < 0.01) || (value < 1 && value > 0.99);
  return asPercent(value, fine ? 1 : 0);
}

function shareRange(figure) {
  return hasRange(figure) ? `${(100 * figure.low).toFixed(0)}–${(100 * figure.high).toFixed(0)} %` : "";
}

// Wilson's interval of a proportion (Wilson 1927), on as many independent cases.
function wilson(value, cases) {
  const z2 = Z * Z;
  const centre = (value + z2 / (2 * cases)) / (1 + z2 / cases);
  const half =
    (Z * Math.sqrt((value * (1 - value)) / cases + z2 / (4 * cases * cases))) / (1 + z2 / cases);
  return { low: Math.max(centre - half, 0), high: Math.min(centre + half, 1) };
}

// How many independent slices a figure of the card is worth: slices of one head are alike, and its
// interval is as wide as Wilson's on that many. By bisection: more cases, narrower interval.
function worth(figure) {
  let [few, many] = [1, figure.n];
  const width = figure.high - figure.low;
  for (let i = 0; i < 50; i++) {
    const middle = (few + many) / 2;
    const range = wilson(figure.value, middle);
    if (range.high - range.low > width) few = middle;
    else many = middle;
  }
  return many;
}

// The stops of the slider, thresholds falling: the curve's, and the named ones with their intervals.
function stopsOf(source, threshold) {
  const named = [{ name: "as shipped", threshold, sensitivity: source.sensitivity, specificity: source.specificity }];
  for (const [key, point] of Object.entries(source.operating ?? {})) named.push({ name: CHOSEN[key] ?? key, ...point });
  const known = named.filter((point) => isFigure(point.sensitivity) && isFigure(point.specificity));
  const between = (source.curve ?? []).map((point) => ({
    threshold: point.threshold,
    sensitivity: ranged(point.sensitivity, source.sensitivity),
    specificity: ranged(point.specificity, source.specificity),
  }));
  return [...between, ...known].sort((a, b) => b.threshold - a.threshold);
}

const CHOSEN = { sensitivity_95: "95 % sensitivity", specificity_95: "95 % specificity" };

function ranged(value, like) {
  return isFigure(like) ? { value, n: like.n, ...wilson(value, worth(like)) } : { value, n: 0 };
}

// Of all slices, at a prevalence (Bayes): each a share of 1.
function outcomes(sensitivity, specificity, prevalence) {
  return {
    found: sensitivity * prevalence,
    missed: (1 - sensitivity) * prevalence,
    alarms: (1 - specificity) * (1 - prevalence),
    spared: specificity * (1 - prevalence),
  };
}

function predictive(sensitivity, specificity, prevalence) {
  const { found, missed, alarms, spared } = outcomes(sensitivity, specificity, prevalence);
  return {
    positive: found + alarms > 0 ? found / (found + alarms) : null,
    negative: spared + missed > 0 ? spared / (spared + missed) : null,
  };
}

// A predictive value from the worst and the best that both intervals allow together.
function predictiveFigure(stop, prevalence, which) {
  const at = (edge) => predictive(stop.sensitivity[edge], stop.specificity[edge], prevalence)[which];
  const value = at("value");
  if (value === null || !hasRange(stop.sensitivity) || !hasRange(stop.specificity)) return { value };
  return { value, low: at("low") ?? 0, high: at("high") ?? 1 };
}

// 0.1 % to 50 %, as many steps for each factor of ten.
const prevalenceAt = (step) => 0.001 * 500 ** (step / 300);
const showPrevalence = (value) => (value < 0.01 ? asPercent(value, 1) : asPercent(value, value < 0.1 ? 1 : 0));
