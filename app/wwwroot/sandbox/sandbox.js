// The sandbox's pages. Each view builds its elements from what /api/sandbox answers; nothing is ever put in as HTML.
import { words } from './words.js';

let chinese = (localStorage.getItem('plinth-language') ?? navigator.language).startsWith('zh');
let who = null, timer = null;
const w = name => words[name]?.[chinese ? 0 : 1] ?? name;
const content = document.querySelector('#content'), said = document.querySelector('#said');

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter(child => child != null));
  return element;
}

async function ask(path, method = 'GET', body = null) {
  const json = body !== null && !(body instanceof Blob);
  const answer = await fetch('../api/sandbox/' + path, {
    method, body: json ? JSON.stringify(body) : body,
    headers: { ...(method === 'GET' ? {} : { 'X-Plinth': '1' }), ...(json ? { 'Content-Type': 'application/json' } : {}) },
  });
  if (answer.status === 204) return null;
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.detail ?? answer.statusText);
  for (const one of value.submissions ?? []) one.state = one.state[0].toUpperCase() + one.state.slice(1); // as in words.js
  return value;
}

let quiet;
function say(text) {
  said.textContent = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => { said.textContent = ''; }, 8000);
}
const trying = work => async event => {
  event?.preventDefault();
  try { await work(event); } catch (error) { say(error.message); }
};

const time = text => text ? new Date(text).toLocaleString(chinese ? 'zh-CN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short' }) : '–';
const number = value => value == null ? '–' : Number(value).toFixed(4);
const title = s => chinese ? s.titleZh : s.title;
const tag = state => h('span', { class: 'tag ' + (['Failed', 'Refused', 'Revoked'].includes(state) ? 'bad' : state === 'Released' ? 'good' : ['ScoredHidden', 'Cancelled', 'ScoredPublic'].includes(state) ? '' : 'busy') }, w(state));
const pick = (scores, split) => scores.find(s => s.split === split)?.score;

async function scenarios() {
  const { scenarios } = await ask('scenarios');
  return [
    h('h2', {}, w('scenarios')), h('p', { class: 'lead' }, w('scenariosLead')),
    scenarios.length === 0 ? h('p', {}, w('none')) : h('ul', { class: 'cards' }, scenarios.map(s => h('li', {},
      h('a', { href: '#/scenario/' + encodeURIComponent(s.id) }, title(s)), h('p', {}, chinese ? s.needZh : s.need),
      h('div', { class: 'facts' }, h('span', { class: 'tag ' + (s.isOpen ? 'good' : 'bad') }, w(s.isOpen ? 'open' : 'closed')), h('span', { class: 'tag' }, s.owner), h('span', { class: 'tag' }, s.metric),
        s.closes ? h('span', { class: 'tag' }, `${w('until')} ${time(s.closes)}`) : null)))),
  ];
}

async function scenario(id) {
  const s = await ask('scenarios/' + encodeURIComponent(id));
  const { lines } = await ask(`scenarios/${encodeURIComponent(id)}/leaderboard`);
  const fact = (name, value) => value ? [h('dt', {}, w(name)), h('dd', {}, value)] : [];
  const limits = `${s.limits.wallClock} · ${Math.round(s.limits.memoryBytes / 1048576)} MiB ${w('memory')} · ${s.limits.processes} ${w('processes')}`;
  return [
    h('p', {}, h('a', { href: '#/' }, w('back'))), h('h2', {}, title(s)), h('p', { class: 'lead' }, `${s.id} ${s.version} · ${w('owner')}: ${s.owner}`),
    h('div', { class: 'columns' },
      h('section', { class: 'panel', 'aria-labelledby': 'need' }, h('h3', { id: 'need' }, w('need')), h('p', {}, chinese ? s.needZh : s.need),
        h('dl', {}, fact('context', s.context), fact('award', s.award), fact('data', `${s.dataset} @ ${s.datasetVersion}`), fact('features', s.features.join(', ')), fact('predict', s.label),
          fact('withheld', Object.entries(s.withheld).map(([c, why]) => `${c}: ${why}`).join('\n')), fact('output', `${s.output}: ${s.key}, ${s.label}[, confidence]`), fact('metric', s.metric), fact('limits', limits),
          fact('finals', `${s.finals} (${w(s.finalsAreChosen ? 'finalsChosen' : 'finalsFirst')})`), fact('dates', s.opens || s.closes ? `${time(s.opens)} – ${time(s.closes)}` : null), fact('terms', s.terms))),
      h('div', {}, h('section', { class: 'panel', 'aria-labelledby': 'sample' }, h('h3', { id: 'sample' }, w('sample')),
        who?.vendor ? h('ul', {}, ['train', 'test'].map(name => h('li', {}, h('a', { href: `../api/sandbox/scenarios/${encodeURIComponent(id)}/sample/${name}.csv`, download: true }, w(name))))) : h('p', {}, w('signInForSample'), ' ', h('a', { href: '#/sign-in' }, w('signIn')))),
        who?.vendor ? handIn(s) : null)),
    board(s, lines),
  ];
}

