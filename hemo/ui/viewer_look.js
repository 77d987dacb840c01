// How a slice lies on the stage: what is fitted, how far it is zoomed, and where it was moved to.
const CLOSEST = 24; // times larger than fitted
const look = { zoom: 1, x: 0, y: 0 }; // moved by x, y CSS pixels from the fitted place

// The slice's rectangle on the stage in CSS pixels: {left, top, width, height}.
function placed(slice, stage) {
  const [left, top, across, down] = slice.content;
  const aspect = (slice.aspect * across) / down; // of what is fitted
  const width = Math.min(stage.width, stage.height * aspect);
  const scale = { x: (width / across) * look.zoom, y: (width / aspect / down) * look.zoom };
  return {
    left: stage.width / 2 + look.x - (left + across / 2) * scale.x,
    top: stage.height / 2 + look.y - (top + down / 2) * scale.y,
    width: scale.x,
    height: scale.y,
  };
}

// From a point on the stage to the slice's pixels, (0, 0) the centre of the first.
function toPixel(slice, stage, point) {
  const at = placed(slice, stage);
  return {
    x: ((point.x - at.left) / at.width) * slice.width - 0.5,
    y: ((point.y - at.top) / at.height) * slice.height - 0.5,
  };
}

function toStage(slice, stage, pixel) {
  const at = placed(slice, stage);
  return {
    x: at.left + ((pixel.x + 0.5) / slice.width) * at.width,
    y: at.top + ((pixel.y + 0.5) / slice.height) * at.height,
  };
}

// Zoom about a point of the stage, which stays where it is.
function zoomBy(factor, point, stage) {
  const zoom = Math.min(Math.max(look.zoom * factor, 1), CLOSEST);
  const ratio = zoom / look.zoom;
  look.x = (point.x - stage.width / 2) * (1 - ratio) + look.x * ratio;
  look.y = (point.y - stage.height / 2) * (1 - ratio) + look.y * ratio;
  look.zoom = zoom;
  keepInView(stage);
}

function moveBy(x, y, stage) {
  look.x += x;
  look.y += y;
  keepInView(stage);
}

// The picture cannot be lost beside the stage.
function keepInView(stage) {
  const reach = { x: (stage.width * (look.zoom - 1)) / 2, y: (stage.height * (look.zoom - 1)) / 2 };
  look.x = Math.min(Math.max(look.x, -reach.x), reach.x);
  look.y = Math.min(Math.max(look.y, -reach.y), reach.y);
}

function fit() {
  Object.assign(look, { zoom: 1, x: 0, y: 0 });
}

// Windows, center and width in Hounsfield units, on keys 1 to 4: those of hemo/windowing.py.
const WINDOWS = [
  { name: "brain", center: 40, width: 80 },
  { name: "subdural", center: 80, width: 200 },
  { name: "stroke", center: 40, width: 40 },
  { name: "bone", center: 600, width: 2800 },
];
const shownIn = { center: 40, width: 80 };

function setWindow(center, width) {
  shownIn.center = Math.round(Math.min(Math.max(center, -1024), 3071));
  shownIn.width = Math.round(Math.min(Math.max(width, 1), 4096));
}

// Grey 0 to 255 of a value: linear between center ± width/2 (DICOM PS3.3 C.11.2.1.3.2).
function grey(value, window) {
  const share = (value - window.center) / window.width + 0.5;
  return Math.round(Math.min(Math.max(share, 0), 1) * 255);
}
