// Everything that is painted on the canvas, in CSS pixels of the stage.
const MARKED = "#ffd65c"; // outlines of regions
const TRUTH = "#e8f4ff"; // dashed: what was painted there
const HALO = "rgb(0 0 0 / 75%)";

function paintSlice(pen, slice, stage, { evidence, opacity, then }) {
  const pixels = pixelsOf(slice, then);
  if (!pixels) return false;
  const at = placed(slice, stage);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(pictureOf(slice, pixels), at.left, at.top, at.width, at.height);
  if (evidence && slice.evidence) paintEvidence(pen, slice, at, opacity);
  return true;
}

function paintEvidence(pen, slice, at, opacity) {
  const map = mapOf(slice);
  if (map.width === 0 || map.height === 0) return;
  const scale = { x: at.width / slice.width, y: at.height / slice.height };
  pen.globalAlpha = opacity;
  pen.drawImage(
    coloursOf(slice),
    at.left + map.left * scale.x,
    at.top + map.top * scale.y,
    map.width * scale.x,
    map.height * scale.y
  );
  pen.globalAlpha = 1;
}

function tracePolygons(pen, slice, stage, polygons) {
  pen.beginPath();
  for (const polygon of polygons) {
    polygon.forEach(([x, y], i) => {
      const point = toStage(slice, stage, { x, y });
      if (i === 0) pen.moveTo(point.x, point.y);
      else pen.lineTo(point.x, point.y);
    });
    pen.closePath();
  }
}

function strokeTwice(pen, colour, width) {
  pen.lineJoin = "round";
  for (const [style, line] of [
    [HALO, width + 2],
    [colour, width],
  ]) {
    pen.strokeStyle = style;
    pen.lineWidth = line;
    pen.stroke();
  }
}

function paintRegions(pen, slice, stage, highlighted) {
  for (const region of slice.regions ?? []) {
    tracePolygons(pen, slice, stage, region.outline);
    strokeTwice(pen, MARKED, region.number === highlighted ? 3.5 : 1.75);
  }
  const taken = [];
  for (const region of slice.regions ?? []) taken.push(paintLabel(pen, slice, stage, region, taken));
}

const PLATE = 22; // CSS pixels high

// Where a plate of some width lies that would best lie at a point: inside the stage, and a step higher
// or lower where plates that are painted already (taken: [{x, y, width}]) would be covered.
function plateAt(best, width, taken, stage) {
  const x = Math.min(Math.max(best.x, 4), stage.width - width - 4);
  const start = Math.min(Math.max(best.y, 4), stage.height - PLATE - 4);
  const isFree = (y) =>
    taken.every((one) => Math.abs(one.y - y) >= PLATE || one.x + one.width <= x || x + width <= one.x);
  const steps = [0, ...taken.flatMap((_, i) => [-(i + 1), i + 1])];
  const heights = steps.map((step) => start + step * (PLATE + 2)).filter((y) => y >= 4 && y <= stage.height - PLATE - 4);
  return { x, y: heights.find(isFree) ?? start, width };
}

// A small plate with the region's number and logits, at its upper right; returns where it lies.
function paintLabel(pen, slice, stage, region, taken) {
  const text = `${region.number} · ${region.amount}`;
  const corners = region.outline[0].map(([x, y]) => toStage(slice, stage, { x, y }));
  const corner = corners.reduce((best, at) => (at.x - at.y > best.x - best.y ? at : best));
  pen.font = "12px system-ui, sans-serif";
  const width = pen.measureText(text).width + 14;
  const at = plateAt({ x: corner.x + 4, y: corner.y - PLATE - 2 }, width, taken, stage);
  pen.fillStyle = "rgb(14 17 20 / 88%)";
  pen.beginPath();
  pen.roundRect(at.x, at.y, width, PLATE, 5);
  pen.fill();
  pen.fillStyle = "#ffe7a0";
  pen.textBaseline = "middle";
  pen.fillText(text, at.x + 7, at.y + 11.5);
  return at;
}

function paintTruth(pen, slice, stage) {
  if (!slice.truth) return;
  tracePolygons(pen, slice, stage, slice.truth);
  pen.setLineDash([6, 5]);
  strokeTwice(pen, TRUTH, 1.75);
  pen.setLineDash([]);
}

function paintCross(pen, slice, stage, mark, colour) {
  const { x, y } = toStage(slice, stage, mark);
  pen.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ]) {
    pen.moveTo(x + 4 * dx, y + 4 * dy);
    pen.lineTo(x + 13 * dx, y + 13 * dy);
  }
  strokeTwice(pen, colour, 2);
  if (!mark.label) return;
  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  pen.lineWidth = 3;
  pen.strokeStyle = HALO;
  pen.strokeText(mark.label, x + 16, y - 12);
  pen.fillStyle = colour;
  pen.fillText(mark.label, x + 16, y - 12);
}

// Where the brush has been: the picture stays visible through it.
function paintBrush(pen, slice, stage, painted) {
  const at = placed(slice, stage);
  pen.globalAlpha = 0.55;
  pen.drawImage(painted, at.left, at.top, at.width, at.height);
  pen.globalAlpha = 1;
}