function handIn(s) {
  const file = h('input', { type: 'file', id: 'file', accept: '.zip,.tar,.tgz,.tar.gz,application/zip,application/x-tar,application/gzip' });
  const faults = h('p', { class: 'fault', role: 'alert' });
  const button = h('button', { class: 'main', type: 'submit' }, w('send'));
  return h('section', { class: 'panel', 'aria-labelledby': 'submit' }, h('h3', { id: 'submit' }, w('submit')),
    h('form', { class: 'stack', onsubmit: async event => {
      event.preventDefault();
      faults.textContent = '';
      if (!file.files[0]) { faults.textContent = w('pick'); file.focus(); return; }
      button.disabled = true;
      say(w('sending'));
      try {
        const submission = await ask(`scenarios/${encodeURIComponent(s.id)}/submissions`, 'POST', file.files[0]);
        location.hash = '#/runs';
        say(w(submission.unchanged ? 'same' : 'sent'));
      } catch (error) { faults.textContent = error.message; say(''); } finally { button.disabled = false; }
    } }, h('label', { for: 'file' }, w('file')), file, button, faults));
}

function board(s, lines) {
  const lows = lines.map(l => l.hidden.low), highs = lines.map(l => l.hidden.high);
  const least = Math.min(...lows, ...highs), most = Math.max(...lows, ...highs), place = value => (most > least ? (value - least) / (most - least) * 100 : 50);
  const bar = l => h('div', { class: 'bar', 'aria-hidden': 'true' }, h('i', { style: `left:${place(l.hidden.low)}%;width:${place(l.hidden.high) - place(l.hidden.low)}%` }), h('b', { style: `left:calc(${place(l.hidden.score)}% - 1px)` }));
  return h('section', { class: 'panel', 'aria-labelledby': 'board' }, h('h3', { id: 'board' }, w('board')),
    lines.length === 0 ? h('p', {}, w('boardNone')) : h('table', { id: 'leaderboard' },
      h('thead', {}, h('tr', {}, h('th', { class: 'number', scope: 'col' }, w('rank')), h('th', { scope: 'col' }, w('organisation')), h('th', { class: 'number', scope: 'col' }, s.metric), h('th', { class: 'number', scope: 'col' }, w('interval')), h('td', {}))),
      h('tbody', {}, lines.map(l => h('tr', { class: l.isBaseline ? 'baseline' : '' }, h('td', { class: 'number' }, l.rank ?? '–', l.tied ? h('span', { title: w('tied') }, ' =') : null), h('td', {}, l.isBaseline ? w('baseline') : l.organisation),
        h('td', { class: 'number' }, number(l.hidden.score)), h('td', { class: 'number' }, `${number(l.hidden.low)} – ${number(l.hidden.high)}`), h('td', {}, bar(l)))))),
    h('p', {}, h('a', { href: `../api/sandbox/scenarios/${encodeURIComponent(s.id)}/feed.json` }, w('feed'))));
}

