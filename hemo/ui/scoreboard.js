// The scoreboard: asks once for the card, when it is first seen, and draws everything from it. The
// sliders and the choice of a source work in the browser alone.
const board = element.querySelector(".board");
const one = (selector) => board.querySelector(selector);
const slider = one(".stop");
const common = one(".common");
const chosen = { source: null, stops: [], roc: null, precision: null };

async function load() {
  const card = await asked();
  board.dataset.state = card.missing ? "missing" : "shown";
  if (card.missing) return (one(".basis").textContent = card.missing);
  draw(card);
}

async function asked() {
  const card = await server.figures(null).catch(() => undefined);
  if (card) return card;
  return { missing: "The figures did not arrive: the server does not answer. Load the page again." };
}

function draw(card) {
  const { evaluation } = card;
  one(".basis").textContent = basis(card);
  drawSources(one(".by-source .scroller"), evaluation);
  drawSourceChoice(card);
  drawPainted(evaluation.painted, evaluation.test?.phantom);
  drawAll(one(".robust .plots"), Object.values(evaluation.robustness ?? {}).map(drawRobustness));
  drawLocalisation(one(".localisation"), evaluation);
  drawBands(one(".bands .text"), card);
  drawFailures(one(".failures .text"), evaluation.failures, evaluation.test);
  drawUntested(one(".untested .text"), evaluation.not_tested);
}

function basis({ version, evaluation }) {
  const by = evaluation.engine ? `, ${evaluation.engine} engine` : "";
  const date = evaluation.date ? `, evaluated on ${evaluation.date}` : "";
  return `ResNet-152, model ${version}${by}${date}. Every figure comes from the model’s card; what is not in it says “${NOT_MEASURED}”.`;
}

function drawAll(place, drawings) {
  if (drawings.length) place.replaceChildren(...drawings);
  else missing(place);
}

function drawPainted(painted, phantom) {
  const place = one(".painted .plots");
  if (painted?.kinds) {
    drawAll(place, Object.values(painted.kinds).flatMap((kind) => [kind, ...byAge(kind)]).map(drawKind));
    one(".painted .note").textContent = `On ${painted.heads} heads. Called from ${share(painted.threshold)} on, which ${share(painted.at_specificity)} of the same heads without a bleed stay under.`;
    return;
  }
  const kinds = Object.entries(phantom?.sensitivity_by_kind ?? {});
  drawAll(place, kinds.map(([label, sensitivity]) => drawKind({ label, sensitivity })));
  if (kinds.length) one(".painted .note").textContent = "In synthetic heads, all sizes together; real heads: " + NOT_MEASURED + ".";
}

function drawSourceChoice(card) {
  const sources = Object.entries(card.evaluation.test ?? {}).map(([key, source]) => [key, source.label]);
  drawChoices(one(".setting .choices"), "hemo-measured-on", sources, (key) => choose(card, key));
  if (!sources.length) for (const place of board.querySelectorAll(".plot, .four")) missing(place);
}

function choose(card, key) {
  const source = card.evaluation.test[key];
  Object.assign(chosen, {
    source,
    stops: stopsOf(source, card.threshold),
    roc: drawRoc(one(".roc .plot"), source),
    precision: drawPrecision(one(".precision .plot"), source),
  });
  drawReliability(one(".reliability .plot"), source.calibration, `Reliability on ${source.label}`);
  one(".reliability .note").textContent = calibrationNote(source.calibration);
  slider.disabled = chosen.stops.length < 2;
  slider.max = Math.max(chosen.stops.length - 1, 0);
  slider.value = chosen.stops.findIndex((stop) => stop.threshold === card.threshold && stop.name);
  drawPresets();
  drawOperating();
}

function calibrationNote(calibration) {
  if (!isFigure(calibration?.ece)) return `Calibration error: ${NOT_MEASURED}`;
  const floor = calibration.ece_floor;
  const chance = isFigure(floor) ? ` A perfectly calibrated model would show ${share(floor.value)} by chance alone (${shareRange(floor)}).` : "";
  return `Expected calibration error ${share(calibration.ece.value)} (${shareRange(calibration.ece)}); Brier score ${calibration.brier?.value?.toFixed(3) ?? NOT_MEASURED}.${chance}`;
}

