// What a person misses on this page, as sentences. The first argument names what is looked for.
const wanted = new Set(arguments[0]);
const faults = [];
const word = (element) =>
  `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") || ""}"> ${JSON.stringify(element.textContent.trim().slice(0, 40))}`;
const isHidden = (element) => {
  const box = element.getBoundingClientRect();
  if (box.width <= 1 || box.height <= 1 || box.bottom < 0 || element.closest("svg, .skip")) return true;
  // Closed folds, and what only a screen reader meets.
  if (!element.checkVisibility({ visibilityProperty: true })) return true;
  for (let at = element; at; at = at.parentElement) {
    if (getComputedStyle(at).clipPath !== "none") return true;
  }
  return false;
};
// The part of a box that its scrolling ancestors let be seen.
const seen = (element, box) => {
  let { left, right, top, bottom } = box;
  for (let at = element; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.display === "inline" || style.overflowY === "visible") continue;
    const frame = at.getBoundingClientRect();
    left = Math.max(left, frame.left);
    right = Math.min(right, frame.right);
    top = Math.max(top, frame.top);
    bottom = Math.min(bottom, frame.bottom);
  }
  return { left, right, top, bottom, width: right - left, height: bottom - top };
};
const shown = [...document.querySelectorAll("body *")].filter((element) => !isHidden(element));
const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");

if (wanted.has("fits") && document.documentElement.scrollWidth > innerWidth) {
  faults.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
}

if (wanted.has("whole")) {
  for (const element of shown) {
    const style = getComputedStyle(element);
    const cuts = (way) => way === "hidden" || way === "clip";
    if (element.matches("select, option, input")) continue;
    if (cuts(style.overflowX) && element.scrollWidth > element.clientWidth + 1) faults.push(`cut at the side: ${word(element)}`);
    if (cuts(style.overflowY) && element.scrollHeight > element.clientHeight + 1) faults.push(`cut below: ${word(element)}`);
  }
  const lines = [];
  for (const element of shown.filter(hasText)) {
    for (const node of element.childNodes) {
      if (node.nodeType !== 3 || node.data.trim() === "" || element.matches("option")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const whole of range.getClientRects()) {
        const box = seen(element, whole);
        if (box.width > 1 && box.height > 1) lines.push({ node, element, box });
      }
    }
  }
  lines.forEach((one, at) => {
    for (const other of lines.slice(at + 1)) {
      if (one.node === other.node) continue;
      const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (width > 2 && height > 0.3 * Math.min(one.box.height, other.box.height)) {
        faults.push(`${word(one.element)} lies on ${word(other.element)}`);
      }
    }
  });
}

// WCAG 2.2 §2.5.8: 24 by 24 CSS pixels, but for links within a sentence.
if (wanted.has("targets")) {
  for (const element of shown.filter((one) => one.matches("a[href], button, select, summary, input:not([type=hidden])"))) {
    const inSentence = getComputedStyle(element).display === "inline"
      && element.parentElement.textContent.trim().length > element.textContent.trim().length;
    const { width, height } = element.getBoundingClientRect();
    if (!inSentence && (width < 24 || height < 24)) {
      faults.push(`a target of ${width.toFixed(1)} by ${height.toFixed(1)}: ${word(element)}`);
    }
  }
}

if (wanted.has("forced colours")) {
  if (!matchMedia("(forced-colors: active)").matches) faults.push("Chromium does not force colours");
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^rgba\(.*, 0\)$|^transparent$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  for (const element of shown.filter(hasText)) {
    if (getComputedStyle(element).color === ground(element)) faults.push(`text in the colour of its ground: ${word(element)}`);
  }
  for (const element of shown.filter((one) => one.matches(".button:not(.quiet), button:not(.link), .status, .badge, .card, .rows, select, input:not([type=hidden])"))) {
    const style = getComputedStyle(element);
    const held = element.closest(".people");
    if (!held && (parseFloat(style.borderTopWidth) < 1 || style.borderTopStyle === "none")) faults.push(`no border: ${word(element)}`);
  }
}

if (wanted.has("stillness")) {
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) faults.push("Chromium does not ask for less motion");
  for (const element of document.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const moves = [...style.transitionDuration.split(","), ...style.animationDuration.split(",")].some((time) => parseFloat(time) > 0);
    if (moves || style.scrollBehavior === "smooth") faults.push(`moves: ${word(element)}`);
  }
}

return [...new Set(faults)];
