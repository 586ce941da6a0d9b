// Uses the sandbox's pages as a vendor and two reviewers would, by keyboard alone. Prints one JSON line with what was seen; the test judges it.
// usage: node sandbox.mjs URL CHROMIUM FOLDER ZIP VENDOR_KEY REVIEWER_KEY SECOND_KEY     (pictures go to FOLDER)
import { chromium } from 'playwright-core';

const [url, executablePath, folder, zip, vendorKey, firstKey, secondKey] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1180, height: 820 }, locale: 'zh-CN' });
  const foreign = [], errors = [], seen = {};
  page.on('request', request => { if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) foreign.push(request.url()); });
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => { if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) errors.push(message.text()); });
  const ready = name => page.waitForSelector(`html[data-ready="${name}"]`);
  const picture = name => page.screenshot({ path: `${folder}/sandbox-${name}.png`, fullPage: true });

  // Tab until the wanted element has the focus, then press a key: no mouse anywhere.
  async function press(selector, key = 'Enter', text) {
    await page.waitForSelector(selector);
    for (let i = 0; i < 80; i++) {
      const there = await page.evaluate(([s, t]) => document.activeElement?.matches(s) && (!t || document.activeElement.textContent.includes(t)), [selector, text]);
      if (there) return key && page.keyboard.press(key);
      await page.keyboard.press('Tab');
    }
    throw new Error(`The keyboard does not reach ${selector} ${text ?? ''}.`);
  }
  async function signIn(key) {
    await press('#who a');
    await ready('sign-in');
    await press('#key', null);
    await page.keyboard.type(key);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#who button');
  }
  async function signOut() {
    await press('#who button');
    await page.waitForSelector('#who a');
    await ready('');
  }

  await page.goto(url + 'sandbox/');
  await ready('');
  seen.chinese = await page.textContent('h2');
  await page.waitForSelector('.cards li');
  await picture('scenarios');
  await press('#language');
  await page.waitForSelector('html[lang=en]');
  await ready('');
  seen.english = await page.textContent('h2');
  await press('#tabs a', 'Enter', 'Review');
  await ready('review');
  seen.refused = await page.waitForSelector('#key').then(() => page.textContent('.lead'));

  await signIn(vendorKey);
  await press('.cards a');
  await ready('scenario');
  await page.waitForSelector('#file');
  await page.setInputFiles('#file', { name: 'empty.zip', mimeType: 'application/zip', buffer: Buffer.from('no archive') });
  await press('form button[type=submit]');
  await page.waitForFunction(() => document.querySelector('.fault').textContent.length > 0);
  seen.fault = await page.textContent('.fault');
  await page.setInputFiles('#file', zip);
  await press('form button[type=submit]');
  await ready('runs');
  await page.waitForFunction(() => /awaits review/.test(document.querySelector('#runs tbody')?.textContent), null, { timeout: 90_000 });
  seen.run = await page.$$eval('#runs tbody td', cells => cells.map(cell => cell.textContent));
  await picture('runs');
  seen.vendorLogs = await page.evaluate(async () => (await fetch('../api/sandbox/review')).status);
  seen.withoutHeader = await page.evaluate(async () => (await fetch('../api/sandbox/session', { method: 'DELETE' })).status);
  await signOut();

  for (const key of [firstKey, secondKey]) {
    await signIn(key);
    await ready('review');
    await page.waitForSelector('.desk');
    if (key === firstKey) {
      await press('.desk button[type=button]');
      await page.waitForSelector('.desk pre');
      seen.logs = await page.textContent('.desk pre');
      await picture('review');
    }
    await press('.desk button.main');
    await page.waitForFunction(name => document.querySelector('.desk')?.textContent.includes(name), key === firstKey ? 'person:li' : 'released', { timeout: 60_000 });
    if (key === secondKey) {
      seen.desk = await page.textContent('.desk');
      await picture('released');
    }
    await signOut();
  }

  await press('.cards a');
  await ready('scenario');
  await page.waitForSelector('#leaderboard');
  seen.board = await page.$$eval('#leaderboard tbody tr', rows => rows.map(row => row.textContent));
  await press('#language');
  await page.waitForSelector('html[lang=zh-CN]');
  await ready('scenario');
  await picture('scenario');
  await page.setViewportSize({ width: 420, height: 800 });
  await picture('narrow');
  seen.wide = await page.evaluate(() => document.documentElement.scrollWidth);
  seen.feed = await page.evaluate(async () => (await fetch(document.querySelector('a[href$="feed.json"]').href)).json());
  console.log(JSON.stringify({ ...seen, foreign, errors }));
} finally {
  await browser.close();
}
