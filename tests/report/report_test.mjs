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
