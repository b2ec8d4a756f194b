// What stands next to the map: the unit under the pointer, pinned units, strangers, and the pen.

/** Return an element with attributes and children; texts become text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Return a canvas with image `number` of a sheet, dark on white. */
function imageOf(sheet, number, label) {
  const canvas = element("canvas", { width: sheet.width, height: sheet.height, role: "img" });
  canvas.setAttribute("aria-label", label);
  drawFrom(sheet, number, canvas.getContext("2d"), 0, 0, sheet.width, sheet.height);
  return canvas;
}

const percent = (share) => `${Math.round(share * 100)} %`;

/** Return a sentence about a unit, for those who hear the page. */
function describe(contents, frame, unit) {
  const { units } = frame;
  const place = `Unit ${unit}, ${contents.places[unit]}`;
  if (units.hits[unit] === 0) return `${place}: dead, no test image landed here.`;
  const images = units.hits[unit] === 1 ? "1 test image" : `${units.hits[unit]} test images`;
  const name = contents.classes[units.majority[unit]];
  return `${place}: ${images}, mostly ${name}, purity ${percent(units.purity[unit])}.`;
}

/** Return the test images on a unit, nearest first, as numbers in the sheet of samples. */
function samplesOn(contents, unit) {
  const { bmu, distance } = contents.samples;
  const found = [];
  for (let i = 0; i < bmu.length; i += 1) if (bmu[i] === unit) found.push(i);
  return found.sort((a, b) => distance[a] - distance[b]);
}

/** Return a card about a unit: prototype, counts and, in the last epoch, its nearest images. */
function cardOf(contents, frame, unit) {
  const { units } = frame;
  const { classes, nClasses, samples, palette } = contents;
  const hits = units.hits[unit];
  const lines = [element("strong", {}, `Unit ${unit}`), ` · ${contents.places[unit]}`];
  const label = contents.labels[unit];
  const facts = hits
    ? `${hits} test ${hits === 1 ? "image" : "images"} · purity ${percent(units.purity[unit])} · ` +
      `entropy ${units.entropy[unit].toFixed(2)} bits`
    : "Dead: no test image landed here.";
  const counts = element("ul", { className: "counts" });
  const own = [...units.counts.subarray(unit * nClasses, (unit + 1) * nClasses)];
  const order = own.map((count, digit) => [count, digit]).filter(([count]) => count > 0);
  for (const [count, digit] of order.sort((a, b) => b[0] - a[0] || a[1] - b[1])) {
    const bar = element("span", {});
    bar.style.width = `${(80 * count) / hits}px`;
    bar.style.background = palette[digit];
    counts.append(element("li", {}, `${classes[digit]}: ${count}`, bar));
  }
  const isLast = frame === contents.frames[contents.frames.length - 1];
  const images = element("div", { className: "images" });
  const nearest = isLast ? samplesOn(contents, unit).slice(0, 9) : [];
  for (const i of nearest) {
    const name = classes[samples.label[i]];
    const image = imageOf(samples.sheet, i, `test image of ${name}`);
    image.title = `test image ${samples.row[i]}: ${name}, distance ${samples.distance[i].toFixed(2)}`;
    images.append(image);
  }
  const prototype = imageOf(frame.sheet, unit, `prototype of unit ${unit}`);
  prototype.className = "prototype";
  const learnt = label < 0 ? "no training image" : `training images: mostly ${classes[label]}`;
  return element(
    "div",
    { className: "card" },
    prototype,
    element(
      "div",
      {},
      element("div", {}, ...lines),
      element("div", { className: "facts" }, facts),
      element("div", { className: "note" }, learnt),
      counts,
    ),
    nearest.length ? images : null,
  );
}

/** Return the test images that landed among units of another class, the least alike first. */
function strangersOf(contents) {
  const { label, bmu, distance } = contents.samples;
  const found = [];
  for (let i = 0; i < bmu.length; i += 1) {
    if (contents.labels[bmu[i]] !== label[i]) found.push(i);
  }
  return found.sort((a, b) => distance[b] - distance[a]);
}
