// The brush: a mask on the slice's own grid, painted by hand.
const brush = { canvas: null, slice: null, size: 0.035 }; // size: radius as a share of the width

function brushSheet(slice) {
  if (brush.slice !== slice) {
    brush.canvas = sheet(slice.pixels.width, slice.pixels.height);
    brush.slice = slice;
  }
  return brush.canvas;
}

function paintWith(slice, from, to) {
  const canvas = brushSheet(slice);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const onSheet = (pixel) => [
    ((pixel.x + 0.5) / slice.width) * canvas.width,
    ((pixel.y + 0.5) / slice.height) * canvas.height,
  ];
  pen.strokeStyle = "#54c7d8";
  pen.lineWidth = 2 * brush.size * canvas.width;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(...onSheet(from));
  pen.lineTo(...onSheet(to));
  pen.stroke();
}

// Fill polygons of the slice's grid, as a region's outline.
function paintOutline(slice, polygons) {
  const canvas = brushSheet(slice);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#54c7d8";
  pen.beginPath();
  for (const polygon of polygons) {
    polygon.forEach(([x, y], i) => {
      const place = [((x + 0.5) / slice.width) * canvas.width, ((y + 0.5) / slice.height) * canvas.height];
      if (i === 0) pen.moveTo(...place);
      else pen.lineTo(...place);
    });
    pen.closePath();
  }
  pen.fill("evenodd");
}

function brushMask() {
  const { width, height } = brush.canvas;
  const colours = brush.canvas
    .getContext("2d", { willReadFrequently: true })
    .getImageData(0, 0, width, height).data;
  return Uint8Array.from({ length: width * height }, (_, i) => (colours[4 * i + 3] > 127 ? 1 : 0));
}

async function tellBrush() {
  const { width, height } = brush.canvas;
  const mask = brushMask();
  const text = mask.includes(1) ? await maskText(mask) : "";
  tell("brush", { index: state.index, width, height, mask: text });
}

function clearBrush() {
  if (!brush.slice) return;
  const { slice } = brush;
  brush.slice = brush.canvas = null;
  tell("brush", { index: state.index, width: slice.pixels.width, height: slice.pixels.height, mask: "" });
}
