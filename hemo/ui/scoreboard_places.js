// Where the evidence lies and whether the answer follows it, method by method. What the card holds of
// it is described in hemo/evaluation/trust.py.
const WHERE = {
  pointing: ["peak on the bleed", "How often the strongest evidence lies on the bleed."],
  inside: ["evidence on the bleed", "The share of the evidence for hemorrhage that lies on it."],
  dice_best: ["Dice, best cut", "Overlap with the bleed’s outline, or of boxes where boxes are known, with the map cut at its best level."],
  dice_fixed: ["Dice, fixed cut", "The same where every map is cut at one level, chosen on validation groups."],
};
const FOLLOWS = {
  deletion: ["deletion, low is good", "The probability left while the strongest evidence is taken out of the picture."],
  insertion: ["insertion, high is good", "The probability gained while it is put into an even brain."],
  road: ["ROAD, high is good", "How much more goes with the strongest evidence than with the weakest."],
};
const REDRAWN = ["like an untaught network’s, near 0 is good", "Rank correlation with the map of the same network with its head and deeper layers redrawn at random."];

const words = (key) => key.replaceAll("_", " ");
const isSource = (value) => value !== null && typeof value === "object" && isFigure(value.pointing);

function drawLocalisation(article, { localisation, test = {} }) {
  const place = article.querySelector(".scroller");
  const methods = Object.values(localisation?.methods ?? {});
  const sources = [...new Set(methods.flatMap((method) => Object.keys(method).filter((key) => isSource(method[key]))))];
  if (!sources.length) return drawOwnLocalisation(place, test);
  const show = (source) => place.replaceChildren(methodsTable(localisation, source));
  drawChoices(article.querySelector(".choices"), "hemo-maps-on", sources.map((key) => [key, test[key]?.label ?? words(key)]), show);
  article.querySelector(".note").textContent = steadiness(localisation);
}

// Radio buttons; the first is chosen.
function drawChoices(place, name, choices, chosen) {
  const labels = choices.map(([value, text], i) => {
    const input = Object.assign(html("input"), { type: "radio", name, value, checked: i === 0 });
    input.addEventListener("change", () => chosen(value));
    return html("label", "", input, html("span", "", text));
  });
  place.append(...labels);
  if (choices.length) chosen(choices[0][0]);
}

function methodsTable(localisation, source) {
  const { methods, deletion = {}, randomisation = {} } = localisation;
  const follows = Object.keys(FOLLOWS).filter((key) => Object.keys(localisation[key] ?? {}).length);
  const redrawn = Object.keys(randomisation).length ? [REDRAWN] : [];
  const head = ["method", ...[...Object.values(WHERE), ...follows.map((key) => FOLLOWS[key]), ...redrawn].map(columnHead)];
  const names = [...Object.keys(methods), ...Object.keys(deletion).filter((name) => !methods[name])];
  const rows = names.map((name) => [
    methodName(name, methods[name] ?? { label: `a map drawn by ${words(name)}` }, localisation.default),
    ...Object.keys(WHERE).map((fact) => figureCell(methods[name]?.[source]?.[fact])),
    ...follows.map((key) => plainCell(localisation[key][name])),
    ...redrawn.map(() => plainCell(Object.values(randomisation[name] ?? {}).pop())),
  ]);
  return table(head, [...rows, ...betterBy(localisation, source, follows, redrawn)], "methods");
}

// How much what the page shows is better than what most demos show, slice by slice.
function betterBy({ methods, default: shown, best_by: by, faithful_by: faithful = {} }, source, follows, redrawn) {
  if (!by?.[source] || shown === by.against) return [];
  const name = html("span", "", html("b", "", `better than ${methods[by.against]?.label ?? words(by.against)} by`));
  name.append(html("small", "", "what the page shows, on the same slices; points of 100, then of 1"));
  return [
    [
      name,
      ...Object.keys(WHERE).map((fact) => signedCell(by[source][fact], 100, 0)),
      ...follows.map((key) => signedCell(faithful[key], 1, 2)),
      ...redrawn.map(() => ""),
    ],
  ];
}

function signed(value, digits) {
  const rounded = Math.abs(value).toFixed(digits);
  return Number(rounded) === 0 ? rounded : (value < 0 ? "−" : "+") + rounded;
}

function signedCell(figure, times, digits) {
  const show = (value) => signed(times * value, digits);
  return figureCell(figure, show, ({ low, high }) => `${show(low)} to ${show(high)}`);
}

function columnHead([name, why]) {
  const made = html("span", "", name);
  made.title = why;
  return made;
}

const plainCell = (figure) => figureCell(figure, (value) => value.toFixed(2), ({ low, high }) => `${low.toFixed(2)}–${high.toFixed(2)}`);

function methodName(name, method, shown) {
  const made = html("span", "", html("b", "", method.label ?? words(name)));
  if (name === shown) made.append(html("small", "", "what the page shows"));
  return made;
}

function steadiness({ stability, chosen_by: chosenBy }) {
  const by = chosenBy ? `What the page shows was chosen by the ${chosenBy}. ` : "";
  if (!isFigure(stability?.spread)) return by;
  const changed = isFigure(stability.answer_changed) ? ` ${share(stability.answer_changed.value)} of such changes turned the answer.` : "";
  return `${by}Where nothing that matters changes (flips, small turns, noise), probabilities span ${share(stability.spread.value)} (${shareRange(stability.spread)}) of the scale.${changed}`;
}

// A card of before the methods were compared.
function drawOwnLocalisation(place, test) {
  const known = Object.values(test).filter((source) => isFigure(source.pointing));
  if (!known.length) return missing(place);
  const rows = known.map((source) => [source.label, figureCell(source.pointing), figureCell(asFigure(source.evidence_inside))]);
  place.replaceChildren(table(["hemo’s own map", WHERE.pointing[0], WHERE.inside[0]], rows));
}
