// Drawing by hand, and making of it an image as the data set's are.

/**
 * Return ink as an image of `size` × `size` values from 0 to 1, as MNIST's were made: scaled into a
 * box of 20 in 28 pixels with its proportions, then moved so that its centre of mass is the middle.
 * (LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document
 * recognition", section III.A.) Null where there is no ink.
 */
function digitFrom(paper, size) {
  const context = paper.getContext("2d", { willReadFrequently: true });
  const { data, width, height } = context.getImageData(0, 0, paper.width, paper.height);
  const ink = { left: width, right: -1, top: height, bottom: -1 };
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (data[4 * (y * width + x) + 3] < 32) continue;
      ink.left = Math.min(ink.left, x);
      ink.right = Math.max(ink.right, x + 1);
      ink.top = Math.min(ink.top, y);
      ink.bottom = Math.max(ink.bottom, y + 1);
    }
  }
  if (ink.right < 0) return null;
  const [inkWidth, inkHeight] = [ink.right - ink.left, ink.bottom - ink.top];
  const scale = ((20 / 28) * size) / Math.max(inkWidth, inkHeight);
  const [w, h] = [inkWidth * scale, inkHeight * scale];
  const draw = (x, y) => {
    const canvas = document.createElement("canvas");
    canvas.width = size;
    canvas.height = size;
    const small = canvas.getContext("2d", { willReadFrequently: true });
    small.imageSmoothingEnabled = true;
    small.imageSmoothingQuality = "high";
    small.drawImage(paper, ink.left, ink.top, inkWidth, inkHeight, x, y, w, h);
    const pixels = small.getImageData(0, 0, size, size).data;
    return Float32Array.from({ length: size * size }, (_, i) => pixels[4 * i + 3] / 255);
  };
  const first = draw((size - w) / 2, (size - h) / 2);
  const [mass, x, y] = first.reduce(
    ([sum, sumX, sumY], value, i) => [
      sum + value,
      sumX + value * ((i % size) + 0.5),
      sumY + value * (Math.floor(i / size) + 0.5),
    ],
    [0, 0, 0],
  );
  return draw(
    (size - w) / 2 + Math.round(size / 2 - x / mass),
    (size - h) / 2 + Math.round(size / 2 - y / mass),
  );
}

/** Let a pen, mouse or finger draw on a canvas; `changed` is called after each stroke. */
function letDraw(paper, changed) {
  const context = paper.getContext("2d", { willReadFrequently: true });
  const place = (event) => {
    const box = paper.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * paper.width) / box.width,
      ((event.clientY - box.top) * paper.height) / box.height,
    ];
  };
  let last = null;
  const line = (to) => {
    context.lineWidth = paper.width / 12;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.strokeStyle = "#000000";
    context.beginPath();
    context.moveTo(...last);
    context.lineTo(...to);
    context.stroke();
    last = to;
  };
  paper.addEventListener("pointerdown", (event) => {
    paper.setPointerCapture(event.pointerId);
    last = place(event);
    line(last);
  });
  paper.addEventListener("pointermove", (event) => {
    if (last) line(place(event));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    paper.addEventListener(name, () => {
      if (last) changed();
      last = null;
    });
  }
}
