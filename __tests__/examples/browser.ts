import { spawnSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

const known = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/** A name of it, or its path in `CHROMIUM`. */
const binary = known.find((name) => name && spawnSync(name, ['--version']).status === 0);
const executablePath = binary && spawnSync('which', [binary]).stdout.toString().trim();

/** `describe` where there is a Chromium; elsewhere the tests are skipped, and a message says why. */
export function describeBrowser(name: string, define: () => void): void {
  if (executablePath) describe(name, define);
  else {
    // Jest shows nothing that a file with skipped tests alone says to the console.
    process.stderr.write(`Skipped, for there is no Chromium here: ${name}. On Debian: apt-get install chromium\n`);
    describe.skip(name, define);
  }
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
}
