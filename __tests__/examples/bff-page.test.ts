import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Running, startBff } from '../../examples/bff/start.js';
import { isFree } from '../support/redis-server.js';
import { describeBrowser, launch } from './browser.js';

// The page of the example in a real browser: one for all tests, one server, a page for each.

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

describeBrowser('the page of examples/bff', () => {
  let browser: Browser;
  let bff: Running;
  let extra: Running | undefined;
  let port: number;
  let context: BrowserContext | undefined;

  // Below the ports of outgoing connections, so that nobody takes it while the server is restarted.
  async function freePort(): Promise<number> {
    for (;;) {
      const candidate = 12_000 + Math.floor(Math.random() * 20_000);
      if (await isFree(candidate)) return candidate;
    }
  }
  // No token ends during a test.
  const lasting = { page: 'examples/bff/public', lifetimeMs: 120_000, latencyMs: 20, everyMs: 100 };

  beforeAll(async () => {
    port = await freePort();
    browser = await launch();
    bff = await startBff({ ...lasting, port });
  });
  afterEach(async () => {
    await context?.close();
    await extra?.close();
    extra = undefined;
    bff.servers.power.on = true;
  });
  afterAll(async () => {
    await browser.close();
    await bff.close();
  });

  /** A page that shows live figures. */
  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<{ page: Page; faults: string[] }> {
    context = await browser.newContext({ baseURL: bff.url, viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() !== 'log') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
    });
    await page.goto('/');
    await page.waitForFunction(() => document.querySelectorAll('.token:not(.without) .line[d]').length === 3);
    return { page, faults };
  }

  const text = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();
  const figure = async (page: Page, id: string): Promise<number> => Number(await text(page, `#${id}`));
  const says = (page: Page, what: string | RegExp): Promise<void> =>
    page.locator('#status', { hasText: what }).waitFor({ timeout: 20_000 });
  const logs = (page: Page, what: string | RegExp): Promise<void> =>
    page.locator('#log li', { hasText: what }).first().waitFor({ timeout: 10_000 });
  const outlineOf = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const { activeElement: focused } = document;
      const shown = focused instanceof HTMLInputElement ? focused.nextElementSibling! : focused!;
      const { outlineStyle, outlineWidth } = getComputedStyle(shown);
      return `${outlineStyle} ${outlineWidth}`;
    });
  const focusedName = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const focused = document.activeElement!;
      return focused instanceof HTMLInputElement ? focused.value : focused.textContent;
    });

  test('loads without errors or warnings, alone from its own server, and shows how tokens are renewed', async () => {
    const brief = await startBff({ ...lasting, lifetimeMs: 2_000 });
    extra = brief;
    const { page, faults } = await open({ baseURL: brief.url });
    const origins = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin),
    );
    expect([...new Set(origins)]).toEqual([brief.url]);
    await page.waitForFunction(() => Number(document.getElementById('rate')!.textContent) > 0);
    await logs(page, /^\d\d:\d\d:\d\d\s*Orders Token renewed ahead of its end: \d+ ms, no call waited\.$/);
    expect(await text(page, '#connection')).toBe('Live');
    await page.waitForFunction(() => Number(document.getElementById('refreshes')!.textContent) > 2);
    expect([await figure(page, 'failed'), await figure(page, 'waiting')]).toEqual([0, expect.any(Number)]);
    expect(await text(page, '.token[data-upstream=orders] .age')).toMatch(/^[0-2] s of 2 s$/);
    const plot = page.locator('.token[data-upstream=parcels] svg');
    expect(await plot.getAttribute('aria-label')).toMatch(
      /^Parcels: age of the token over the last minute\. Now: [0-2] s of 2 s, (fresh|being renewed|due for renewal|near its end)\.$/,
    );
    expect(await text(page, '#overview')).toBe('Signed in as Ada: 3 orders, 2 parcels.');
    const { 'content-security-policy': policy } = (await page.request.get('/')).headers();
    expect(policy).toMatch(/^default-src 'self';/);
    expect(faults).toEqual([]);
  });

  test('“Revoke all tokens” revokes them: calls are sent again with new ones, and none fails', async () => {
    const { page } = await open();
    const before = bff.servers.secrets().length;
    await page.getByRole('button', { name: 'Revoke all tokens' }).click();
    await says(page, 'All tokens are revoked. The plugin has not been told.');
    for (const name of ['Orders', 'Account', 'Parcels'])
      await logs(page, new RegExp(`${name} New token after the rejection`));
    await page.waitForFunction(() => Number(document.getElementById('retries')!.textContent) > 2);
    await page.waitForFunction(() => document.querySelectorAll('.refused[d^=M]').length === 3);
    expect(await figure(page, 'failed')).toBe(0);
    expect(bff.servers.secrets().length).toBeGreaterThanOrEqual(before + 3);
  });

  test('“1000 calls at once” makes them, on the few tokens that there are', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: '1000 calls at once' }).click();
    await says(page, '1000 calls at once');
    expect(await text(page, '#status')).toMatch(
      /^1000 calls at once: 1000 answered, 0 failed, \d token requests?, [\d.]+ s\.$/,
    );
    await page.waitForFunction(() =>
      / (\d{4,}) calls$/.test(document.getElementById('rates')!.getAttribute('aria-label')!),
    );
  });

  test('“Stop the token endpoint” stops it: calls go on with the tokens held, and fail without; “Start” ends that', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Stop the token endpoint' }).click();
    await says(page, 'The token endpoints do not answer any more.');
    expect(bff.servers.power.on).toBe(false);
    expect((await page.request.get('/api/overview')).status()).toBe(200);
    await page.getByRole('button', { name: 'Revoke all tokens' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.token.without').length === 3);
    await page.waitForFunction(() => Number(document.getElementById('failed')!.textContent) > 0);
    await logs(page, /Orders No token: the token endpoint cannot be reached\. Next try in [\d.]+ s\./);
    expect(await text(page, '.token[data-upstream=account] .age')).toBe('No token');
    await page.getByRole('button', { name: 'Start the token endpoint' }).click();
    await says(page, 'The token endpoints answer again.');
    expect(bff.servers.power.on).toBe(true);
    await page.waitForFunction(() => document.querySelectorAll('.token.without').length === 0);
  });

  test('the tenant switch signs in as another tenant: its figures and its data, and no longer those of the first', async () => {
    const { page, faults } = await open();
    await page.getByLabel('Globex Books').check();
    await page.getByText('Signed in as Grace: 3 orders, 2 parcels.').waitFor();
    await page.locator('#user', { hasText: 'Grace' }).waitFor();
    const overview = (await (await page.request.get('/api/overview')).json()) as object;
    expect(overview).toMatchObject({ tenant: 'globex', name: 'Grace' });
    expect(faults).toEqual([]);
  });

  test('everything works with the keyboard alone, and shows where the focus is', async () => {
    const { page } = await open({ reducedMotion: 'reduce' });
    const visited: [string, string][] = [];
    for (let step = 0; step < 6; step++) {
      await page.keyboard.press('Tab');
      visited.push([await focusedName(page), await outlineOf(page)]);
    }
    const visible = 'solid 2px';
    expect(visited).toEqual([
      ['acme', visible],
      ['Revoke all tokens', visible],
      ['Stop the token endpoint', visible],
      ['1000 calls at once', visible],
      ['Health', visible],
      ['Metrics', visible],
    ]);
    for (let back = 0; back < 4; back++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await says(page, 'All tokens are revoked.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await says(page, 'The token endpoints do not answer any more.');
    await page.keyboard.press('Space');
    await says(page, 'The token endpoints answer again.');
    expect(await focusedName(page)).toBe('Stop the token endpoint'); // the focus has stayed
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('ArrowRight');
    await page.getByText('Signed in as Grace').waitFor();
    expect([await focusedName(page), await outlineOf(page)]).toEqual(['globex', visible]);
  });

  describe('in every scheme and width', () => {
    let shared: BrowserContext;
    let page: Page;
    beforeAll(async () => {
      ({ page } = await open({ reducedMotion: 'reduce' }));
      shared = context!;
      context = undefined;
      await page.evaluate(axe);
    });
    afterAll(() => shared.close());

    test.each([
      ['light', 1280],
      ['light', 375],
      ['dark', 1280],
      ['dark', 375],
    ] as const)(
      'in %s mode axe finds nothing at %d px, and nothing is too small, cut off or beside the screen',
      async (colorScheme, width) => {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 800 });
        bff.servers.power.on = false; // the button looks different then
        await page.locator('#endpoint.stopped').waitFor();
        const found = await page.evaluate(async () => {
          const { axe: checker } = window as unknown as { axe: typeof import('axe-core') };
          const { violations, passes } = await checker.run();
          return {
            violations: violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]),
            passes: passes.length,
          };
        });
        expect(found.violations).toEqual([]);
        expect(found.passes).toBeGreaterThan(20);

        const layout = await page.evaluate(() => {
          const all = [...document.querySelectorAll<HTMLElement>('body *')];
          const texts = all.filter(
            ({ childNodes, offsetParent }) =>
              offsetParent && [...childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== ''),
          );
          const screen = document.documentElement.clientWidth;
          return {
            screen,
            scrolls: document.documentElement.scrollWidth > screen,
            beside: texts
              .filter((one) => one.getBoundingClientRect().right > screen + 0.5)
              .map(({ outerHTML }) => outerHTML),
            cut: texts
              .filter(
                (one) =>
                  one.tagName !== 'LEGEND' &&
                  one.scrollWidth > one.clientWidth + 1 &&
                  getComputedStyle(one).display !== 'inline',
              )
              .map(({ outerHTML }) => outerHTML),
            smallest: Math.min(...texts.map((one) => parseFloat(getComputedStyle(one).fontSize))),
            lowest: Math.min(
              ...[...document.querySelectorAll('button')].map((one) => one.getBoundingClientRect().height),
            ),
            paper: getComputedStyle(document.body).backgroundColor,
          };
        });
        const dark = colorScheme === 'dark';
        expect(layout).toEqual({
          screen: width,
          scrolls: false,
          beside: [],
          cut: [],
          smallest: 14,
          lowest: 44,
          paper: dark ? 'rgb(23, 23, 22)' : 'rgb(250, 249, 246)',
        });
      },
    );
  });

  test('with reduced motion the plots move with the figures only, else between them', async () => {
    extra = await startBff({ ...lasting, everyMs: 400 });
    const { page } = await open({ baseURL: extra.url, reducedMotion: 'reduce' });
    const drawings = (): Promise<number> =>
      page.evaluate(async () => {
        let count = 0;
        const log = new MutationObserver(() => (count = 0));
        log.observe(document.getElementById('log')!, { childList: true }); // with each message from the server
        const plot = new MutationObserver(() => (count += 1));
        plot.observe(document.querySelector('.token .line')!, { attributes: true });
        return new Promise<number>((resolve) => {
          let frames = 0;
          let most = 0;
          const look = (): void => {
            most = Math.max(most, count);
            frames += 1;
            if (frames < 45) requestAnimationFrame(look);
            else resolve(most);
          };
          requestAnimationFrame(look);
        });
      });
    expect(await drawings()).toBeLessThanOrEqual(1);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await drawings()).toBeGreaterThan(1);
  });

  test('the browser holds nothing but a session id, which scripts cannot read', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Revoke all tokens' }).click();
    await says(page, 'All tokens are revoked.');
    const held = await page.evaluate(() => [
      document.cookie,
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
    ]);
    expect(held).toEqual(['', '{}', '{}']);
    const cookies = await context!.cookies();
    expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toEqual([
      ['session', true, 'Strict'],
    ]);
    const shown = `${await page.content()} ${JSON.stringify(cookies)}`;
    expect(bff.servers.secrets().filter((secret) => shown.includes(secret))).toEqual([]);
  });

  test('a page on another port, which the cookie is sent for, can do nothing', async () => {
    extra = await startBff(lasting);
    const { page } = await open();
    const before = bff.servers.secrets().length;
    await page.goto(`${extra.url}/healthz`); // a document of another origin, without a policy of its own
    const ask = async (method: string, path: string): Promise<number> => {
      const answered = page.waitForResponse(`${bff.url}${path}`);
      await page.evaluate(
        (request) => void fetch(request.url, { ...request, mode: 'no-cors', credentials: 'include' }),
        {
          url: `${bff.url}${path}`,
          method,
        },
      );
      return (await answered).status();
    };
    expect(await ask('GET', '/api/orders')).toBe(200); // the cookie is sent; what comes is not shown to that page
    expect(await ask('POST', '/live/revoke')).toBe(403);
    expect(bff.servers.secrets()).toHaveLength(before);
  });

  test('after a restart of the server the page signs in again and goes on, for the same tenant', async () => {
    const { page } = await open();
    await page.getByLabel('Initech Tools').check();
    await page.getByText('Signed in as Edsger').waitFor();
    await bff.close();
    await page.locator('#connection', { hasText: 'Reconnecting' }).waitFor();
    bff = await startBff({ ...lasting, port });
    await page.locator('#connection', { hasText: 'Live' }).waitFor();
    await says(page, 'Live again.');
    await page.waitForFunction(() => document.querySelectorAll('.token:not(.without)').length === 3);
    expect(await page.locator('[name=tenant]:checked').inputValue()).toBe('initech');
    expect(await (await page.request.get('/api/overview')).json()).toMatchObject({ tenant: 'initech' });
  });
});
