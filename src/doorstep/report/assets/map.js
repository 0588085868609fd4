"use strict";
// The map of a plan on a canvas: pan, zoom, pick a hub. Everything it shows stands in the page's data block.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.getElementById("map");
  if (!root || !data.size) return;
  const canvas = root.querySelector("canvas"), pen = canvas.getContext("2d");
  const card = root.querySelector(".card"), tip = root.querySelector(".tip");
  const control = (name) => root.querySelector("[name=" + name + "]");
  const northUp = (y) => data.size[1] - y; // the screen counts downwards

  function unpack(steps) {
    const points = new Float64Array(steps.length);
    let x = 0, y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i]; y += steps[i + 1];
      points[i] = x; points[i + 1] = northUp(y);
    }
    return points;
  }
  function pathOf(lines, closed) {
    const path = new Path2D();
    for (const steps of lines) {
      const p = unpack(steps);
      path.moveTo(p[0], p[1]);
      for (let i = 2; i < p.length; i += 2) path.lineTo(p[i], p[i + 1]);
      if (closed) path.closePath();
    }
    return path;
  }
  const main = pathOf(data.streets.main), other = pathOf(data.streets.other);
  const outlines = data.communities.map((one) => ({ name: one.name, path: pathOf(one.rings, true), box: unpack(one.rings[0] || [0, 0]) }));
  const n = data.homes.x.length, homeX = new Float64Array(n), homeY = new Float64Array(n), homeR = new Float64Array(n);
  const coarse = Math.max(1, Math.min(2, 60 / Math.sqrt(n + 1)));
  for (let i = 0, x = 0, y = 0; i < n; i++) {
    x += data.homes.x[i]; y += data.homes.y[i];
    homeX[i] = x; homeY[i] = northUp(y); homeR[i] = Math.min(3.4, coarse * (0.75 + Math.sqrt(data.homes.people[i]) / 7));
  }
  const most = Math.max(1, ...data.hubs.map((hub) => hub.people));
  const view = { x: 0, y: 0, k: 1 }; // screen = (map - (x, y)) * k
  let width = 0, height = 0, whole = 1, chosen = -1, waiting = false;

  function fit() {
    const [west, south, east, north] = data.start;
    whole = Math.min(width / (east - west), height / (north - south));
    view.k = whole;
    view.x = (west + east - width / whole) / 2;
    view.y = (northUp(north) + northUp(south) - height / whole) / 2;
  }
  function resize() {
    const middle = [view.x + width / 2 / view.k, view.y + height / 2 / view.k], first = width === 0;
    width = canvas.clientWidth; height = canvas.clientHeight;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    if (first) fit();
    else { view.x = middle[0] - width / 2 / view.k; view.y = middle[1] - height / 2 / view.k; }
    draw();
  }
  function later() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  }
  const isOn = (name) => { const box = control(name); return !box || box.checked; };
  const hubRadius = (hub) => (6 + 9 * Math.sqrt(hub.people / most)) * Math.min(1.5, Math.max(0.8, Math.sqrt(view.k / whole) / 1.15));

  function draw() {
    const ratio = window.devicePixelRatio || 1, k = view.k;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = "#fbfaf7"; pen.fillRect(0, 0, width, height);
    const toMap = () => pen.setTransform(k * ratio, 0, 0, k * ratio, -view.x * k * ratio, -view.y * k * ratio);
    toMap();
    if (isOn("streets")) {
      pen.lineCap = "round"; pen.lineJoin = "round";
      if (k > 2.2 * whole || data.streets.other.length < 4000) {
        pen.strokeStyle = k > 4 * whole ? "#d6d1c4" : "#e0dcd1"; pen.lineWidth = Math.min(2.4, 0.5 + k * 1.2) / k; pen.stroke(other);
      } else { pen.strokeStyle = "#ece8de"; pen.lineWidth = 0.5 / k; pen.stroke(other); }
      pen.strokeStyle = "#bdb6a4"; pen.lineWidth = Math.min(6, 1 + k * 3) / k; pen.stroke(main);
    }
    if (isOn("communities")) {
      pen.strokeStyle = "#5d6b70"; pen.lineWidth = 1.1 / k; pen.setLineDash([6 / k, 3 / k]);
      for (const one of outlines) pen.stroke(one.path);
      pen.setLineDash([]);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const place = (x, y) => [(x - view.x) * k, (y - view.y) * k];
    if (isOn("homes")) drawHomes(place);
    if (isOn("facilities")) {
      const wanted = control("service").value;
      pen.fillStyle = "#1d6a5a"; pen.strokeStyle = "#fff"; pen.lineWidth = 1;
      const size = Math.min(6, 3.6 * Math.sqrt(k / whole));
      for (const [x, y, , service] of data.facilities) {
        if (wanted !== "*" && service !== wanted) continue;
        const [px, py] = place(x, northUp(y));
        pen.beginPath(); pen.moveTo(px, py - 1.1 * size); pen.lineTo(px + size, py + 0.7 * size); pen.lineTo(px - size, py + 0.7 * size); pen.closePath();
        pen.fill(); pen.stroke();
      }
    }
    if (isOn("communities") && k > 1.6 * whole) {
      pen.font = "12px 'Doorstep Sans','Doorstep CJK',sans-serif"; pen.textAlign = "center"; pen.lineWidth = 3;
      pen.strokeStyle = "#fbfaf7"; pen.fillStyle = "#3c474b";
      for (const one of outlines) {
        let sx = 0, sy = 0;
        for (let i = 0; i < one.box.length; i += 2) { sx += one.box[i]; sy += one.box[i + 1]; }
        const [px, py] = place(2 * sx / one.box.length, 2 * sy / one.box.length);
        pen.strokeText(one.name, px, py); pen.fillText(one.name, px, py);
      }
    }
    let drawn = 0;
    if (isOn("hubs")) {
      const wanted = control("service").value;
      data.hubs.forEach((hub, number) => {
        const [px, py] = place(hub.x, northUp(hub.y)), r = hubRadius(hub);
        const offered = wanted === "*" || hub.services.includes(wanted);
        if (px > -r && py > -r && px < width + r && py < height + r) drawn += 1;
        pen.globalAlpha = offered ? 1 : 0.25;
        pen.beginPath(); pen.arc(px, py, r, 0, 7); pen.fillStyle = hub.colour; pen.fill();
        pen.lineWidth = number === chosen ? 4 : 1.6; pen.strokeStyle = number === chosen ? "#e39b1f" : "#fff"; pen.stroke();
        if (r >= 8) {
          pen.fillStyle = "#fff"; pen.font = "600 " + Math.min(12, r) + "px 'Doorstep Sans',sans-serif";
          pen.textAlign = "center"; pen.textBaseline = "middle"; pen.fillText(hub.n, px, py + 0.5); pen.textBaseline = "alphabetic";
        }
        pen.globalAlpha = 1;
      });
    }
    drawScale();
    canvas.dataset.hubsDrawn = drawn;
    canvas.dataset.view = [view.x.toFixed(1), view.y.toFixed(1), view.k.toFixed(6)].join(" ");
  }
  function drawHomes(place) {
    const when = root.querySelector("[name=when]:checked"), service = control("service").value;
    const classes = data.homes[when ? when.value : "plan"][service], grow = Math.min(2.6, Math.sqrt(view.k / whole));
    const order = ["-", "4", "3", "2", "1", "0"]; // those without a place last, on top
    for (const one of order) {
      pen.fillStyle = one === "-" ? "#cfccc4" : data.colours[+one];
      pen.beginPath();
      for (let i = 0; i < n; i++) {
        if (classes[i] !== one) continue;
        const [px, py] = place(homeX[i], homeY[i]);
        if (px < -4 || py < -4 || px > width + 4 || py > height + 4) continue;
        const r = homeR[i] * grow;
        if (r < 1.6) pen.rect(px - r, py - r, 2 * r, 2 * r); else { pen.moveTo(px + r, py); pen.arc(px, py, r, 0, 7); }
      }
      pen.fill();
    }
  }
  function drawScale() {
    const metres = 120 / view.k * data.quantum, power = Math.pow(10, Math.floor(Math.log10(metres)));
    const length = Math.max(...[1, 2, 5].map((step) => step * power).filter((step) => step <= metres));
    // On the canvas, not beside it: a picture that is scaled in print keeps a true scale.
    const long = length / data.quantum * view.k, told = length >= 1000 ? length / 1000 + " km" : length + " m";
    pen.font = "13px 'Doorstep Sans',sans-serif"; pen.textAlign = "left";
    pen.fillStyle = "#fbfaf7d8"; pen.fillRect(8, height - 36, Math.max(long, pen.measureText(told).width) + 16, 30);
    pen.fillStyle = pen.strokeStyle = "#1c2b33"; pen.lineWidth = 1.5;
    pen.beginPath(); pen.moveTo(14, height - 31); pen.lineTo(14, height - 26); pen.lineTo(14 + long, height - 26); pen.lineTo(14 + long, height - 31); pen.stroke();
    pen.fillText(told, 15, height - 11);
  }
  function zoom(factor, px, py) {
    if (px === undefined) { px = width / 2; py = height / 2; }
    const k = Math.min(Math.max(view.k * factor, whole * 0.25), Math.max(whole * 4, 2.5));
    view.x += px / view.k - px / k; view.y += py / view.k - py / k; view.k = k;
    later();
  }
  function hit(px, py) {
    let best = -1, least = Infinity;
    data.hubs.forEach((hub, number) => {
      const away = Math.hypot((hub.x - view.x) * view.k - px, (northUp(hub.y) - view.y) * view.k - py);
      if (away <= hubRadius(hub) + 4 && away < least) { best = number; least = away; }
    });
    return best;
  }
  function element(name, text, parent, className) {
    const made = document.createElement(name);
    if (text !== null) made.textContent = text;
    if (className) made.className = className;
    parent.appendChild(made);
    return made;
  }
  function choose(number, centre) {
    chosen = number;
    const picker = control("hub");
    if (picker) picker.value = String(number);
    card.hidden = number < 0;
    const body = card.querySelector(".card-body");
    body.textContent = "";
    if (number >= 0) {
      const hub = data.hubs[number], told = hub.card;
      element("h3", hub.n + ". " + told.title, body); element("p", told.sub, body, "sub");
      const list = element("dl", null, body);
      for (const [name, value] of told.facts) { element("dt", name, list); element("dd", value, list); }
      for (const table of told.tables) {
        if (!table.rows.length) continue;
        const made = element("table", null, element("div", null, body, "scroll"));
        const top = element("tr", null, element("thead", null, made)), rows = element("tbody", null, made);
        for (const name of table.head) element("th", name, top);
        for (const row of table.rows) { const line = element("tr", null, rows); for (const cell of row) element("td", cell, line, /^[–−\-\d]/.test(cell) ? "" : "t"); }
      }
      if (centre) {
        view.k = Math.max(view.k, whole * 3);
        const free = width > 700 ? width - 430 : width;
        view.x = hub.x - free / 2 / view.k; view.y = northUp(hub.y) - height / 2 / view.k;
      }
    }
    later();
  }

  const fingers = new Map();
  let moved = 0;
  canvas.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, [event.offsetX, event.offsetY]); moved = 0;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const here = [event.offsetX, event.offsetY], before = fingers.get(event.pointerId);
    if (!before) { hover(here); return; }
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    if (others.length) {
      const apart = (point) => Math.hypot(point[0] - others[0][0], point[1] - others[0][1]);
      zoom(apart(here) / Math.max(1, apart(before)), (here[0] + others[0][0]) / 2, (here[1] + others[0][1]) / 2);
      moved = 99;
    } else {
      view.x -= (here[0] - before[0]) / view.k; view.y -= (here[1] - before[1]) / view.k;
      moved += Math.abs(here[0] - before[0]) + Math.abs(here[1] - before[1]);
      later();
    }
    fingers.set(event.pointerId, here);
  });
  canvas.addEventListener("pointerup", (event) => {
    fingers.delete(event.pointerId);
    if (moved < 6) choose(hit(event.offsetX, event.offsetY), false);
  });
  canvas.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
  canvas.addEventListener("pointerleave", () => { tip.style.display = "none"; });
  function hover(point) {
    const number = hit(point[0], point[1]);
    let said = number >= 0 ? data.hubs[number].n + ". " + data.hubs[number].card.title : "";
    if (!said && isOn("facilities")) {
      const wanted = control("service").value;
      const near = data.facilities.find(([x, y, , service]) => (wanted === "*" || wanted === service)
        && Math.hypot((x - view.x) * view.k - point[0], (northUp(y) - view.y) * view.k - point[1]) < 7);
      if (near) said = [near[2], data.service_names[near[3]] || near[3]].filter(Boolean).join(" · ");
    }
    canvas.style.cursor = number >= 0 ? "pointer" : "grab";
    tip.style.display = said ? "block" : "none";
    tip.textContent = said;
    tip.style.left = Math.min(point[0] + 14, Math.max(0, width - 240)) + "px"; tip.style.top = point[1] + 12 + "px";
  }
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * (event.deltaMode ? 30 : 1))) / 400), event.offsetX, event.offsetY);
  }, { passive: false });
  const keys = {
    "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), "0": () => { fit(); later(); },
    ArrowLeft: () => pan(-80, 0), ArrowRight: () => pan(80, 0), ArrowUp: () => pan(0, -80), ArrowDown: () => pan(0, 80),
    Escape: () => choose(-1),
  };
  function pan(px, py) { view.x += px / view.k; view.y += py / view.k; later(); }
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault(); keys[event.key]();
  });
  root.querySelector(".zoom-in").addEventListener("click", () => zoom(1.6));
  root.querySelector(".zoom-out").addEventListener("click", () => zoom(1 / 1.6));
  root.querySelector(".zoom-all").addEventListener("click", () => { fit(); later(); });
  card.querySelector(".close").addEventListener("click", () => { choose(-1); canvas.focus(); });
  card.addEventListener("keydown", (event) => { if (event.key === "Escape") { choose(-1); canvas.focus(); } });
  for (const input of root.querySelectorAll("input, select[name=service]")) input.addEventListener("change", later);
  const picker = control("hub");
  if (picker) picker.addEventListener("change", () => choose(+picker.value, true));
  for (const button of document.querySelectorAll("[data-hub]")) {
    button.addEventListener("click", () => {
      root.scrollIntoView({ block: "start" }); choose(+button.dataset.hub, true); card.querySelector(".close").focus();
    });
  }
  new ResizeObserver(resize).observe(canvas);
  if (document.fonts && document.fonts.ready) document.fonts.ready.then(later);
})();
