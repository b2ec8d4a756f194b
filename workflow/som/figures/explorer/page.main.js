// The page: what is chosen, and what happens when something is.

const VIEWS = [
  ["majority", "majority"],
  ["purity", "purity"],
  ["hits", "hits"],
  ["entropy", "entropy"],
  ["u_matrix", "U-matrix"],
  ["distance", "distance to a prototype"],
];
const PLAY_MS = 700;
const GALLERY = 60;
const byId = (id) => document.getElementById(id);

class Page {
  constructor(contents) {
    this.contents = contents;
    this.state = { view: "majority", frame: contents.frames.length - 1, digit: null, unit: null };
    this.state = { ...this.state, pins: [], tab: "unit", from: 0, theme: null };
    this.drawing = null;
    this.answers = [];
    this.timer = null;
    this.shown = GALLERY;
    this.inGallery = 0;
    this.map = new MapView(byId("map"), contents);
    byId("finding").textContent = contents.finding;
    this.addViews();
    this.addClasses();
    this.addTime();
    this.addTabs();
    this.addMap();
    this.addPen();
    byId("theme").onclick = () => {
      this.set({ theme: document.documentElement.dataset.theme === "dark" ? "light" : "dark" });
    };
    byId("more").onclick = () => {
      this.shown += GALLERY;
      this.showStrangers();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
    addEventListener("hashchange", () => this.restore());
    this.restore();
  }

  get frame() {
    return this.contents.frames[this.state.frame];
  }

  /** Change what is chosen, show it, and write it into the address. */
  set(changes) {
    Object.assign(this.state, changes);
    this.show();
    this.remember();
  }

  remember() {
    const { view, digit, unit, pins, tab, from, theme } = this.state;
    const { scale, x, y } = this.map.zoom;
    const parts = {
      view,
      epoch: this.frame.epoch,
      ...(digit === null ? {} : { digit }),
      ...(unit === null ? {} : { unit }),
      ...(pins.length ? { pins: pins.join(",") } : {}),
      ...(view === "distance" ? { from } : {}),
      ...(tab === "unit" ? {} : { tab }),
      ...(theme === null ? {} : { theme }),
      ...(scale === 1 ? {} : { at: [scale, x, y].map((value) => value.toFixed(3)).join(",") }),
    };
    history.replaceState(null, "", `#${new URLSearchParams(parts)}`);
  }

  /** Show what the address says; what it does not know is passed over. */
  restore() {
    const parts = new URLSearchParams(location.hash.slice(1));
    const { contents } = this;
    const whole = (text, most) => (/^\d+$/.test(text ?? "") && Number(text) < most ? Number(text) : null);
    const unitOf = (text) => whole(text, contents.n_units);
    const frame = contents.frames.findIndex(({ epoch }) => String(epoch) === parts.get("epoch"));
    const view = VIEWS.find(([name]) => name === parts.get("view"));
    const at = (parts.get("at") ?? "").split(",").map(Number);
    if (at.length === 3 && at.every(Number.isFinite)) {
      [this.map.zoom.scale, this.map.zoom.x, this.map.zoom.y] = at;
      this.map.zoomBy(1);
    }
    Object.assign(this.state, {
      view: view ? view[0] : "majority",
      frame: frame < 0 ? contents.frames.length - 1 : frame,
      digit: whole(parts.get("digit"), contents.nClasses),
      unit: unitOf(parts.get("unit")),
      pins: (parts.get("pins") ?? "").split(",").map(unitOf).filter((unit) => unit !== null),
      from: unitOf(parts.get("from")) ?? 0,
      tab: ["strangers", "pen"].includes(parts.get("tab")) ? parts.get("tab") : "unit",
      theme: ["light", "dark"].includes(parts.get("theme")) ? parts.get("theme") : null,
    });
    this.show();
  }

  addViews() {
    for (const [view, name] of VIEWS) {
      const text = view === "majority" ? `${name} ${this.contents.noun}` : name;
      const button = element("button", { type: "button", role: "radio" }, text);
      button.dataset.view = view;
      button.onclick = () => {
        const from = this.state.unit ?? this.state.from;
        this.set(view === "distance" ? { view, digit: null, from } : { view, digit: null });
      };
      byId("views").append(button);
    }
  }

  addClasses() {
    this.contents.classes.forEach((name, digit) => {
      const swatch = element("span", { className: "swatch" });
      swatch.style.background = this.contents.palette[digit];
      const count = element("span", { className: "note" });
      const button = element("button", { type: "button" }, swatch, `${name} `, count);
      button.dataset.digit = digit;
      button.onclick = () => {
        this.set({ digit: this.state.digit === digit ? null : digit, view: "majority" });
      };
      byId("classes").append(button);
    });
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = this.contents.dead_colour;
    byId("classes").append(element("span", { id: "dead" }, swatch, element("span")));
  }

  addTime() {
    const slider = byId("epoch");
    slider.max = this.contents.frames.length - 1;
    slider.oninput = () => {
      this.stop();
      this.set({ frame: Number(slider.value) });
    };
    byId("play").onclick = () => (this.timer === null ? this.play() : this.stop());
    byId("time").hidden = this.contents.frames.length === 1;
  }

  play() {
    const last = this.contents.frames.length - 1;
    if (this.state.frame === last) this.set({ frame: 0 });
    byId("play").textContent = "❚❚";
    byId("play").setAttribute("aria-label", "Stop");
    this.timer = setInterval(() => {
      this.set({ frame: Math.min(this.state.frame + 1, last) });
      if (this.state.frame === last) this.stop();
    }, PLAY_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    byId("play").textContent = "▶";
    byId("play").setAttribute("aria-label", "Play the training");
  }

  addTabs() {
    const names = ["unit", "strangers", ...(this.contents.can_draw ? ["pen"] : [])];
    byId("tab-pen").hidden = !this.contents.can_draw;
    for (const name of names) {
      byId(`tab-${name}`).onclick = () => this.set({ tab: name });
      byId(`tab-${name}`).onkeydown = ({ key }) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (!step) return;
        const next = names[(names.indexOf(name) + step + names.length) % names.length];
        this.set({ tab: next });
        byId(`tab-${next}`).focus();
      };
    }
  }

  addMap() {
    const canvas = byId("map");
    const pointers = new Map();
    let travelled = 0;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const density = () => canvas.width / canvas.clientWidth;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, at(event));
      travelled = pointers.size > 1 ? Infinity : 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      const place = at(event);
      if (!before) {
        if (event.pointerType === "mouse") this.look(this.map.unitAt(...place));
        return;
      }
      const [dx, dy] = [place[0] - before[0], place[1] - before[1]];
      travelled += Math.hypot(dx, dy);
      pointers.set(event.pointerId, place);
      if (pointers.size === 1 && travelled > 6) {
        this.map.moveBy(dx * density(), dy * density());
      } else if (pointers.size === 2) {
        const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
        const [far, near] = [place, before].map((p) => Math.hypot(p[0] - other[0], p[1] - other[1]));
        if (near > 0) this.map.zoomBy(far / near, other[0] * density(), other[1] * density());
      }
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, (event) => {
        pointers.delete(event.pointerId);
        if (travelled > 6) {
          this.remember();
          return;
        }
        const unit = this.map.unitAt(...at(event));
        if (unit === null || name === "pointercancel") return;
        if (event.pointerType === "mouse") this.pin(unit);
        else this.choose(unit);
      });
    }
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.zoomBy(Math.exp(-event.deltaY / 300), ...at(event).map((value) => value * density()));
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => this.onKey(event));
    byId("zoom-in").onclick = () => this.zoomBy(1.6);
    byId("zoom-out").onclick = () => this.zoomBy(1 / 1.6);
    byId("zoom-all").onclick = () => this.zoomBy(0);
  }

  zoomBy(factor, ...place) {
    this.map.zoomBy(factor, ...place);
    this.remember();
  }

  onKey(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (step) {
      const { unit } = this.state;
      this.choose(unit === null ? 0 : this.map.neighbour(unit, ...step));
    } else if ((event.key === "Enter" || event.key === " ") && this.state.unit !== null) {
      this.pin(this.state.unit);
    } else if (event.key === "+" || event.key === "-") {
      this.zoomBy(event.key === "+" ? 1.6 : 1 / 1.6);
    } else if (event.key === "0") {
      this.zoomBy(0);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Show a unit under the pointer, without a trace in the address. */
  look(unit) {
    if (unit === null || unit === this.state.unit) return;
    this.state.unit = unit;
    this.showUnit();
  }

  /** Choose a unit by key or finger. */
  choose(unit) {
    this.set({ unit, tab: "unit" });
    byId("spoken").textContent = describe(this.contents, this.frame, unit);
  }

  /** Pin a unit, or take its pin away. */
  pin(unit) {
    const { pins } = this.state;
    const has = pins.includes(unit);
    this.set({ unit, tab: "unit", pins: has ? pins.filter((one) => one !== unit) : [...pins, unit] });
    byId("spoken").textContent = has ? `Unit ${unit} is no longer pinned.` : `Unit ${unit} is pinned.`;
  }

  addPen() {
    const paper = byId("paper");
    letDraw(paper, () => this.answer());
    byId("wipe").onclick = () => {
      paper.getContext("2d").clearRect(0, 0, paper.width, paper.height);
      this.answer();
    };
  }

  /** Let the map of the last epoch answer to what is drawn. */
  answer() {
    const { contents } = this;
    const { frames, n_units: nUnits, classes, labels } = contents;
    const { sheet } = frames[frames.length - 1];
    const image = digitFrom(byId("paper"), sheet.width);
    byId("answer").replaceChildren();
    this.drawing = image && distancesTo(sheet, image, nUnits);
    if (image) {
      const order = Array.from(this.drawing, (distance, unit) => [distance, unit]);
      const nearest = order.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, 5);
      const label = labels[nearest[0][1]];
      const answer = label < 0 ? "The map has no label for it." : `The map says: ${classes[label]}`;
      const prototypes = nearest.map(([distance, unit]) => {
        const button = element("button", { type: "button" }, imageOf(sheet, unit, `prototype ${unit}`));
        button.title = `unit ${unit}, distance ${distance.toFixed(2)}`;
        button.onclick = () => {
          this.map.goTo(unit);
          this.choose(unit);
        };
        return button;
      });
      byId("answer").append(
        element("h2", {}, answer),
        element("p", {}, "The nearest prototypes; the units that answer are lit on the map."),
        element("div", { className: "images" }, ...prototypes),
      );
      this.answers = nearest.map(([, unit]) => unit);
    } else {
      this.answers = [];
    }
    this.state.frame = frames.length - 1;
    this.show();
  }

  /** Show all that is chosen. */
  show() {
    const { theme, view, digit, frame } = this.state;
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = theme ?? (isDark ? "dark" : "light");
    for (const button of byId("views").children) {
      const isChosen = button.dataset.view === view && digit === null;
      button.setAttribute("aria-checked", isChosen);
    }
    const { units } = this.frame;
    for (const button of byId("classes").querySelectorAll("button")) {
      const own = Number(button.dataset.digit);
      button.setAttribute("aria-pressed", own === digit);
      button.lastChild.textContent = units.majority.filter((one) => one === own).length;
    }
    const dead = units.hits.filter((hits) => hits === 0).length;
    byId("dead").lastChild.textContent = `dead ${dead}`;
    byId("epoch").value = frame;
    byId("epoch-name").textContent = `epoch ${this.frame.epoch}`;
    byId("epoch").setAttribute("aria-valuetext", `epoch ${this.frame.epoch}`);
    this.colour();
    for (const name of ["unit", "strangers", "pen"]) {
      byId(name).hidden = name !== this.state.tab;
      byId(`tab-${name}`).setAttribute("aria-selected", name === this.state.tab);
      byId(`tab-${name}`).tabIndex = name === this.state.tab ? 0 : -1;
    }
    if (this.state.tab === "strangers") this.showStrangers();
    this.showUnit();
    this.showPins();
  }

  /** Colour the cells by the view. */
  colour() {
    const { contents, frame } = this;
    const { units } = frame;
    const { view, digit, tab } = this.state;
    const isAnswer = tab === "pen" && this.drawing !== null;
    this.map.marked.answers = tab === "pen" ? this.answers : [];
    if (view === "majority" && digit === null && !isAnswer) {
      this.map.colours = Array.from(units.majority, (own) =>
        own < 0 ? contents.dead_colour : contents.palette[own],
      );
      this.map.setRegions(units.majority);
      byId("scale").hidden = true;
    } else {
      const [values, name, unit, isLog] = this.valuesOf(isAnswer ? "answer" : view);
      this.map.colours = this.shade(values, name, unit, isLog);
      this.map.setRegions(units.majority);
      this.map.regions.names = [];
    }
    this.map.sheet = frame.sheet;
    this.map.draw();
  }

  /** Return a view's values, its name, their unit, and whether their scale is logarithmic. */
  valuesOf(view) {
    const { contents, frame } = this;
    const { units } = frame;
    const { digit } = this.state;
    const { nClasses, classes, n_units: nUnits } = contents;
    if (view === "answer") return [this.drawing.map((d) => -d), "near to the drawing", "", false];
    if (digit !== null) {
      const counts = Float64Array.from(units.hits, (_, unit) => {
        return units.counts[unit * nClasses + digit] || NaN;
      });
      return [counts, `test images of ${classes[digit]}`, "", true];
    }
    if (view === "hits") return [Float64Array.from(units.hits, (n) => n || NaN), "test images", "", true];
    if (view === "u_matrix") return [frame.uMatrix, "mean distance to adjacent units", "", false];
    if (view === "distance") {
      const prototype = valuesOf(frame.sheet, this.state.from);
      const distances = distancesTo(frame.sheet, prototype, nUnits);
      return [distances, `distance to unit ${this.state.from}'s prototype`, "", false];
    }
    return [units[view], view, view === "entropy" ? " bits" : "", false];
  }

  /** Return a colour per value, and show their scale. */
  shade(values, name, unit, isLog) {
    const { shades, dead_colour: none } = this.contents;
    const defined = Array.from(values).filter(Number.isFinite);
    let low = isLog ? 1 : Math.min(...defined);
    let high = Math.max(...defined);
    if (defined.length === 0) [low, high] = [0, 1];
    const share = (value) => {
      if (high === low) return 0;
      return isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    };
    const text = (value) => (name === "purity" ? percent(value) : `${Number(Math.abs(value).toPrecision(3))}${unit}`);
    byId("scale").hidden = false;
    byId("scale-low").textContent = text(low);
    byId("scale-high").textContent = text(high);
    byId("scale-name").textContent = name + (isLog ? " (logarithmic)" : "");
    const bar = byId("scale-bar").getContext("2d");
    shades.forEach((shade, i) => {
      bar.fillStyle = shade;
      bar.fillRect(i, 0, 1, 1);
    });
    return Array.from(values, (value) =>
      Number.isFinite(value) ? shades[Math.round(share(value) * (shades.length - 1))] : none,
    );
  }

  showUnit() {
    const { unit, pins } = this.state;
    this.map.marked.unit = unit;
    this.map.marked.pins = pins;
    this.map.draw();
    if (unit === null) {
      byId("card").replaceChildren(element("p", {}, "Choose a unit on the map."));
      return;
    }
    const card = cardOf(this.contents, this.frame, unit);
    const pin = element("button", { type: "button" }, pins.includes(unit) ? "Unpin" : "Pin");
    pin.onclick = () => this.pin(unit);
    const far = element("button", { type: "button" }, "Colour by distance from here");
    far.onclick = () => this.set({ view: "distance", digit: null, from: unit });
    byId("card").replaceChildren(card, element("div", { className: "row" }, pin, far));
  }

  showPins() {
    const { pins } = this.state;
    byId("pins-title").hidden = pins.length === 0;
    const cards = pins.map((unit) => {
      const card = cardOf(this.contents, this.frame, unit);
      const remove = element("button", { type: "button" }, "Unpin");
      remove.onclick = () => this.pin(unit);
      const go = element("button", { type: "button" }, "Go there");
      go.onclick = () => {
        this.map.goTo(unit);
        this.choose(unit);
      };
      card.append(element("div", { className: "row images" }, remove, go));
      return card;
    });
    byId("pins").replaceChildren(...cards);
  }

  showStrangers() {
    const { contents } = this;
    const { samples, classes, labels } = contents;
    const all = strangersOf(contents);
    byId("strangers-text").textContent =
      `${contents.n_strangers.toLocaleString("en")} of ${contents.n_samples.toLocaleString("en")} ` +
      "test images landed on a unit whose training images mostly show something else, or that has none. " +
      `The farthest from their unit come first${all.length < contents.n_strangers ? "; not all are here" : ""}.`;
    // Those that are there stay, and with them the focus and the place to which one has scrolled.
    const buttons = all.slice(this.inGallery, this.shown).map((i) => {
      const name = classes[samples.label[i]];
      const label = labels[samples.bmu[i]];
      const among = label < 0 ? "none" : classes[label];
      const image = imageOf(samples.sheet, i, `test image of ${name}`);
      const button = element("button", { type: "button" }, image, `${name} → ${among}`);
      button.setAttribute("aria-label", `A ${name} among ${among}: go to unit ${samples.bmu[i]}`);
      button.onclick = () => {
        this.map.goTo(samples.bmu[i]);
        this.set({ unit: samples.bmu[i], frame: contents.frames.length - 1 });
      };
      return button;
    });
    byId("gallery").append(...buttons);
    this.inGallery = Math.min(this.shown, all.length);
    byId("more").hidden = all.length <= this.shown;
  }
}

loadContents().then((contents) => {
  window.page = new Page(contents);
  document.documentElement.dataset.ready = "yes";
});
