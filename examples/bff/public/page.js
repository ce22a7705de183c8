// Shows what the server tells twice a second. Everything from the server becomes text or a number, never markup.

const minute = 60_000;
const silence = 12_000; // longer than two heartbeats: the connection is dead, though nobody has said so

const byId = (id) => document.getElementById(id);
const still = matchMedia('(prefers-reduced-motion: reduce)');
const clockTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

let state; // the last one
let ahead = 0; // of the server's clock before ours
let events;
let watchdog;

// The connection

function connect() {
  events?.close();
  events = new EventSource('/live/events');
  events.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    ahead = message.now - Date.now();
    alive();
    show(message.state);
  };
  events.addEventListener('beat', alive);
  events.onerror = () => {
    lost();
    // It tries again by itself, unless the server has refused: then it does not know us any more.
    if (events.readyState === EventSource.CLOSED) watch(1_000, signIn);
  };
  watch(silence, connect);
}

function alive() {
  watch(silence, () => {
    lost();
    connect();
  });
  if (byId('connection').dataset.state === 'live') return;
  byId('connection').dataset.state = 'live';
  byId('connection-text').textContent = 'Live';
  if (byId('status').dataset.lost) say('Live again.');
}

function lost() {
  if (byId('connection').dataset.state === 'lost') return;
  byId('connection').dataset.state = 'lost';
  byId('connection-text').textContent = 'Reconnecting';
  say('The connection is lost. Trying again.');
  byId('status').dataset.lost = 'true';
}

function watch(ms, then) {
  clearTimeout(watchdog);
  watchdog = setTimeout(then, ms);
}

async function signIn() {
  events?.close(); // the server ends it with its session
  const tenant = document.querySelector('[name=tenant]:checked').value;
  try {
    const { ok } = await send('/session', { tenant });
    if (!ok) throw new Error('refused');
    connect();
    tellOverview();
  } catch {
    lost();
    watch(2_000, signIn);
  }
}

// What is shown

function show(next) {
  const { tenant, names, running, perSecond, tokens, lines } = next;
  state = next;
  document.querySelector(`[name=tenant][value="${tenant}"]`).checked = true;
  for (const id of ['refreshes', 'retries', 'waiting', 'failed']) setText(byId(id), String(next[id]));
  setText(byId('user'), names[tenant].user);
  showEndpoint(running);
  showRate(perSecond);
  for (const article of document.querySelectorAll('.token')) {
    showToken(
      article,
      tokens.find(({ upstream }) => upstream === article.dataset.upstream),
    );
  }
  showLog(lines);
  if (still.matches) draw();
}

function showEndpoint(running) {
  setText(byId('endpoint'), running ? 'Stop the token endpoint' : 'Start the token endpoint');
  byId('endpoint').classList.toggle('stopped', !running);
}

function showRate(perSecond) {
  // A second by itself jumps about: the figure is the mean of three.
  const rate = (perSecond.at(-1) + perSecond.at(-2) + perSecond.at(-3)) / 3;
  setText(byId('rate'), rate.toFixed(rate < 100 ? 1 : 0));
  const most = Math.max(10, ...perSecond);
  const bars = perSecond.map((count, x) => {
    const size = count === 0 ? 0 : Math.max(1, (count / most) * 20);
    return `M${x + 0.15} 20v${-size}h.7v${size}z`;
  });
  byId('rates').firstElementChild.setAttribute('d', bars.join(''));
  byId('rates').setAttribute('aria-label', `In the last minute: ${perSecond.reduce((sum, one) => sum + one)} calls`);
}

function showToken(article, token) {
  const held = token !== undefined && ['fresh', 'stale', 'critical'].includes(token.state);
  const now = Date.now() + ahead;
  const seconds = (ms) => Math.max(0, Math.round(ms / 1000));
  article.classList.toggle('without', !held);
  const age = held
    ? `${seconds(now - token.issuedAt)} s of ${seconds(token.expiresAt - token.issuedAt)} s`
    : 'No token';
  const word = held ? wordFor(token) : nextTry(token, seconds, now);
  setText(article.querySelector('.age'), age);
  setText(article.querySelector('.word'), word);
  const name = article.querySelector('h3').textContent;
  const label = `${name}: age of the token over the last minute. Now: ${age}, ${word}.`;
  article.querySelector('svg').setAttribute('aria-label', label);
}

