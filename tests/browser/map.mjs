// Opens the map as a planner would. Prints one JSON line with what was seen; the test judges it.
// usage: node map.mjs URL CHROMIUM SCREENSHOT
import { chromium } from 'playwright-core';

const [url, executablePath, screenshot] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const foreign = [], errors = [];
  page.on('request', request => { if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) foreign.push(request.url()); });
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });

  await page.goto(url);
  await page.waitForSelector('html[data-ready=true]', { timeout: 60_000 });
  const layers = await page.$$eval('#layers li', items => items.map(item => ({ name: item.querySelector('input').id.replace('layer-', ''), count: Number(item.querySelector('.count').textContent.replaceAll(',', '')) })));

  // Click the drawn building that is nearest to the middle of the map.
  const spot = await page.evaluate(() => {
    const { map } = window.plinth;
    const middle = { x: map.getCanvas().clientWidth / 2, y: map.getCanvas().clientHeight / 2 };
    const drawn = map.queryRenderedFeatures({ layers: ['plinth-buildings-solid'] });
    const centre = feature => {
      const ring = feature.geometry.type === 'Polygon' ? feature.geometry.coordinates[0] : feature.geometry.coordinates[0][0];
      return map.project([ring.reduce((s, p) => s + p[0], 0) / ring.length, ring.reduce((s, p) => s + p[1], 0) / ring.length]);
    };
    const spots = drawn.map(centre).map(p => ({ x: p.x, y: p.y, away: Math.hypot(p.x - middle.x, p.y - middle.y) })).sort((a, b) => a.away - b.away);
    const hit = spots.find(p => map.queryRenderedFeatures([p.x, p.y], { layers: ['plinth-buildings-solid'] }).length > 0);
    const box = map.getCanvas().getBoundingClientRect();
    return hit && { x: box.x + hit.x, y: box.y + hit.y, drawn: drawn.length };
  });
  await page.mouse.click(spot.x, spot.y);
  await page.waitForSelector('#facts tr');
  const card = await page.evaluate(() => ({
    title: document.querySelector('#card h2').textContent,
    id: document.querySelector('#card .id').textContent,
    facts: [...document.querySelectorAll('#facts tr')].map(row => ({ property: row.querySelector('th').textContent, value: row.querySelector('td').firstChild.textContent, source: row.querySelector('.source').title })),
  }));

  if (screenshot) await page.screenshot({ path: screenshot });

  // The same by keyboard: the search field takes an entity's id.
  const id = card.id.split(' · ')[1];
  await page.fill('#q', id);
  await page.press('#q', 'Enter');
  await page.waitForFunction(wanted => location.hash.includes(encodeURIComponent(wanted)), id);

  // A layer's name goes there; Chinese names are drawn.
  await page.click('#layers li:has(#layer-admin_units) button');
  await page.waitForFunction(() => window.plinth.map.loaded() && window.plinth.map.areTilesLoaded());
  const centre = await page.evaluate(() => window.plinth.map.getCenter().toArray());
  console.log(JSON.stringify({ layers, drawn: spot.drawn, card, centre, foreign, errors }));
} finally {
  await browser.close();
}
