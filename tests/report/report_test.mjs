// Opens a report with the network off and looks at it as a reader would:
//   node report_test.mjs REPORT.html [FOLDER FOR SCREENSHOTS]
// Exit code 77 where the browser or playwright-core is absent.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}

let chromium;
try {
  ({chromium} = await import('playwright-core'));
} catch {
  skip('playwright-core is absent; run npm install --ignore-scripts --no-package-lock in tests/report');
}
const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(fs.existsSync);
if (!browserPath) skip('chromium is absent; scripts/install-deps.sh report installs it');

const failures = [];
function check(condition, message) {
  if (!condition) failures.push(message);
}

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'auif-report-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: browserPath,
  headless: true,
  offline: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'
  ],
});

// Rendered boxes of what must not lie upon each other, and what sticks out of the page.
function layoutProblems() {
  const problems = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    problems.push(`the page is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);
  }
  for (const section of document.querySelectorAll('section, .scene, .controls, main')) {
    const boxes = [...section.children]
                      .filter((e) => e.getClientRects().length > 0 && e.tagName !== 'SCRIPT')
                      .map((e) => ({name: e.tagName + '.' + e.className,
                                    box: e.getBoundingClientRect()}));
    for (let i = 0; i < boxes.length; ++i) {
      for (let k = i + 1; k < boxes.length; ++k) {
        const a = boxes[i].box, b = boxes[k].box;
        const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (x > 1 && y > 1) {
          problems.push(`${boxes[i].name} and ${boxes[k].name} overlap in ${section.id}`);
        }
      }
    }
  }
  return problems;
}

const widths = {phone: 390, desktop: 1280};
for (const [name, width] of Object.entries(widths)) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await context.newPage();
    const wanted = [];
    page.on('request', (request) => {
      if (/^https?:/.test(request.url())) wanted.push(request.url());
    });
    page.on('pageerror', (error) => check(false, `${name}: script error: ${error.message}`));
    await page.setViewportSize({width, height: 900});
    await page.emulateMedia({colorScheme});
    await page.goto(pathToFileURL(process.argv[2]).href);
    await page.waitForLoadState('load');

    const images = await page.$$eval('img', (images) => images.map(
        (image) => ({alt: image.alt, loaded: image.complete && image.naturalWidth > 0,
                     inside: image.src.startsWith('data:')})));
    check(images.length > 0, `${name}: there are no images`);
    for (const image of images) {
      check(image.loaded, `${name}: an image did not load: ${image.alt}`);
      check(image.inside, `${name}: an image is not in the file: ${image.alt}`);
      check(image.alt !== '', `${name}: an image has no description`);
    }
    check(wanted.length === 0, `${name}: asked the network for ${wanted}`);
    for (const problem of await page.evaluate(layoutProblems)) check(false, `${name}: ${problem}`);

    // What is cut off at the side says so, and the first column stays.
    await page.waitForTimeout(100);
    const boxes = await page.$$eval('.scroll', (boxes) => boxes.map((box) => {
      const hint = box.nextElementSibling;
      box.scrollLeft = 1e6;
      const cell = box.querySelector('td');
      return {
        name: box.textContent.trim().slice(0, 40) || box.querySelector('img').alt.slice(0, 40),
        cut: box.scrollWidth > box.clientWidth + 1,
        hint: hint !== null && hint.className === 'hint' && hint.getClientRects().length > 0,
        first: cell === null ||
            Math.abs(cell.getBoundingClientRect().left - box.getBoundingClientRect().left) < 1,
      };
    }));
    for (const box of boxes) {
      check(box.cut === box.hint, `${name}: cut off ${box.cut}, hint ${box.hint}: ${box.name}`);
      check(box.first, `${name}: the first column scrolls away: ${box.name}`);
    }
    if (width < 500) check(boxes.some((box) => box.cut), `${name}: nothing is wider than a phone?`);

    // Letters of figures, as large as they are shown.
    const letters = await page.$$eval('figure img', (images) => images.map((image) => {
      const svg = new TextDecoder().decode(
          Uint8Array.from(atob(image.src.split(',')[1]), (c) => c.charCodeAt(0)));
      const sizes = [...svg.matchAll(/font-size="([0-9.]+)/g)].map((match) => Number(match[1]));
      const natural = Number(/<svg[^>]*?\bwidth="([0-9.]+)/.exec(svg)[1]);
      return {alt: image.alt, size: Math.min(...sizes) * image.clientWidth / natural};
    }));
    for (const {alt, size} of letters) {
      check(size >= 9, `${name}: letters of ${size.toFixed(1)} pixels in: ${alt}`);
    }

    // Every link of the navigation leads to its section and is then in sight.
    for (const link of await page.$$('nav a')) {
      const arrived = (a) => {
        const section = document.querySelector(a.hash).getBoundingClientRect();
        const box = a.getBoundingClientRect();
        const bar = document.querySelector('nav').getBoundingClientRect();
        const end = document.documentElement;
        const bottom = end.scrollTop + end.clientHeight >= end.scrollHeight - 2;
        // At the page's end a later section may be the one that is read.
        if (bottom) return true;
        return section.top >= bar.bottom - 2 && section.top < bar.bottom + 60 && box.left >= 0 &&
            box.right <= innerWidth;
      };
      // Scrolling and what follows it take a moment; on a busy machine figures may still move the
      // page, and a reader would click again.
      let there = false;
      for (let tries = 0; tries < 3 && !there; ++tries) {
        await link.click();
        there = await page.waitForFunction(arrived, link, {timeout: 3000}).then(() => true, () => false);
      }
      check(there, `${name}: ${await link.textContent()} does not lead to its section, or is not in sight`);
    }
    await page.evaluate(() => scrollTo(0, 0));

    const scenes = await page.$$('.scene');
    check(scenes.length > 0, `${name}: there is no slider`);
    for (const scene of scenes.slice(0, 2)) {
      const cutAt = () => scene.$eval('.after', (image) => getComputedStyle(image).clipPath);
      const range = await scene.$('input');
      await range.focus();
      await page.keyboard.press('Home');
      const all = await cutAt();
      await page.keyboard.press('End');
      const none = await cutAt();
      check(/ 0%\)$/.test(all) || all === 'inset(0px)', `${name}: slider at the left: ${all}`);
      check(/100%\)$/.test(none), `${name}: slider at the right: ${none}`);
      // The choice of the left image.
      const source = () => scene.$eval('.stack img', (image) => image.src);
      const before = await source();
      const select = await scene.$('select');
      await select.selectOption({index: 0});
      check(await source() !== before, `${name}: the left image stays the same`);
      await scene.$eval('.stack img', (image) => image.decode());
      await select.selectOption({index: 1});
      check(await source() === before, `${name}: the left image does not come back`);
    }
    if (process.argv[3]) {
      await page.screenshot({path: path.join(process.argv[3], `${name}-${colorScheme}.png`),
                             fullPage: true});
    }
    await page.close();
  }
}
await context.close();
fs.rmSync(profile, {recursive: true, force: true});
for (const failure of failures) console.log(failure);
console.log(failures.length === 0 ? 'the report is as it should be' : `${failures.length} problems`);
process.exit(failures.length === 0 ? 0 : 1);