function wordFor({ state: is, refreshing }) {
  if (refreshing) return 'being renewed';
  return { fresh: 'fresh', stale: 'due for renewal', critical: 'near its end' }[is];
}

function nextTry(token, seconds, now) {
  if (token?.refreshing) return 'asking for one';
  return token?.retryAt > now ? `next try in ${seconds(token.retryAt - now)} s` : 'until a call asks for one';
}

function showLog(lines) {
  const items = lines.map(({ at, upstream, text }) => {
    const item = document.createElement('li');
    const time = document.createElement('time');
    time.dateTime = new Date(at).toISOString();
    time.textContent = clockTime.format(at);
    const words = document.createElement('p');
    if (upstream) {
      const name = document.createElement('b');
      name.textContent = `${upstream[0].toUpperCase()}${upstream.slice(1)} `;
      words.append(name);
    }
    words.append(text);
    item.append(time, words);
    return item;
  });
  byId('log').replaceChildren(...items);
}

// The plots: a minute from left to right, a life from bottom to top

const [width, height, top] = [600, 100, 10];
const staleFrom = 0.8;

function draw() {
  if (!state) return;
  const now = Date.now() + ahead;
  for (const svg of document.querySelectorAll('.token svg')) {
    const { upstream } = svg.parentElement.dataset;
    const lives = state.tokens.filter((token) => token.upstream === upstream).flatMap((token) => token.lives);
    drawLives(svg, lives, now);
  }
}

function drawLives(svg, lives, now) {
  const x = (at) => Math.min(width, width - ((now - at) / minute) * width);
  const y = (share) => height - share * (height - top);
  let [line, area, refused] = ['', '', ''];
  for (const { issuedAt, from, expiresAt, until = now, refused: wasRefused } of lives) {
    const end = Math.min(until, expiresAt, now);
    const point = (at) => `${x(at).toFixed(1)} ${y((at - issuedAt) / (expiresAt - issuedAt)).toFixed(1)}`;
    line += `M${point(from)}L${point(end)}`;
    area += `M${x(from).toFixed(1)} ${height}L${point(from)}L${point(end)}V${height}z`;
    if (wasRefused) refused += `M${x(end).toFixed(1)} ${height}V${top / 2}`;
    else if (until < now) line += `V${height}`; // another took its place
  }
  const parts = svg.children.length > 0 ? svg.children : createParts(svg, y);
  parts[2].setAttribute('d', area);
  parts[3].setAttribute('d', line);
  parts[4].setAttribute('d', refused);
}

function createParts(svg, y) {
  const part = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  svg.replaceChildren(
    part('rect', { class: 'band', x: 0, width, y: y(1), height: y(staleFrom) - y(1) }),
    part('line', { class: 'end', x1: 0, x2: width, y1: y(1), y2: y(1) }),
    ...['area', 'line', 'refused'].map((name) => part('path', { class: name })),
  );
  return svg.children;
}

let drawnAt = 0;

/** A dozen times a second is smooth enough for a line that takes a minute to cross the page. */
function animate(time) {
  requestAnimationFrame(animate);
  if (still.matches || time - drawnAt < 80) return;
  drawnAt = time;
  draw();
}

// What one can do

function send(path, body = {}) {
  const headers = { 'content-type': 'application/json' };
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

function onPress(id, path, body = () => ({})) {
  const button = byId(id);
  button.addEventListener('click', async () => {
    // Not `disabled`: the focus would be lost.
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    const answer = await send(path, body())
      .then((response) => response.json())
      .catch(() => ({ message: 'The server cannot be reached.' }));
    if ('running' in answer) showEndpoint(answer.running);
    button.removeAttribute('aria-disabled');
    say(answer.said ?? answer.message);
  });
}

async function tellOverview() {
  const answer = await fetch('/api/overview').catch(() => undefined);
  if (!answer?.ok) return setText(byId('overview'), 'The overview cannot be had at the moment.');
  const { name, orders, parcels } = await answer.json();
  setText(byId('overview'), `Signed in as ${name}: ${orders.length} orders, ${parcels.length} parcels.`);
}

function say(text) {
  delete byId('status').dataset.lost;
  byId('status').textContent = text;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

onPress('revoke', '/live/revoke');
onPress('endpoint', '/live/endpoint', () => ({ on: byId('endpoint').classList.contains('stopped') }));
onPress('burst', '/live/burst');
byId('tenants').addEventListener('change', signIn);
connect();
tellOverview();
requestAnimationFrame(animate);
