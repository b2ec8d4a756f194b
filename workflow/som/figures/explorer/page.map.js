// The map: its cells in colour, on a canvas that can be zoomed and moved.

// Cells of so many pixels show their prototypes: those of the whole map, and those of a part of it.
const [ROOMY, LEGIBLE] = [48, 20];
const MOST_ZOOM = 60;

class MapView {
  /**
   * @param canvas - where the map is drawn
   * @param contents - of `loadContents`
   */
  constructor(canvas, contents) {
    this.canvas = canvas;
    this.contents = contents;
    this.corners = contents.outlines.length / contents.n_units / 2;
    this.zoom = { scale: 1, x: 0, y: 0 };
    this.colours = [];
    this.marked = { unit: null, pins: [], answers: [] };
    this.regions = { edges: [], names: [] };
    this.sheet = null;
    const { outlines } = contents;
    const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (let i = 0; i < outlines.length; i += 2) {
      bounds.left = Math.min(bounds.left, outlines[i]);
      bounds.right = Math.max(bounds.right, outlines[i]);
      bounds.top = Math.min(bounds.top, outlines[i + 1]);
      bounds.bottom = Math.max(bounds.bottom, outlines[i + 1]);
    }
    this.bounds = bounds;
    this.reach = this.distancesOfCorners();
    this.edges = this.sharedEdges();
    this.isWaiting = false;
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
    this.resize();
  }

  /** Return how far the farthest corner of each cell is from its middle. */
  distancesOfCorners() {
    const { outlines, centres, n_units: nUnits } = this.contents;
    return Float32Array.from({ length: nUnits }, (_, unit) => {
      let most = 0;
      for (let corner = 0; corner < this.corners; corner += 1) {
        const at = 2 * (unit * this.corners + corner);
        const [x, y] = [outlines[at] - centres[2 * unit], outlines[at + 1] - centres[2 * unit + 1]];
        most = Math.max(most, Math.hypot(x, y));
      }
      return most * 1.001;
    });
  }

  /** Return the edges that two cells share, as [unit, other, x, y, x, y]. */
  sharedEdges() {
    const { outlines, n_units: nUnits } = this.contents;
    const seen = new Map();
    const edges = [];
    const name = (x, y) => `${Math.round(x * 1000)},${Math.round(y * 1000)}`;
    for (let unit = 0; unit < nUnits; unit += 1) {
      for (let corner = 0; corner < this.corners; corner += 1) {
        const at = 2 * (unit * this.corners + corner);
        const to = 2 * (unit * this.corners + ((corner + 1) % this.corners));
        const ends = [outlines[at], outlines[at + 1], outlines[to], outlines[to + 1]];
        const forth = `${name(ends[0], ends[1])} ${name(ends[2], ends[3])}`;
        const back = `${name(ends[2], ends[3])} ${name(ends[0], ends[1])}`;
        if (seen.has(back)) edges.push([seen.get(back), unit, ...ends]);
        seen.set(forth, unit);
      }
    }
    return edges;
  }

  /** Fit the canvas into its place: as wide as there is room, but no higher than the window. */
  resize() {
    const { left, right, top, bottom } = this.bounds;
    const width = this.canvas.parentElement.clientWidth;
    const most = Math.max(260, window.innerHeight * 0.94);
    const height = Math.min((width * (bottom - top)) / (right - left) + 8, most);
    const density = window.devicePixelRatio || 1;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    this.step = Math.min(
      (this.canvas.width - 8) / (right - left),
      (this.canvas.height - 8) / (bottom - top),
    );
    this.draw();
  }

  /** Return how places on the map become pixels: factor and offset. */
  transform() {
    const { left, right, top, bottom } = this.bounds;
    const factor = this.step * this.zoom.scale;
    return {
      factor,
      x: this.canvas.width / 2 - ((left + right) / 2 + this.zoom.x) * factor,
      y: this.canvas.height / 2 - ((top + bottom) / 2 + this.zoom.y) * factor,
    };
  }

  /** Zoom by a factor about a point of the canvas, in its own pixels; keep the map in sight. */
  zoomBy(factor, x = this.canvas.width / 2, y = this.canvas.height / 2) {
    const before = this.transform();
    const place = [(x - before.x) / before.factor, (y - before.y) / before.factor];
    this.zoom.scale = Math.min(MOST_ZOOM, Math.max(1, this.zoom.scale * factor));
    const after = this.transform();
    this.moveBy(x - (place[0] * after.factor + after.x), y - (place[1] * after.factor + after.y));
  }