async function runs() {
  if (!who?.vendor) return signIn(w('mustSignIn'));
  const body = h('tbody');
  const fill = async () => {
    const { submissions } = await ask('submissions');
    const held = document.activeElement?.dataset?.focus;
    body.replaceChildren(...(submissions.length === 0 ? [h('tr', {}, h('td', { colspan: 7 }, w('none')))] : submissions.map(row)));
    if (held) body.querySelector(`[data-focus="${held}"]`)?.focus();
    return submissions.some(s => ['Submitted', 'Screened', 'RanPublic', 'ScoredPublic', 'RanHidden', 'UnderReview'].includes(s.state));
  };
  const act = (s, name, word) => h('button', { type: 'button', 'data-focus': name + s.id, onclick: trying(async () => { await ask(`submissions/${s.id}/${name}`, 'POST', {}); say(w(word)); await fill(); }) }, w(name === 'cancel' ? 'cancel' : 'choose'));
  const row = s => h('tr', {}, h('td', {}, s.id, h('div', { class: 'id' }, s.contentSha256.slice(0, 12))), h('td', {}, h('a', { href: '#/scenario/' + encodeURIComponent(s.scenario) }, s.scenario)), h('td', {}, tag(s.state), s.failure ? h('div', { class: 'fault' }, s.failure.message) : null),
    h('td', { class: 'number' }, pick(s.scores, 'public') == null ? (['Submitted', 'Screened', 'RanPublic', 'Failed', 'Cancelled'].includes(s.state) ? '–' : w('notShown')) : number(pick(s.scores, 'public'))), h('td', { class: 'number' }, number(pick(s.scores, 'hidden'))), h('td', {}, time(s.submittedAt)),
    h('td', {}, ['Submitted', 'Screened', 'RanPublic', 'ScoredPublic', 'RanHidden'].includes(s.state) ? act(s, 'cancel', 'cancelled') : null, s.state === 'ScoredPublic' ? act(s, 'final', 'chosen') : null));
  const tick = async () => { try { if (await fill()) timer = setTimeout(tick, 1500); } catch (error) { say(error.message); } };
  await tick();
  return [h('h2', {}, w('runs')), h('p', { class: 'lead' }, w('runsLead')), h('section', { class: 'panel' }, h('table', { id: 'runs' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, w('submission')), h('th', { scope: 'col' }, w('scenarios')), h('th', { scope: 'col' }, w('state')), h('th', { class: 'number', scope: 'col' }, w('publicScore')), h('th', { class: 'number', scope: 'col' }, w('hiddenScore')), h('th', { scope: 'col' }, w('when')), h('th', { scope: 'col' }, w('actions')))), body))];
}

async function review() {
  if (!who?.reviewer) return signIn(w(who ? 'mustReview' : 'mustSignIn'));
  const { submissions } = await ask('review');
  return [h('h2', {}, w('review')), h('p', { class: 'lead' }, w('reviewLead')), ...(submissions.length === 0 ? [h('p', {}, w('none'))] : submissions.map(desk))];
}

function desk(s) {
  const act = (name, body, word) => trying(async () => { await ask(`review/${s.id}/${name}`, 'POST', body()); await show(); say(w(word)); });
  const purpose = h('input', { id: 'purpose-' + s.id, value: 'advice:service', required: true }), reason = h('input', { id: 'reason-' + s.id, required: true, size: 32 });
  const logs = h('div');
  const run = s.runs[0];
  const fact = (name, value) => value ? [h('dt', {}, w(name)), h('dd', {}, value)] : [];
  const waits = s.state === 'ScoredHidden';
  return h('article', { class: 'panel desk', 'aria-labelledby': 'title-' + s.id }, h('h3', { id: 'title-' + s.id }, `${s.organisation} · ${s.scenario} `, tag(s.state)),
    h('dl', {}, fact('submission', `${s.id} · sha256:${s.contentSha256}`), ...s.scores.map(score => [h('dt', {}, `${score.split} ${score.metric}`), h('dd', {}, `${number(score.score)} (95 %: ${number(score.low)} – ${number(score.high)}; ${score.rows} ${w('rows')})`)]),
      run ? fact('isolation', `${run.backend} · ${run.verdict.slice(0, 24)}…`) : [], run?.softLimits?.length ? fact('soft', run.softLimits.join('; ')) : [], fact('approvals', s.approvals.join(', ') || w('notYet')),
      fact('deterministic', s.deterministic == null ? w('notYet') : w(s.deterministic ? 'sameOutput' : 'otherOutput')), s.release && s.state === 'Released' ? fact('releasedFor', `${s.release.purpose} (${w('until')} ${time(s.release.expiresAt)})`) : [], s.failure ? fact('reason', s.failure.message) : []),
    waits ? h('form', { class: 'row', onsubmit: act('approve', () => ({ purpose: purpose.value }), 'approved') }, h('label', { for: purpose.id }, w('purpose'), purpose), h('button', { class: 'main', type: 'submit' }, w('approve'))) : null,
    waits || s.state === 'Released' ? h('form', { class: 'row', onsubmit: act(waits ? 'refuse' : 'revoke', () => ({ reason: reason.value }), 'done') }, h('label', { for: reason.id }, w('reason'), reason), h('button', { type: 'submit' }, w(waits ? 'refuse' : 'revoke'))) : null,
    h('div', { class: 'row' }, h('button', { type: 'button', onclick: trying(async () => {
      const found = Object.entries(await ask(`review/${s.id}/logs`)).filter(([, text]) => text.trim());
      logs.replaceChildren(...(found.length ? found.map(([name, text]) => h('figure', {}, h('figcaption', {}, name), h('pre', { tabindex: 0 }, text))) : [h('p', {}, w('noLogs'))]));
    }) }, w('logs'))), logs);
}

