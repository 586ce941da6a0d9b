// The map of the twin: layers from /api/layers, a click gives the entity with its facts and where each came from.
// Everything comes from this server: no tiles, fonts or scripts from elsewhere.
import * as maplibregl from './vendor/maplibre-gl.mjs';

const colours = { buildings: '#8896a0', city_objects: '#a3b18a', flight_areas: '#6d28d9', admin_units: '#2563eb', responsibility: '#0f766e', devices: '#059669', photos: '#9333ea', photo_footprints: '#c026d3', orders: '#c2410c', scenes: '#0891b2' };
const colourOf = name => colours[name] ?? '#475569';
const $ = id => document.getElementById(id);
const date = () => $('date').value;
const query = () => (date() ? `?date=${encodeURIComponent(date())}` : '');

async function get(path) {
  const answer = await fetch(path);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.title ?? answer.statusText);
  return body;
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

const map = new maplibregl.Map({
  container: 'map',
  style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': '#eef1f2' } }] },
  center: [113.2, 23.43], zoom: 8, maxPitch: 70, attributionControl: false,
  localIdeographFontFamily: '"Noto Sans CJK SC", "Noto Sans SC", sans-serif',
});
map.addControl(new maplibregl.NavigationControl({ visualizePitch: true }), 'top-right');
map.addControl(new maplibregl.ScaleControl());

const drawn = []; // ids of map layers that can be clicked

/** Smallest box around all features: [west, south, east, north], or null where there are none. */
function boxOf(collection) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = coordinates => {
    if (typeof coordinates[0] !== 'number') return coordinates.forEach(walk);
    const [x, y] = coordinates;
    box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
  };
  for (const feature of collection.features) if (feature.geometry) walk(feature.geometry.coordinates);
  return box[0] <= box[2] ? box : null;
}

async function load(layer) {
  const collection = await get(`api/layers/${layer.name}${query()}`);
  layer.bbox = boxOf(collection);
  layer.features = collection.features.length;
  return collection;
}

