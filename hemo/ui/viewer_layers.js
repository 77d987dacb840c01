// What is drawn of a slice, made once and kept for a while: its pixels, its grey picture in the
// window it is shown in, its evidence.
const KEPT = 48; // slices of which pixels are kept unpacked
const layers = new Map(); // slice -> {pixels, picture, window, map, colours}, the last used last

function layersOf(slice) {
  const found = layers.get(slice) ?? { asked: null };
  layers.delete(slice);
  layers.set(slice, found);
  if (layers.size > KEPT) layers.delete(layers.keys().next().value);
  return found;
}

// The pixels where they are unpacked; else null, and they are unpacked now: then() when they are.
function pixelsOf(slice, then) {
  const kept = layersOf(slice);
  if (kept.pixels) return kept.pixels;
  kept.asked ??= decoded(slice).then((pixels) => {
    kept.pixels = pixels;
  });
  kept.asked.then(then);
  return null;
}

function pictureOf(slice, pixels) {
  const kept = layersOf(slice);
  const window = pixels.isHounsfield ? `${shownIn.center}/${shownIn.width}` : "";
  if (kept.picture && kept.window === window) return kept.picture;
  kept.window = window;
  kept.picture = windowed(pixels, kept.picture);
  return kept.picture;
}

function windowed(pixels, onto = null) {
  const made = onto ?? sheet(pixels.width, pixels.height);
  const pen = made.getContext("2d");
  const picture = pen.createImageData(pixels.width, pixels.height);
  const words = new Uint32Array(picture.data.buffer);
  const low = shownIn.center - shownIn.width / 2;
  const scale = 255 / shownIn.width;
  for (let i = 0; i < words.length; i++) {
    const value = pixels.values[i];
    const shade = pixels.isHounsfield
      ? Math.round(Math.min(Math.max((value - low) * scale, 0), 255))
      : value;
    words[i] = 0xff000000 | (shade << 16) | (shade << 8) | shade;
  }
  pen.putImageData(picture, 0, 0);
  return made;
}

function mapOf(slice) {
  if (!slice.evidence) return null;
  const kept = layersOf(slice);
  kept.map ??= perCell(slice.evidence, slice.width, slice.height);
  return kept.map;
}

function coloursOf(slice) {
  const map = mapOf(slice);
  const kept = layersOf(slice);
  kept.colours ??= coloured(map, slice.evidence.limit);
  return kept.colours;
}

// What lies under a pixel of the slice's grid: {value, isHounsfield, logits}; null outside.
function under(slice, pixel) {
  const [x, y] = [Math.round(pixel.x), Math.round(pixel.y)];
  if (x < 0 || y < 0 || x >= slice.width || y >= slice.height) return null;
  const pixels = pixelsOf(slice, () => {});
  if (!pixels) return null;
  const column = Math.floor(((x + 0.5) * pixels.width) / slice.width);
  const row = Math.floor(((y + 0.5) * pixels.height) / slice.height);
  const value = pixels.values[row * pixels.width + column];
  return { x, y, value, isHounsfield: pixels.isHounsfield, logits: logitsAt(slice, x, y) };
}

function logitsAt(slice, x, y) {
  const map = mapOf(slice);
  if (!map) return null;
  const [column, row] = [x - map.left, y - map.top];
  const isInside = column >= 0 && row >= 0 && column < map.width && row < map.height;
  return isInside ? map.values[row * map.width + column] : 0;
}
