import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { startBff } from './start.js';

// Makes docs/images/bff.png from the page at work, in a minute. Needs a Chromium, and looks best where the font Inter is installed:
//
//   npx esbuild examples/bff/screenshot.ts --bundle --platform=node --format=esm --packages=external \
//     --outfile=node_modules/.cache/screenshot.mjs && node node_modules/.cache/screenshot.mjs
//   pngquant --force --ext .png docs/images/bff.png    # a third of the size

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

const bff = await startBff({ page: 'examples/bff/public' });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-lcd-text'] });
const page = await browser.newPage({ viewport: { width: 1080, height: 1000 }, locale: 'en-GB' });
await page.goto(bff.url);
await sleep(43_000);
await page.getByRole('button', { name: 'Revoke all tokens' }).click();
await page.getByRole('button', { name: '1000 calls at once' }).click();
await sleep(20_000);

// Down to the end of a line of the log.
const bottoms = await page
  .locator('.key, #log li')
  .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().bottom));
const [key = 0, ...lines] = bottoms;
const height = Math.floor(lines.find((bottom) => bottom >= key) ?? key);
await page.screenshot({ path: 'docs/images/bff.png', clip: { x: 0, y: 0, width: 1080, height } });
await browser.close();
await bff.close();
