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