  /** Move the map by pixels of the canvas, so far that a part of it stays in sight. */
  moveBy(dx, dy) {
    const { left, right, top, bottom } = this.bounds;
    const { factor } = this.transform();
    const room = (1 - 1 / this.zoom.scale) / 2;
    const limit = (value, extent) => Math.max(-extent * room, Math.min(extent * room, value));
    this.zoom.x = limit(this.zoom.x - dx / factor, right - left);
    this.zoom.y = limit(this.zoom.y - dy / factor, bottom - top);
    this.draw();
  }

  /** Bring a unit to the middle, close up. */
  goTo(unit) {
    const { centres } = this.contents;
    const { left, right, top, bottom } = this.bounds;
    const scale = Math.max(right - left, bottom - top) / 12;
    this.zoom.scale = Math.min(MOST_ZOOM, Math.max(1, scale));
    this.zoom.x = centres[2 * unit] - (left + right) / 2;
    this.zoom.y = centres[2 * unit + 1] - (top + bottom) / 2;
    this.moveBy(0, 0);
  }

  /** Return the unit at a point of the canvas in CSS pixels, or null. */
  unitAt(x, y) {
    const density = this.canvas.width / this.canvas.clientWidth;
    const { factor, x: left, y: top } = this.transform();
    const place = [(x * density - left) / factor, (y * density - top) / factor];
    const { centres, n_units: nUnits } = this.contents;
    for (let unit = 0; unit < nUnits; unit += 1) {
      const away = Math.hypot(centres[2 * unit] - place[0], centres[2 * unit + 1] - place[1]);
      if (away <= this.reach[unit] && this.holds(unit, ...place)) return unit;
    }
    return null;
  }

