// Evidence from the network's cells to colours on the slice: the same bilinear spreading as
// hemo/evidence.py and the same colours as hemo/overlay.py (tests/ui/test_viewer.py compares).
const STOPS = [
  // strength, red, green, blue; sRGB
  [-1, 20, 62, 184],
  [-0.5, 30, 72, 186],
  [0, 76, 76, 84],
  [0.5, 238, 146, 26],
  [1, 255, 220, 100],
];
const OPAQUE = 165; // at full strength a third of the anatomy's contrast shines through
const STEPS = 1024; // of the colours on each side of zero

// For every pixel of a square the two cells that it lies between and their weights: bilinear, with
// what each cell spreads adding up to 1 (so that the map's sum stays what it was).
function spread(cells, pixels) {
  const taps = { first: new Int32Array(pixels), second: new Int32Array(pixels) };
  const one = new Float64Array(pixels);
  const two = new Float64Array(pixels);
  const sums = new Float64Array(cells);
  for (let i = 0; i < pixels; i++) {
    const place = ((i + 0.5) * cells) / pixels - 0.5;
    const low = Math.min(Math.max(Math.floor(place), 0), cells - 1);
    const high = Math.min(low + 1, cells - 1);
    const share = Math.min(Math.max(place - low, 0), 1);
    [taps.first[i], taps.second[i], one[i], two[i]] = [low, high, 1 - share, share];
    sums[low] += 1 - share;
    sums[high] += share;
  }
  for (let i = 0; i < pixels; i++) {
    one[i] /= sums[taps.first[i]];
    two[i] /= sums[taps.second[i]];
  }
  return { ...taps, one, two };
}

// Logits per cell at every pixel of the slice that the view covers: {left, top, width, height,
// values}, as EvidenceMap.per_cell.
function perCell(evidence, width, height) {
  const { top, left, side } = evidence.view;
  const rows = evidence.cells.length;
  const columns = evidence.cells[0].length;
  const [down, across] = [spread(rows, side), spread(columns, side)];
  const area = {
    left: Math.max(left, 0),
    top: Math.max(top, 0),
    right: Math.min(left + side, width),
    bottom: Math.min(top + side, height),
  };
  const [w, h] = [Math.max(area.right - area.left, 0), Math.max(area.bottom - area.top, 0)];
  const values = new Float32Array(w * h);
  const line = new Float64Array(columns);
  const perPixel = (side * side) / (rows * columns);
  for (let y = 0; y < h; y++) {
    const i = y + area.top - top;
    const [above, below] = [evidence.cells[down.first[i]], evidence.cells[down.second[i]]];
    for (let c = 0; c < columns; c++) line[c] = down.one[i] * above[c] + down.two[i] * below[c];
    for (let x = 0; x < w; x++) {
      const j = x + area.left - left;
      values[y * w + x] =
        perPixel * (across.one[j] * line[across.first[j]] + across.two[j] * line[across.second[j]]);
    }
  }
  return { left: area.left, top: area.top, width: w, height: h, values };
}

// RGBA bytes of a strength in [-1, 1].
function colourOf(strength) {
  const s = Math.min(Math.max(strength, -1), 1);
  const next = STOPS.findIndex((stop) => stop[0] >= s);
  const [low, high] = [STOPS[Math.max(next - 1, 0)], STOPS[next]];
  const share = high[0] === low[0] ? 0 : (s - low[0]) / (high[0] - low[0]);
  const mix = (k) => Math.round(low[k] + share * (high[k] - low[k]));
  return [mix(1), mix(2), mix(3), Math.round(Math.abs(s) * OPAQUE)];
}

function paletteBytes() {
  const bytes = new Uint8ClampedArray(4 * (2 * STEPS + 1));
  for (let i = -STEPS; i <= STEPS; i++) bytes.set(colourOf(i / STEPS), 4 * (i + STEPS));
  return bytes;
}

const PALETTE = new Uint32Array(paletteBytes().buffer); // one word a colour

// A canvas with a map's colours; limit: logits per cell at which the colour is full.
function coloured(map, limit) {
  const made = sheet(Math.max(map.width, 1), Math.max(map.height, 1));
  const pen = made.getContext("2d");
  const picture = pen.createImageData(made.width, made.height);
  const words = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < map.values.length; i++) {
    const strength = Math.min(Math.max(map.values[i] / limit, -1), 1);
    words[i] = PALETTE[Math.round(strength * STEPS) + STEPS];
  }
  pen.putImageData(picture, 0, 0);
  return made;
}

// The colours from full, for (top) to full, against (bottom).
function colourBar() {
  const values = Float32Array.from({ length: 256 }, (_, i) => 1 - (2 * i) / 255);
  return coloured({ width: 1, height: 256, values }, 1);
}