function drawPresets() {
  const named = chosen.stops.flatMap((stop, i) => (stop.name ? [[stop, i]] : []));
  one(".presets").replaceChildren(
    ...named.map(([stop, i]) => {
      const button = Object.assign(html("button", "", stop.name), { type: "button" });
      button.addEventListener("click", () => {
        slider.value = i;
        drawOperating();
      });
      return button;
    })
  );
}

function drawOperating() {
  const stop = chosen.stops[slider.value];
  const prevalence = prevalenceAt(common.value);
  one(".prevalence").textContent = showPrevalence(prevalence);
  common.setAttribute("aria-valuetext", `hemorrhage in ${showPrevalence(prevalence)} of slices`);
  if (!stop) return missing(one(".four"));
  one(".threshold").textContent = share(Math.min(stop.threshold, 1));
  const values = [
    ["sensitivity", "of hemorrhages, so many are called", stop.sensitivity],
    ["specificity", "of other slices, so many are left alone", stop.specificity],
    ["PPV", "of slices called, so many are hemorrhages", predictiveFigure(stop, prevalence, "positive")],
    ["NPV", "of slices left alone, so many are none", predictiveFigure(stop, prevalence, "negative")],
  ];
  one(".four").replaceChildren(...values.flatMap(([name, why, figure]) => fact(name, why, figure)));
  drawThousand(stop, prevalence);
  drawHere(chosen.roc, turned(stop.specificity), stop.sensitivity);
  drawHere(chosen.precision, stop.sensitivity, { value: precisionAt(stop) });
  one(".presets").querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(button.textContent === stop.name)));
  slider.setAttribute("aria-valuetext", `called from ${share(Math.min(stop.threshold, 1))} on: sensitivity ${share(stop.sensitivity.value)}, specificity ${share(stop.specificity.value)}`);
  one(".intervals").textContent = intervalNote(stop);
}

function fact(name, why, figure) {
  const value = html("dd", "", html("b", "", figure.value === null ? "none called" : share(figure.value)), html("small", "", shareRange(figure)), html("small", "", why));
  value.dataset.value = figure.value ?? ""; // as computed, for whoever wants every digit
  return [html("dt", "", name), value];
}

function intervalNote(stop) {
  const n = `${chosen.source.positives} hemorrhages and ${chosen.source.n - chosen.source.positives} other slices of ${chosen.source.label}.`;
  const how = stop.name ? "" : " Intervals between the named points are Wilson’s, on as many independent slices as the card’s own intervals are worth.";
  return `${n}${how} Predictive values: the worst and the best that both intervals allow; such slices, at this prevalence.`;
}

const turned = ({ value, low, high }) => ({ value: 1 - value, ...(low === undefined ? {} : { low: 1 - high, high: 1 - low }) });

// On the slices as they were measured, not at the prevalence that was set.
function precisionAt(stop) {
  const prevalence = chosen.source.positives / chosen.source.n;
  return predictive(stop.sensitivity.value, stop.specificity.value, prevalence).positive ?? 1;
}

// A thousand slices, sorted: counts that people can picture.
function drawThousand(stop, prevalence) {
  const kinds = { found: "found", missed: "missed", alarms: "false alarms", spared: "rightly left alone" };
  const shares = outcomes(stop.sensitivity.value, stop.specificity.value, prevalence);
  const told = Object.entries(kinds).map(([kind, name]) => {
    const item = html("li", kind, html("b", "", String(Math.round(1000 * shares[kind]))), ` ${name}`);
    item.dataset.share = shares[kind];
    return item;
  });
  const bar = html("div", "bar", ...Object.keys(kinds).map((kind) => {
    const part = html("i", kind);
    part.style.flexGrow = shares[kind];
    return part;
  }));
  bar.ariaHidden = "true";
  one(".thousand").replaceChildren(html("p", "", "Of 1000 slices:"), bar, html("ul", "", ...told));
}

slider.addEventListener("input", drawOperating);
common.addEventListener("input", drawOperating);

const seen = new IntersectionObserver((entries) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  seen.disconnect();
  load();
});
seen.observe(board);