function signIn(why) {
  const key = h('input', { id: 'key', type: 'password', autocomplete: 'off', size: 44, required: true });
  return [h('h2', {}, w('signIn')), h('p', { class: 'lead' }, why ?? w('signInLead')), h('form', { class: 'panel stack', onsubmit: trying(async () => {
    ({ who } = await ask('session', 'POST', { key: key.value }));
    say(`${w('welcome')}: ${who.name}`);
    await go(who.reviewer ? '#/review' : '#/');
  }) }, h('label', { for: 'key' }, w('key'), key), h('button', { class: 'main', type: 'submit' }, w('signIn')))];
}

// One drawing for each move: where the address changes, its event draws; a second drawing would take the focus from what the first one showed.
async function go(hash) {
  if (location.hash === hash) await show(true);
  else location.hash = hash;
}

let shown = 0;
async function show(focus = false) {
  const mine = ++shown;
  clearTimeout(timer);
  delete document.documentElement.dataset.ready; // what is still on the page is the view before this one
  const [, page, id] = location.hash.split('/').map(decodeURIComponent);
  frame(page ?? '');
  let view;
  try {
    view = page === 'scenario' ? await scenario(id) : page === 'runs' ? await runs() : page === 'review' ? await review() : page === 'sign-in' ? signIn() : await scenarios();
  } catch (error) { view = [h('p', { class: 'fault', role: 'alert' }, error.message)]; }
  if (mine !== shown) return; // another page was asked for meanwhile
  content.replaceChildren(...view);
  document.title = `${content.querySelector('h2')?.textContent ?? ''} · ${w('brand')}`;
  if (focus) content.focus();
  document.documentElement.dataset.ready = page ?? '';
}

function frame(page) {
  document.documentElement.lang = chinese ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-word]')) element.textContent = w(element.dataset.word);
  const link = (to, name, here) => h('a', { href: '#/' + to, 'aria-current': here ? 'page' : null }, w(name));
  document.querySelector('#tabs').replaceChildren(link('', 'scenarios', ['', 'scenario'].includes(page)), link('runs', 'runs', page === 'runs'), link('review', 'review', page === 'review'));
  document.querySelector('#who').replaceChildren(...(who ? [`${who.name} · ${who.organisation}`, h('button', { type: 'button', onclick: trying(async () => { await ask('session', 'DELETE'); who = null; await go('#/'); }) }, w('signOut'))] : [h('a', { href: '#/sign-in' }, w('signIn'))]));
  document.querySelector('#language').textContent = w('other');
}

document.querySelector('#language').addEventListener('click', async () => {
  chinese = !chinese;
  say('');
  localStorage.setItem('plinth-language', chinese ? 'zh' : 'en');
  await show();
});
document.querySelector('.skip').addEventListener('click', event => { event.preventDefault(); content.focus(); });
addEventListener('hashchange', () => show(true));
const session = await ask('session');
who = session.who;
const trouble = document.querySelector('#trouble');
trouble.hidden = !session.trouble;
trouble.textContent = session.trouble ?? '';
await show();