  /** Whether a place lies in the cell of a unit: a ray leaves it an odd number of times. */
  holds(unit, x, y) {
    const { outlines } = this.contents;
    let inside = false;
    for (let corner = 0; corner < this.corners; corner += 1) {
      const at = 2 * (unit * this.corners + corner);
      const to = 2 * (unit * this.corners + ((corner + 1) % this.corners));
      const [ax, ay, bx, by] = [outlines[at], outlines[at + 1], outlines[to], outlines[to + 1]];
      if (ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay)) inside = !inside;
    }
    return inside;
  }

  /** Return the nearest unit in a direction, (1, 0) for right; the same one at the edge. */
  neighbour(unit, dx, dy) {
    const { centres, n_units: nUnits } = this.contents;
    let best = unit;
    let least = Infinity;
    for (let other = 0; other < nUnits; other += 1) {
      const x = centres[2 * other] - centres[2 * unit];
      const y = centres[2 * other + 1] - centres[2 * unit + 1];
      const along = x * dx + y * dy;
      const across = Math.abs(x * dy - y * dx);
      if (along > 0.3 && along + 2 * across < least) {
        least = along + 2 * across;
        best = other;
      }
    }
    return best;
  }

  /**
   * Find where units of one class touch another's, and the middle of each class's larger regions.
   *
   * @param classes - of each unit; -1 for none
   */
  setRegions(classes) {
    const { centres, n_units: nUnits } = this.contents;
    const parent = Int32Array.from({ length: nUnits }, (_, unit) => unit);
    const root = (unit) => {
      let at = unit;
      while (parent[at] !== at) at = parent[at] = parent[parent[at]];
      return at;
    };
    for (const [unit, other] of this.edges) {
      if (classes[unit] === classes[other]) parent[root(unit)] = root(other);
    }
    const members = new Map();
    for (let unit = 0; unit < nUnits; unit += 1) {
      if (classes[unit] < 0) continue;
      const own = root(unit);
      if (!members.has(own)) members.set(own, []);
      members.get(own).push(unit);
    }
    const least = Math.max(3, nUnits / 250);
    this.regions = {
      edges: this.edges.filter(([unit, other]) => {
        return classes[unit] !== classes[other] && Math.min(classes[unit], classes[other]) >= 0;
      }),
      names: [...members.values()]
        .filter((units) => units.length >= least)
        .map((units) => {
          const mean = [0, 1].map(
            (axis) => units.reduce((sum, unit) => sum + centres[2 * unit + axis], 0) / units.length,
          );
          const square = (unit) =>
            (centres[2 * unit] - mean[0]) ** 2 + (centres[2 * unit + 1] - mean[1]) ** 2;
          const middle = units.reduce((a, b) => (square(b) < square(a) ? b : a));
          return { unit: middle, name: this.contents.classes[classes[middle]], size: units.length };
        }),
    };
  }

  /** Draw at the next opportunity, once however often it is asked for. */
  draw() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      this.drawNow();
    });
  }

  drawNow() {
    const context = this.canvas.getContext("2d");
    const { factor, x, y } = this.transform();
    const { width, height } = this.canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    const { centres, n_units: nUnits } = this.contents;
    const isSeen = (unit) => {
      const [left, top] = [centres[2 * unit] * factor + x, centres[2 * unit + 1] * factor + y];
      const room = this.reach[unit] * factor;
      return left > -room && top > -room && left < width + room && top < height + room;
    };
    const seen = [];
    for (let unit = 0; unit < nUnits; unit += 1) if (isSeen(unit)) seen.push(unit);
    context.lineJoin = "round";
    for (const unit of seen) {
      this.trace(context, unit, factor, x, y);
      context.fillStyle = this.colours[unit];
      context.fill();
      // Its own colour over the seam: cells that touch would let the ground shine through.
      context.strokeStyle = factor > 12 ? cssColour("--paper") : this.colours[unit];
      context.lineWidth = factor > 12 ? 1 : 0.6;
      context.stroke();
    }
    if (this.showsPrototypes(factor)) {
      const side = (this.corners === 6 ? 0.68 : 0.8) * factor;
      const scale = side / Math.max(this.sheet.width, this.sheet.height);
      const [w, h] = [this.sheet.width * scale, this.sheet.height * scale];
      for (const unit of seen) {
        const [left, top] = [centres[2 * unit] * factor + x - w / 2, centres[2 * unit + 1] * factor + y - h / 2];
        context.fillStyle = "#ffffffb8";
        context.fillRect(left, top, w, h);
        drawFrom(this.sheet, unit, context, left, top, w, h);
      }
    }
    this.drawRegions(context, factor, x, y);
    this.drawMarks(context, factor, x, y);
  }

  showsPrototypes(factor) {
    const pixels = (factor * this.canvas.clientWidth) / this.canvas.width;
    return this.sheet !== null && pixels >= (this.zoom.scale > 1.2 ? LEGIBLE : ROOMY);
  }

  trace(context, unit, factor, x, y) {
    const { outlines } = this.contents;
    context.beginPath();
    for (let corner = 0; corner < this.corners; corner += 1) {
      const at = 2 * (unit * this.corners + corner);
      context.lineTo(outlines[at] * factor + x, outlines[at + 1] * factor + y);
    }
    context.closePath();
  }

  drawRegions(context, factor, x, y) {
    const density = this.canvas.width / this.canvas.clientWidth;
    context.strokeStyle = cssColour("--paper");
    context.lineWidth = Math.max(1, Math.min(3, factor / 8)) * density;
    context.beginPath();
    for (const [, , ax, ay, bx, by] of this.regions.edges) {
      context.moveTo(ax * factor + x, ay * factor + y);
      context.lineTo(bx * factor + x, by * factor + y);
    }
    context.stroke();
    if (this.showsPrototypes(factor)) return;
    const { centres } = this.contents;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const { unit, name, size } of this.regions.names) {
      const pixels = Math.max(13 * density, Math.min(26 * density, Math.sqrt(size) * factor * 0.5));
      context.font = `bold ${pixels}px system-ui, sans-serif`;
      context.lineWidth = pixels / 4;
      context.strokeStyle = "#000000b0";
      context.fillStyle = "#ffffff";
      const at = [centres[2 * unit] * factor + x, centres[2 * unit + 1] * factor + y];
      context.strokeText(name, ...at);
      context.fillText(name, ...at);
    }
  }

  drawMarks(context, factor, x, y) {
    const density = this.canvas.width / this.canvas.clientWidth;
    const outline = (unit, colour, width) => {
      this.trace(context, unit, factor, x, y);
      for (const [line, by] of [["#ffffff", width + 2], [colour, width]]) {
        context.strokeStyle = line;
        context.lineWidth = by * density;
        context.stroke();
      }
    };
    for (const unit of this.marked.answers) outline(unit, "#c2185b", 2);
    for (const unit of this.marked.pins) outline(unit, "#0b57d0", 3);
    if (this.marked.unit !== null) outline(this.marked.unit, "#000000", 2);
  }
}

/** Return a colour of the style sheet. */
function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
