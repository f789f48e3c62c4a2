"use strict";
(() => {
  const VERTEX = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D codes, colours;
uniform ivec2 grid;
uniform bool wide, inverse, perspective;
uniform vec2 mapping, columns, rows;
uniform mat3 turn;
uniform vec3 pivot;
uniform bool narrow;
uniform mat3 narrowing;
uniform float away, spacing, swell, focus, largest;
uniform vec2 lens, clip;
out vec3 colour;
out float depth;
flat out float width;
flat out float size;
// Display P3 on an sRGB canvas; the transfer function of IEC 61966-2-1 is that of both.
vec3 narrowed(vec3 coded) {
  vec3 light = mix(coded / 12.92, pow((coded + 0.055) / 1.055, vec3(2.4)), step(0.04045, coded));
  light = clamp(narrowing * light, 0.0, 1.0);
  return mix(light * 12.92, 1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, light));
}
void main() {
  ivec2 at = ivec2(gl_VertexID % grid.x, gl_VertexID / grid.x);
  vec3 stored = floor(texelFetch(codes, at, 0).rgb * 255.0 + 0.5);
  float value = mapping.x + mapping.y * (wide ? stored.r * 256.0 + stored.g : stored.r);
  if (inverse) value = 1.0 / value;
  float spread = perspective ? value : 1.0;
  vec3 place = vec3((columns.x + columns.y * float(at.x)) * spread,
                    (rows.x + rows.y * float(at.y)) * spread,
                    perspective ? -value : value);
  vec3 seen = turn * (place - pivot);
  depth = away - seen.z;
  colour = texelFetch(colours, at, 0).rgb;
  if (narrow) colour = narrowed(colour);
  // As wide as the gap to its neighbour; seen from the side, as wide as one step of its code.
  vec3 ray = turn * (perspective ? normalize(place) : vec3(0.0, 0.0, -1.0));
  float aside = length(cross(ray, normalize(vec3(seen.xy, -depth))));
  float pitch = abs(mapping.y) * (inverse ? value * value : 1.0);
  width = spacing * spread * swell;
  width += min(pitch * aside, 2.0 * width);
  size = clamp(width * focus / depth, 1.5, largest);
  gl_PointSize = size;
  gl_Position = stored.b < 128.0 || depth <= clip.x
    ? vec4(0.0, 0.0, 2.0, 1.0)
    : vec4(seen.xy * lens, ((clip.y + clip.x) * depth - 2.0 * clip.y * clip.x)
        / (clip.y - clip.x), depth);
}`;
  // A point is a small cone towards the eye, so that neighbours meet in a line between them
  // instead of hiding each other in drawing order.
  const FRAGMENT = `#version 300 es
precision highp float;
uniform vec2 clip;
in vec3 colour;
in float depth;
flat in float width;
flat in float size;
out vec4 paint;
void main() {
  vec2 off = gl_PointCoord * 2.0 - 1.0;
  float far = dot(off, off);
  if (size > 3.0 && far > 1.0) discard;
  float here = depth + 0.5 * width * far;
  gl_FragDepth = clamp(clip.y * (here - clip.x) / (here * (clip.y - clip.x)), 0.0, 1.0);
  paint = vec4(colour, 1.0);
}`;
  const TEXTS = {
    webgl: "This page needs WebGL 2, and this browser does not provide it. A current Firefox, " +
      "Chrome, Edge or Safari does; hardware acceleration may have to be turned on in its settings.",
    lost: "The graphics context was lost. The picture comes back when the browser restores it; " +
      "if it does not, reload the page.",
    size: "This point cloud is larger than the textures that this browser can hold.",
    decode: "The images inside this page cannot be decoded by this browser, or the file is damaged.",
  };
  const SPIN = 0.006; // radians a CSS pixel
  const EASE_MS = 55;

  const byId = (id) => document.getElementById(id);
  const canvas = byId("view");
  const scene = JSON.parse(byId("cloud").textContent);
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const fail = (text, final = true) => {
    byId("notice").textContent = text;
    byId("notice").hidden = false;
    document.documentElement.dataset.state = final ? "failed" : "lost";
  };

  const gl = canvas.getContext("webgl2", { antialias: true, powerPreference: "high-performance" });
  if (!gl) {
    fail(TEXTS.webgl);
    return;
  }

  // The view on the screen (now) glides to the requested one (goal).
  const view = ({ pivot: [x, y, z], yaw, pitch, tangents: [wide, high] }) =>
    ({ yaw, pitch, x, y, z, wide, high, zoom: 0, dot: 0, swing: 0 });
  const front = () => view(scene.front);
  const home = () => view(scene.home);
  let goal = home();
  let now = home();
  let swaying = false;
  let swayTime = 0;
  let frame = 0;
  let lastTime = 0;
  let images = null;
  let uniforms = null;
  let turn = new Float32Array(9);

  const compile = (kind, source) => {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    return shader;
  };

  const texture = (unit, image) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    }
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    }
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, image);
  };

  // Returns whether the canvas is in the colour space of the samples.
  const matchSpace = () => {
    if (!scene.narrowing) return true;
    if ("drawingBufferColorSpace" in gl) gl.drawingBufferColorSpace = "display-p3";
    return gl.drawingBufferColorSpace === "display-p3";
  };

  const prepare = () => {
    const program = gl.createProgram();
    gl.attachShader(program, compile(gl.VERTEX_SHADER, VERTEX));
    gl.attachShader(program, compile(gl.FRAGMENT_SHADER, FRAGMENT));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      if (!gl.isContextLost()) fail(TEXTS.webgl);
      uniforms = null;
      return;
    }
    gl.useProgram(program);
    uniforms = new Proxy({}, {
      get: (known, name) => (known[name] ??= gl.getUniformLocation(program, name)),
    });
    gl.bindVertexArray(gl.createVertexArray());
    images.forEach((image, unit) => texture(unit, image));
    gl.uniform1i(uniforms.codes, 0);
    gl.uniform1i(uniforms.colours, 1);
    gl.uniform2i(uniforms.grid, scene.width, scene.height);
    gl.uniform1i(uniforms.wide, scene.wide);
    gl.uniform1i(uniforms.inverse, scene.inverse);
    gl.uniform1i(uniforms.perspective, scene.perspective);
    gl.uniform2fv(uniforms.mapping, scene.mapping);
    gl.uniform2fv(uniforms.columns, scene.columns);
    gl.uniform2fv(uniforms.rows, scene.rows);
    gl.uniform1f(uniforms.spacing, scene.spacing);
    const matches = matchSpace();
    gl.uniform1i(uniforms.narrow, !matches);
    if (!matches) gl.uniformMatrix3fv(uniforms.narrowing, false, scene.narrowing);
    gl.enable(gl.DEPTH_TEST);
    gl.clearColor(0, 0, 0, 0);
  };

  // Device pixels a unit of tangent: what shall fit does, with a margin.
  const focus = () => 0.94 * Math.min(
    canvas.width / (2 * now.wide), canvas.height / (2 * now.high));

  const draw = () => {
    const yaw = now.yaw + now.swing * 0.28 * Math.sin(swayTime * 0.0009);
    const pitch = now.pitch + now.swing * 0.05 * Math.sin(swayTime * 0.0013);
    const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
    turn.set([cy, sp * sy, -cp * sy, 0, cp, sp, sy, -sp * cy, cp * cy]); // columns
    const away = scene.distance * Math.exp(-now.zoom);
    const [x, y, z] = scene.front.pivot;
    const reach = scene.radius * 1.05 + Math.hypot(now.x - x, now.y - y, now.z - z);
    const near = Math.max(away - reach, away * 0.02);
    const pixels = focus();
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniformMatrix3fv(uniforms.turn, false, turn);
    gl.uniform3f(uniforms.pivot, now.x, now.y, now.z);
    gl.uniform1f(uniforms.away, away);
    gl.uniform2f(uniforms.clip, near, Math.max(away + reach, near * 2));
    gl.uniform2f(uniforms.lens, 2 * pixels / canvas.width, 2 * pixels / canvas.height);
    gl.uniform1f(uniforms.focus, pixels);
    gl.uniform1f(uniforms.swell, 1.42 * Math.exp(now.dot));
    gl.uniform1f(uniforms.largest, gl.getParameter(gl.ALIASED_POINT_SIZE_RANGE)[1]);
    gl.drawArrays(gl.POINTS, 0, scene.width * scene.height);
  };

  const step = (time) => {
    frame = 0;
    if (!uniforms || gl.isContextLost()) return;
    const passed = lastTime ? Math.min(time - lastTime, 100) : 16;
    const share = still.matches ? 1 : 1 - Math.exp(-passed / EASE_MS);
    let moving = swaying;
    if (swaying || now.swing) swayTime += passed;
    for (const name of Object.keys(goal)) {
      const rest = goal[name] - now[name];
      const pace = name === "swing" && share < 1 ? share * 0.15 : share;
      if (Math.abs(rest) < 2e-4 || pace === 1) now[name] = goal[name];
      else {
        now[name] += rest * pace;
        moving = true;
      }
    }
    draw();
    lastTime = moving ? time : 0;
    if (moving) redraw();
  };
  const redraw = () => {
    frame ||= requestAnimationFrame(step);
  };

  const limit = (value, low, high) => Math.min(Math.max(value, low), high);
  const spin = (yaw, pitch) => {
    goal.yaw += yaw;
    goal.pitch = limit(goal.pitch + pitch, -Math.PI / 2, Math.PI / 2);
    redraw();
  };
  const zoom = (amount) => {
    goal.zoom = limit(goal.zoom + amount, -3, 4);
    redraw();
  };
  const move = (right, down) => {
    // The last matrix drawn, backwards: from the screen's axes to the cloud's.
    const unit = scene.distance * Math.exp(-goal.zoom) * (canvas.width / canvas.clientWidth) / focus();
    const shift = (axis) => (-right * turn[axis * 3] + down * turn[axis * 3 + 1]) * unit;
    goal.x += shift(0);
    goal.y += shift(1);
    goal.z += shift(2);
    redraw();
  };
  const show = (view) => {
    setSway(false);
    // The nearest turn, so that a view that was spun round does not unwind.
    now.yaw -= Math.round((now.yaw - view.yaw) / (2 * Math.PI)) * 2 * Math.PI;
    goal = { ...view, dot: goal.dot };
    redraw();
  };
  const setSway = (on) => {
    if (on && !swaying && !now.swing) swayTime = 0;
    swaying = on;
    goal.swing = on ? 1 : 0;
    byId("sway").setAttribute("aria-pressed", String(on));
    redraw();
  };
  const setHelp = (on) => {
    byId("help").hidden = !on;
    byId("ask").setAttribute("aria-expanded", String(on));
  };
  const reset = () => {
    goal.dot = 0;
    show(home());
  };

  // Mouse, pen and fingers.
  const fingers = new Map();
  let tap = { time: 0, x: 0, y: 0 };
  const middle = () => {
    const [a, b] = [...fingers.values()];
    return b && { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, gap: Math.hypot(a.x - b.x, a.y - b.y) };
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, far: 0 });
  });
  canvas.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const before = middle();
    const [right, down] = [event.clientX - finger.x, event.clientY - finger.y];
    finger.x = event.clientX;
    finger.y = event.clientY;
    finger.far += Math.abs(right) + Math.abs(down);
    if (fingers.size === 2) {
      const after = middle();
      if (before.gap > 0 && after.gap > 0) zoom(Math.log(after.gap / before.gap));
      move(after.x - before.x, after.y - before.y);
    } else if (fingers.size === 1) {
      if (event.shiftKey || event.buttons & 6) move(right, down);
      else spin(right * SPIN, down * SPIN);
    }
  });
  const lift = (event) => {
    const finger = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    // Not every browser makes a double-click of two taps where it may not zoom by them.
    if (!finger || event.type !== "pointerup" || event.pointerType !== "touch") return;
    if (finger.far > 10 || fingers.size) return;
    const near = Math.hypot(event.clientX - tap.x, event.clientY - tap.y) < 30;
    if (near && event.timeStamp - tap.time < 350) reset();
    tap = { time: event.timeStamp, x: event.clientX, y: event.clientY };
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("dblclick", reset);
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaY * [1, 16, canvas.clientHeight][event.deltaMode];
    zoom(-limit(pixels, -240, 240) * (event.ctrlKey ? 0.01 : 0.0016));
  }, { passive: false });

  const keys = {
    ArrowLeft: (shift) => (shift ? move(-24, 0) : spin(-0.08, 0)),
    ArrowRight: (shift) => (shift ? move(24, 0) : spin(0.08, 0)),
    ArrowUp: (shift) => (shift ? move(0, -24) : spin(0, -0.08)),
    ArrowDown: (shift) => (shift ? move(0, 24) : spin(0, 0.08)),
    "+": () => zoom(0.15),
    "=": () => zoom(0.15),
    "-": () => zoom(-0.15),
    "−": () => zoom(-0.15),
    _: () => zoom(-0.15),
    0: reset,
    r: reset,
    1: () => show(front()),
    " ": () => setSway(!swaying),
    "[": () => { goal.dot = limit(goal.dot - 0.2, -1.2, 1.6); redraw(); },
    "]": () => { goal.dot = limit(goal.dot + 0.2, -1.2, 1.6); redraw(); },
    h: () => setHelp(byId("help").hidden),
    "?": () => setHelp(byId("help").hidden),
    Escape: () => setHelp(false),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target instanceof HTMLButtonElement) return;
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action(event.shiftKey);
  });
  byId("reset").addEventListener("click", reset);
  byId("front").addEventListener("click", () => show(front()));
  byId("sway").addEventListener("click", () => setSway(!swaying));
  byId("ask").addEventListener("click", () => setHelp(byId("help").hidden));

  let exact = [0, 0];
  const measure = () => {
    // The browser's own count of device pixels avoids blur by rounding; where it does not follow
    // the ratio (emulated screens) or is not known (Safari), the ratio decides.
    const sides = [canvas.clientWidth, canvas.clientHeight].map((side, axis) => {
      const target = side * devicePixelRatio;
      return Math.max(1, Math.abs(exact[axis] - target) <= 1 ? exact[axis] : Math.round(target));
    });
    if (canvas.width === sides[0] && canvas.height === sides[1]) return;
    [canvas.width, canvas.height] = sides;
    // In the same frame: a resized canvas is blank until it is drawn.
    if (uniforms) step(performance.now());
  };
  const watch = new ResizeObserver(([entry]) => {
    const box = entry.devicePixelContentBoxSize?.[0];
    if (box) exact = [box.inlineSize, box.blockSize];
    measure();
  });
  try {
    watch.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    watch.observe(canvas);
  }
  const watchRatio = () => {
    measure();
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
      .addEventListener("change", watchRatio, { once: true });
  };
  watchRatio();

  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    uniforms = null;
    fail(TEXTS.lost, false);
  });
  canvas.addEventListener("webglcontextrestored", () => {
    if (!images) return; // Still being decoded: they are loaded when they are.
    prepare();
    if (!uniforms) return;
    byId("notice").hidden = true;
    document.documentElement.dataset.state = "ready";
    redraw();
  });

  const decode = async ({ type, data }) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    // As stored: the samples are codes, and a colour profile must not touch them.
    return createImageBitmap(new Blob([bytes], { type }), {
      colorSpaceConversion: "none",
      premultiplyAlpha: "none",
    });
  };
  const start = async () => {
    if (Math.max(scene.width, scene.height) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) {
      fail(TEXTS.size);
      return;
    }
    try {
      images = await Promise.all([decode(scene.codes), decode(scene.colours)]);
    } catch {
      fail(TEXTS.decode);
      return;
    }
    if (gl.isContextLost()) return;
    prepare();
    if (!uniforms) return;
    document.documentElement.dataset.state = "ready";
    redraw();
  };
  start();
})();
