// Pixels out of the viewer's value, and a brush's mask back into text. What the kinds mean is told
// in views.py.
function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function textOf(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(text);
}

async function through(bytes, stream) {
  const piped = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

async function maskText(mask) {
  return textOf(await through(mask, new CompressionStream("deflate")));
}

// Every row holds differences to the left neighbour, modulo 2^16: Int16Array wraps by itself.
async function hounsfield(pixels) {
  const bytes = await through(bytesOf(pixels.data), new DecompressionStream("deflate"));
  const values = new Int16Array(bytes.buffer, 0, pixels.width * pixels.height);
  for (let i = 1; i < values.length; i++) {
    if (i % pixels.width !== 0) values[i] += values[i - 1];
  }
  return values;
}

async function greys(pixels) {
  const picture = new Image();
  picture.src = pixels.data;
  await picture.decode();
  const pen = sheet(pixels.width, pixels.height).getContext("2d", { willReadFrequently: true });
  pen.drawImage(picture, 0, 0);
  const colours = pen.getImageData(0, 0, pixels.width, pixels.height).data;
  return Uint8Array.from({ length: pixels.width * pixels.height }, (_, i) => colours[4 * i]);
}

function sheet(width, height) {
  const made = document.createElement("canvas");
  made.width = width;
  made.height = height;
  return made;
}

// {width, height, values, isHounsfield} of a slice.
async function decoded(slice) {
  const { pixels } = slice;
  const isHounsfield = pixels.kind === "hu16";
  const values = await (isHounsfield ? hounsfield(pixels) : greys(pixels));
  return { width: pixels.width, height: pixels.height, values, isHounsfield };
}
