// The slider of a scene: the right part of the stack shows the second choice.
for (const scene of document.querySelectorAll('.scene')) {
  const stack = scene.querySelector('.stack');
  const [before, after] = stack.querySelectorAll('img');
  const images = JSON.parse(scene.querySelector('script').textContent);
  const [left, right] = scene.querySelectorAll('select');
  const range = scene.querySelector('input');
  const cut = () => stack.style.setProperty('--cut', range.value + '%');
  const show = (select, image) => {
    image.src = images[select.selectedIndex];
    image.alt = select.value;
  };
  range.addEventListener('input', cut);
  left.addEventListener('change', () => show(left, before));
  right.addEventListener('change', () => show(right, after));
  stack.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse' && event.buttons === 0) return;
    const box = stack.getBoundingClientRect();
    range.value = Math.min(100, Math.max(0, 100 * (event.clientX - box.left) / box.width));
    cut();
  });
  show(left, before);
  show(right, after);
  cut();
}

// Says below what scrolls that it does.
const hints = new ResizeObserver((entries) => {
  for (const {target} of entries) {
    const wide = target.scrollWidth > target.clientWidth + 1;
    let hint = target.nextElementSibling;
    if (!hint || !hint.classList.contains('hint')) {
      hint = document.createElement('p');
      hint.className = 'hint';
      hint.textContent = 'scroll sideways for the rest \u2192';
      target.after(hint);
    }
    hint.hidden = !wide;
  }
});
for (const box of document.querySelectorAll('.scroll')) hints.observe(box);

// A link's section begins below the navigation, however many lines that has.
const bar = document.querySelector('nav');
new ResizeObserver(() => {
  document.documentElement.style.scrollPaddingTop = bar.offsetHeight + 8 + 'px';
}).observe(bar);

// Marks the section that is read, and keeps its link in sight.
const links = new Map();
for (const link of document.querySelectorAll('nav a')) links.set(link.hash.slice(1), link);
const list = document.querySelector('nav ul');
const seen = new IntersectionObserver((entries) => {
  for (const {target, isIntersecting} of entries) {
    if (!isIntersecting) continue;
    for (const link of links.values()) link.removeAttribute('aria-current');
    const link = links.get(target.id);
    link.setAttribute('aria-current', 'true');
    list.scrollTo({left: link.offsetLeft - list.clientWidth / 2 + link.offsetWidth / 2});
  }
}, {rootMargin: '-20% 0px -75% 0px'});
for (const section of document.querySelectorAll('section')) seen.observe(section);
