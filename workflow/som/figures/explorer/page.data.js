// The numbers of the page, from the JSON in it, and what is computed from them.

/** Return the bytes of base64 text as numbers of a kind. */
function numbersFrom(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Kind(bytes.buffer);
}

/** Return an image once the browser has decoded it. */
async function pictureFrom(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture;
}

/**
 * Images of one size in rows: their values, and a canvas. If they have one number per pixel
 * (`depth`), it is how much ink covers the pixel; three are its colour. Images may be smaller than
 * the data's: `shape` is theirs.
 */
async function sheetFrom({ address, columns, shape, depth, factor, scale }) {
  const picture = await pictureFrom(address);
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const nPixels = canvas.width * canvas.height;
  const values = new Uint8Array(nPixels * depth);
  for (let i = 0; i < nPixels; i += 1) {
    for (let c = 0; c < depth; c += 1) values[depth * i + c] = pixels.data[4 * i + c];
    if (depth === 1) {
      pixels.data[4 * i + 3] = values[i];
      pixels.data.fill(0, 4 * i, 4 * i + 3);
    }
  }
  context.putImageData(pixels, 0, 0);
  const [height, width] = shape;
  const ones = new Float32Array(height * width * depth).fill(1);
  return { canvas, values, columns, height, width, depth, factor, scale: scale ? numbersFrom(scale, Float32Array) : ones };
}

/** Return the values of image `number` of a sheet, row by row, from 0 to 1. */
function valuesOf(sheet, number) {
  const { width, height, columns, depth } = sheet;
  const left = (number % columns) * width;
  const top = Math.floor(number / columns) * height;
  const values = new Float32Array(width * height * depth);
  for (let row = 0; row < height; row += 1) {
    const start = ((top + row) * sheet.canvas.width + left) * depth;
    for (let i = 0; i < width * depth; i += 1) {
      values[row * width * depth + i] = sheet.values[start + i] / 255;
    }
  }
  return values;
}

/** Draw image `number` of a sheet into a rectangle. */
function drawFrom(sheet, number, context, x, y, width, height) {
  const left = (number % sheet.columns) * sheet.width;
  const top = Math.floor(number / sheet.columns) * sheet.height;
  context.imageSmoothingEnabled = false;
  context.drawImage(sheet.canvas, left, top, sheet.width, sheet.height, x, y, width, height);
}

/**
 * Return the Euclidean distance of every unit's prototype from an image of the sheet's size.
 *
 * Where the sheet is shrunk, each pixel stands for `factor` squared ones that are about like it.
 */
function distancesTo(sheet, image, nUnits) {
  const distances = new Float32Array(nUnits);
  for (let unit = 0; unit < nUnits; unit += 1) {
    const prototype = valuesOf(sheet, unit);
    let sum = 0;
    for (let i = 0; i < image.length; i += 1) sum += (sheet.scale[i] * (prototype[i] - image[i])) ** 2;
    distances[unit] = sheet.factor * Math.sqrt(sum);
  }
  return distances;
}

/** Return what the counts of each unit's samples, class by class, say of it. */
function unitsFrom(counts, nClasses) {
  const nUnits = counts.length / nClasses;
  const units = {
    counts,
    hits: new Int32Array(nUnits),
    majority: new Int16Array(nUnits).fill(-1),
    purity: new Float64Array(nUnits).fill(NaN),
    entropy: new Float64Array(nUnits).fill(NaN),
  };
  for (let unit = 0; unit < nUnits; unit += 1) {
    const own = counts.subarray(unit * nClasses, (unit + 1) * nClasses);
    const hits = own.reduce((sum, count) => sum + count, 0);
    units.hits[unit] = hits;
    if (hits === 0) continue;
    const most = Math.max(...own);
    units.majority[unit] = own.indexOf(most);
    units.purity[unit] = most / hits;
    units.entropy[unit] = 0;
    for (const count of own) {
      if (count > 0) units.entropy[unit] -= (count / hits) * Math.log2(count / hits);
    }
  }
  return units;
}

/** Return all that the page shows. */
async function loadContents() {
  const contents = JSON.parse(document.getElementById("contents").textContent);
  const nClasses = contents.classes.length;
  const frames = contents.frames.map(async (frame) => ({
    epoch: frame.epoch,
    units: unitsFrom(numbersFrom(frame.counts, Uint32Array), nClasses),
    uMatrix: numbersFrom(frame.u_matrix, Float32Array),
    sheet: await sheetFrom(frame.sheet),
  }));
  const { samples } = contents;
  return {
    ...contents,
    nClasses,
    outlines: numbersFrom(contents.outlines, Float32Array),
    centres: numbersFrom(contents.centres, Float32Array),
    labels: numbersFrom(contents.labels, Int16Array),
    frames: await Promise.all(frames),
    samples: {
      sheet: await sheetFrom(samples.sheet),
      row: numbersFrom(samples.row, Int32Array),
      label: numbersFrom(samples.label, Int16Array),
      bmu: numbersFrom(samples.bmu, Int32Array),
      distance: numbersFrom(samples.distance, Float32Array),
    },
  };
}