async function draw(layer) {
  const source = `plinth-${layer.name}`, colour = colourOf(layer.name);
  map.addSource(source, { type: 'geojson', data: await load(layer), promoteId: 'entity_id' });
  const add = (suffix, specification) => {
    const id = `${source}-${suffix}`;
    map.addLayer({ id, source, ...specification });
    drawn.push(id);
  };
  const isArea = ['match', ['geometry-type'], ['Polygon', 'MultiPolygon'], true, false];
  const isPoint = ['match', ['geometry-type'], ['Point', 'MultiPoint'], true, false];
  if (layer.name === 'buildings')
    add('solid', { type: 'fill-extrusion', filter: isArea, paint: { 'fill-extrusion-color': colour, 'fill-extrusion-opacity': 0.85, 'fill-extrusion-height': ['coalesce', ['get', 'height'], 3] } });
  else
    add('area', { type: 'fill', filter: isArea, paint: { 'fill-color': colour, 'fill-opacity': 0.15 } });
  add('outline', { type: 'line', filter: ['!', isPoint], paint: { 'line-color': colour, 'line-width': 1.2 } });
  add('point', { type: 'circle', filter: isPoint, paint: { 'circle-color': colour, 'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 2.5, 16, 6], 'circle-stroke-color': '#fff', 'circle-stroke-width': 0.8 } });
}

function listLayer(layer) {
  const shown = element('input', { type: 'checkbox', checked: true, id: `layer-${layer.name}` });
  shown.setAttribute('aria-label', `显示 show ${layer.titleZh}`);
  shown.addEventListener('change', () => {
    for (const id of drawn.filter(id => id.startsWith(`plinth-${layer.name}-`)))
      map.setLayoutProperty(id, 'visibility', shown.checked ? 'visible' : 'none');
  });
  const swatch = element('span', { className: 'swatch' });
  swatch.style.background = colourOf(layer.name);
  const go = element('button', { type: 'button', title: layer.title }, `${layer.titleZh} `, element('span', { lang: 'en', className: 'hint', textContent: layer.title }));
  go.addEventListener('click', () => layer.bbox && map.fitBounds([[layer.bbox[0], layer.bbox[1]], [layer.bbox[2], layer.bbox[3]]], { padding: 60, maxZoom: 16.5, duration: 0 }));
  return element('li', {}, shown, swatch, go, element('span', { className: 'count', id: `count-${layer.name}`, textContent: layer.features.toLocaleString() }));
}

const shown = value => (typeof value === 'number' ? value.toLocaleString(undefined, { maximumFractionDigits: 3 }) : value ?? '—');
const describe = fact => `${shown(fact.value)}${fact.unit ? ' ' + fact.unit : ''}`;

function factRow(fact) {
  const { table, version, sourceRow } = fact.origin;
  // A raw object is found by the first digits of its hash; the whole reference is the tooltip.
  const short = sourceRow?.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}/, '$1…');
  const line = row => [table && `${table}@${version}`, row, fact.ruleId && `规则 rule ${fact.ruleId}`].filter(Boolean).join(' · ');
  return element('tr', {}, element('th', { scope: 'row', textContent: fact.property }),
    element('td', {}, describe(fact), element('div', { className: 'id source', textContent: line(short), title: line(sourceRow) })));
}

function relationRow(relation) {
  const go = element('button', { type: 'button', textContent: relation.otherName ?? relation.otherId });
  go.addEventListener('click', () => show(relation.otherId));
  return element('li', {}, `${relation.outgoing ? '' : '← '}${relation.predicate} `, go);
}

async function show(id) {
  const card = $('card');
  try {
    const entity = await get(`api/entities/${encodeURIComponent(id)}${query()}`);
    card.replaceChildren(
      element('h2', { textContent: entity.name ?? entity.type }),
      element('p', { className: 'id', textContent: `${entity.type} · ${entity.id}` }),
      element('h3', {}, '属性 Facts'),
      element('table', { id: 'facts' }, element('tbody', {}, ...entity.facts.map(factRow))),
      entity.relations.length ? element('h3', {}, '关系 Relations') : null,
      element('ul', { id: 'relations' }, ...entity.relations.slice(0, 40).map(relationRow)));
    history.replaceState(null, '', `#entity=${encodeURIComponent(id)}`);
    card.focus({ preventScroll: true });
  } catch (error) {
    card.replaceChildren(element('p', { className: 'error', textContent: error.message }));
  }
}

async function showAt(longitude, latitude) {
  const here = await get(`api/at?lon=${longitude}&lat=${latitude}${date() ? '&date=' + date() : ''}`);
  if (here.entities.length === 1) return show(here.entities[0].id);
  $('card').replaceChildren(
    element('h2', { textContent: `${longitude.toFixed(6)}, ${latitude.toFixed(6)}` }),
    here.entities.length ? element('ul', {}, ...here.entities.map(entity => {
      const go = element('button', { type: 'button', textContent: `${entity.type} ${entity.name ?? entity.id}` });
      go.addEventListener('click', () => show(entity.id));
      return element('li', {}, go);
    })) : element('p', { className: 'hint', textContent: '此处没有已知对象 · nothing known here' }));
}

map.on('click', event => {
  const hit = map.queryRenderedFeatures(event.point, { layers: drawn.filter(id => map.getLayer(id)) })[0];
  if (hit) show(hit.properties.entity_id); else showAt(event.lngLat.lng, event.lngLat.lat);
});

$('find').addEventListener('submit', event => {
  event.preventDefault();
  const text = $('q').value.trim();
  const [longitude, latitude] = text.split(/[,，\s]+/).map(Number);
  if (text && !text.startsWith('urn:') && Number.isFinite(longitude) && Number.isFinite(latitude)) {
    map.jumpTo({ center: [longitude, latitude], zoom: Math.max(map.getZoom(), 15) });
    showAt(longitude, latitude);
  } else if (text) show(text);
});

let layers = [];
$('date').addEventListener('change', async () => {
  for (const layer of layers) {
    map.getSource(`plinth-${layer.name}`)?.setData(await load(layer));
    $(`count-${layer.name}`).textContent = layer.features.toLocaleString();
  }
});

map.on('load', async () => {
  try {
    const summary = await get('api/summary');
    $('snapshot').textContent = summary.release === null ? '' : `快照 snapshot ${summary.release}`;
    layers = summary.layers;
    // Areas lie below points: what is small must stay within reach of the mouse.
    const above = layer => (layer.geometry === 'point' ? 2 : layer.geometry === 'line' || layer.name === 'buildings' ? 1 : 0);
    for (const layer of [...layers].sort((a, b) => above(a) - above(b))) await draw(layer);
    $('layers').replaceChildren(...layers.map(listLayer));
    const first = layers.find(layer => layer.name === 'buildings' && layer.bbox) ?? layers.find(layer => layer.bbox);
    if (first) map.fitBounds([[first.bbox[0], first.bbox[1]], [first.bbox[2], first.bbox[3]]], { padding: 60, maxZoom: 16.5, pitch: first.name === 'buildings' ? 50 : 0, duration: 0 });
    const wanted = new URLSearchParams(location.hash.slice(1)).get('entity');
    if (wanted) show(wanted);
    map.once('idle', () => document.documentElement.setAttribute('data-ready', 'true'));
  } catch (error) {
    $('card').replaceChildren(element('p', { className: 'error', textContent: error.message }));
  }
});
window.plinth = { map, show }; // for tests and the browser's console
