// What the page does beyond showing itself: theme, copying, stretches of the timeline, the inspector, the history's filter.
// The page is complete without it. Values are only ever put into text nodes.
'use strict';
{
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse($('#data').textContent);
  const FIELDS = ['index', 'process', 'node', 'key', 'f', 'words', 'outcome', 'start', 'end', 'scheduled', 'error', 'complete'];
  const ops = data.ops.map((row) => Object.fromEntries(FIELDS.map((field, i) => [field, row[i]])));
  const byIndex = new Map(ops.map((op) => [op.index, op]));
  const hits = new Set(data.hits);
  const witness = new Set(data.witness);
  const faults = data.faults.map(([id, effect, start, end]) => ({ id, effect, start, end }));

  // ── building ──
  const SVG = 'http://www.w3.org/2000/svg';
  const el = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== false && value !== null) element.setAttribute(key, value === true ? '' : value);
    element.append(...children.flat().filter((child) => child !== null && child !== false));
    return element;
  };
  const icon = (id) => {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('aria-hidden', 'true');
    svg.setAttribute('class', 'ic');
    const use = document.createElementNS(SVG, 'use');
    use.setAttribute('href', `#${id}`);
    svg.append(use);
    return svg;
  };
  const outcomeTag = (outcome, word = outcome) => el('span', { class: `o ${outcome}` }, icon(`s-${outcome}`), word);
  const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');
  const ms = (value) => (value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`);
  const secs = (ns, digits = 4) => (ns / 1e9).toFixed(digits);

  // ── theme ──
  const root = document.documentElement;
  const stored = {
    get: () => {
      try {
        return localStorage.getItem('ordeal-theme');
      } catch {
        return null; // a page from a file may have no storage
      }
    },
    set: (theme) => {
      try {
        localStorage.setItem('ordeal-theme', theme);
      } catch {
        // it lasts for this page only
      }
    },
  };
  const theme = stored.get();
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  const flipTheme = () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme:dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    stored.set(root.dataset.theme);
  };

  // ── copying ──
  let toastTimer = 0;
  const toast = (text) => {
    const box = $('.toast');
    box.textContent = text;
    box.classList.add('on');
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => box.classList.remove('on'), 1600);
  };
  const copied = (text) => {
    const area = el('textarea', { class: 'vh', readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    let done = false;
    try {
      done = document.execCommand('copy');
    } catch {
      done = false;
    }
    area.remove();
    return done;
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      toast('Copied');
    } catch {
      toast(copied(text) ? 'Copied' : 'Copying is blocked here; select the text instead');
    }
  };
  const copyNamed = (name) => copy(name === 'repro' ? data.repro : name === 'summary' ? data.summary : name);
  const download = () => {
    const lines = [...witness].map((index) => byIndex.get(index)).filter(Boolean).map((op) => JSON.stringify(op));
    const link = el('a', { href: URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'application/x-ndjson' })), download: 'witness.jsonl' });
    link.click();
    URL.revokeObjectURL(link.href);
  };

  // ── timeline ──
  const views = $$('.tl');
  const buttons = $$('[data-range]');
  let current = 0;
  const showRange = (id) => {
    const i = buttons.findIndex((button) => button.dataset.range === id);
    if (i < 0) return;
    current = i;
    buttons.forEach((button, k) => button.setAttribute('aria-pressed', String(k === i)));
    for (const view of views) view.hidden = view.dataset.view !== id;
    $('#tl-range').textContent = buttons[i].dataset.said;
    buttons[i].scrollIntoView({ block: 'nearest', inline: 'nearest' });
    markHot();
  };
  const stepRange = (by) => {
    showRange(buttons[(current + by + buttons.length) % buttons.length].dataset.range);
    $('#timeline').scrollIntoView({ block: 'start' });
  };
  const readouts = (view, time, share) => {
    const read = (name) => $(`[data-rd="${name}"]`, view);
    const buckets = data.buckets[view.dataset.view];
    const bucket = buckets[Math.max(0, Math.min(buckets.length - 1, Math.floor(share * buckets.length)))];
    const seconds = (Number(view.dataset.end) - Number(view.dataset.start)) / 1e9 / buckets.length;
    const active = faults.filter((fault) => fault.start <= time && time < fault.end);
    read('f').textContent = active.map((fault) => fault.id).join(', ') || 'none';
    const [ok, info, fail, p50, p99] = bucket;
    read('tp').replaceChildren(
      outcomeTag('ok', count(Math.round(ok / seconds))),
      ...(info > 0 ? [' ', outcomeTag('info', String(info))] : []),
      ...(fail > 0 ? [' ', outcomeTag('fail', String(fail))] : []),
    );
    read('lat').textContent = p50 === null ? 'too few' : `p50 ${ms(p50)}${p99 === null ? '' : `\np99 ${ms(p99)}`}`;
  };
  const clearReadouts = (view) => {
    $('.xh', view).hidden = true;
    for (const read of $$('.rd', view)) read.textContent = '';
  };
  for (const view of views) {
    view.addEventListener('pointermove', (event) => {
      const box = $('.t', view).getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      if (share < 0 || share > 1) return clearReadouts(view);
      const [start, end] = [Number(view.dataset.start), Number(view.dataset.end)];
      const time = start + share * (end - start);
      const line = $('.xh', view);
      line.hidden = false;
      line.style.left = `${event.clientX - view.getBoundingClientRect().left}px`;
      line.firstElementChild.textContent = `${secs(time, end - start < 2e9 ? 4 : 2)} s`;
      readouts(view, time, share);
    });
    view.addEventListener('pointerleave', () => clearReadouts(view));
  }

  // ── inspector ──
  let pinned = null;
  const faultAt = (time) => faults.find((fault) => fault.start <= time && time <= fault.end);
  const row = (name, ...value) => [el('dt', {}, name), el('dd', {}, ...value)];
  const small = (text) => el('small', {}, ` ${text}`);
  const inspect = (index, { focus = false } = {}) => {
    const op = byIndex.get(index);
    const aside = $('#insp');
    if (!op) return toast(`Operation ${index} is not among those on this page; see history.jsonl`);
    pinned = op;
    const fault = faultAt(op.start);
    const ended = op.end === null ? null : op.end;
    const together = ops.filter((other) => other !== op && other.start < (ended ?? Number.POSITIVE_INFINITY) && (other.end ?? other.start + 1e9) > op.start).slice(0, 8);
    const sameKey = op.key === null ? [] : ops.filter((other) => other.key === op.key && other !== op);
    const before = sameKey.filter((other) => other.index < op.index).slice(-3);
    const after = sameKey.filter((other) => other.index > op.index).slice(0, 2);
    const list = (title, others) =>
      el(
        'div',
        { class: 'b' },
        el('h3', {}, title),
        el(
          'ul',
          { class: 'conc' },
          others.length === 0
            ? el('li', {}, 'nothing')
            : others.map((other) =>
                el('li', {}, icon(`s-${other.outcome}`), el('a', { href: `#op=${other.index}`, 'data-i': other.index }, other.words), el('span', { class: 'num-t' }, `p${other.process} ${other.node ?? ''}`)),
              ),
        ),
      );
    aside.replaceChildren(
      el('div', { class: 'head' }, el('h2', {}, 'Operation'), el('span', { class: 'sub' }, `#${op.index}, pinned`), el('div', { class: 'right' }, el('a', { href: `#op=${op.index}`, 'aria-label': `Permalink to operation ${op.index}` }, 'link'))),
      el(
        'div',
        { class: 'b' },
        el('div', { class: 'what' }, op.words),
        el('div', { class: 'outc' }, el('span', { class: 'tag' }, outcomeTag(op.outcome)), hits.has(op.index) && el('span', { class: 'tag bad' }, 'cannot be explained'), fault !== undefined && el('span', { class: 'tag flt' }, `in ${fault.id}`)),
      ),
      el(
        'div',
        { class: 'cols' },
        el(
          'div',
          { class: 'b' },
          el(
            'dl',
            { class: 'kv' },
            ...row('Process', String(op.process)),
            ...(op.node === null ? [] : row('Node', op.node)),
            ...(op.key === null ? [] : row('Key', op.key)),
            ...(op.scheduled === null ? [] : row('Scheduled', `${secs(op.scheduled)} s`)),
            ...row('Invoked', `${secs(op.start)} s`, op.scheduled !== null && op.start - op.scheduled >= 50000 && small(`+${ms((op.start - op.scheduled) / 1e6)}`)),
            ...row('Completed', ended === null ? 'never' : `${secs(ended)} s`),
            ...(ended === null ? [] : row('Latency', ms((ended - op.start) / 1e6), op.scheduled !== null && small(`${ms((ended - op.scheduled) / 1e6)} from intended start`))),
            ...(op.error === null ? [] : row('Error', op.error)),
          ),
        ),
        list('At the same time', together),
        ...(op.key === null ? [] : [list(`Around it on key ${op.key}`, [...before, ...after])]),
      ),
      el('div', { class: 'b outc' }, op.key !== null && !/\s/.test(op.key) && el('button', { class: 'btn', type: 'button', 'data-near': op.key }, `History of key ${op.key}`)),
    );
    aside.hidden = false;
    $('#main').classList.add('with-insp');
    markHot();
    for (const tr of $$('#rows tr')) tr.classList.toggle('pin', Number(tr.dataset.i) === op.index);
    if (focus) aside.focus();
  };
  /** Says in each order what the operation that is pointed at does to the state. */
  const sayOrder = (over) => {
    for (const order of $$('.order')) {
      const step = over === undefined ? null : $(`[data-op="${over}"]`, order)?.closest('li');
      const said = $('.said', order);
      said.textContent = step ? step.dataset.said : said.dataset.rest;
    }
  };
  const stepInFocus = () => {
    const step = document.activeElement?.closest('.order [data-op]');
    return step ? Number(step.dataset.op) : undefined;
  };
  const markHot = (over) => {
    sayOrder(over);
    for (const element of $$('[data-op]')) {
      const index = Number(element.dataset.op);
      element.classList.toggle('hot', index === over || index === pinned?.index);
    }
  };

  // ── history ──
  const MOST_ROWS = 1500;
  const within = (text, time) => {
    const [from, to] = text.split('..').map(Number);
    return time / 1e9 >= from && time / 1e9 <= (Number.isNaN(to) || to === undefined ? from + 1 : to);
  };
  const matches = (op, term) => {
    const [name, ...rest] = term.split(':');
    const value = rest.join(':');
    if (rest.length === 0) return ['ok', 'info', 'fail'].includes(name) ? op.outcome === name : op.words.includes(name) || (op.error ?? '').includes(name);
    if (name === 'f') return op.f === value;
    if (name === 'k') return op.key === value;
    if (name === 'p' || name === 'proc') return String(op.process) === value;
    if (name === 'n') return op.node === value;
    if (name === 't') return within(value, op.start);
    return op.words.includes(term);
  };
  const tableRow = (op) => {
    const latency = op.end === null ? null : (op.end - op.start) / 1e6;
    const bar = el('span', { class: `lat ${op.outcome}` });
    bar.style.width = `${Math.max(2, Math.log10((latency ?? 1000) + 1) * 18).toFixed(0)}px`;
    return el(
      'tr',
      { 'data-i': op.index, tabindex: '0', class: `${witness.has(op.index) ? 'wit' : ''} ${pinned === op ? 'pin' : ''}` },
      el('td', { class: 'r' }, String(op.index)),
      el('td', { class: 'r' }, secs(op.start)),
      el('td', {}, String(op.process)),
      el('td', {}, op.node ?? ''),
      el('td', {}, op.key ?? ''),
      el('td', {}, op.words),
      el('td', {}, outcomeTag(op.outcome)),
      el('td', {}, bar, latency === null ? 'none' : ms(latency)),
    );
  };
  const fillRows = () => {
    const terms = $('#q').value.trim().split(/\s+/).filter(Boolean);
    const found = ops.filter((op) => terms.every((term) => (term.startsWith('!') && term.length > 1 ? !matches(op, term.slice(1)) : matches(op, term))));
    const middle = terms.length > 0 || pinned === null ? 0 : Math.max(0, found.indexOf(pinned) - MOST_ROWS / 2);
    const shown = found.slice(middle, middle + MOST_ROWS);
    let last;
    const rows = shown.flatMap((op) => {
      const fault = faultAt(op.start);
      const head = fault !== undefined && fault !== last ? [el('tr', { class: 'flt' }, el('td', { colspan: '8' }, `${fault.id}: ${fault.effect}, from ${secs(fault.start, 3)} s`))] : [];
      last = fault;
      return [...head, tableRow(op)];
    });
    if (found.length === 0) rows.push(el('tr', {}, el('td', { colspan: '8' }, 'No operation matches. Remove a term.')));
    if (found.length > shown.length) rows.push(el('tr', { class: 'gap' }, el('td', { colspan: '8' }, `${count(found.length - shown.length)} more; add a term, for instance t:12..13`)));
    $('#rows').replaceChildren(...rows);
    $('#h-count').textContent = `${count(found.length)} of ${count(data.total)} operations`;
  };

  // ── hands ──
  const ACTIONS = [
    ['#theme', flipTheme],
    ['[data-copy]', (button) => copyNamed(button.dataset.copy)],
    ['[data-download]', download],
    ['[data-range]', (button) => showRange(button.dataset.range)],
    ['[data-op]', (mark) => inspect(Number(mark.dataset.op))],
    ['tr[data-i]', (tr) => inspect(Number(tr.dataset.i))],
    ['a[data-i]', (link) => inspect(Number(link.dataset.i))],
    [
      '[data-near]',
      (button) => {
        $('#q').value = `k:${button.dataset.near}`;
        fillRows();
        $('#history').scrollIntoView();
      },
    ],
    [
      '.chip',
      (chip) => {
        $('#q').value = `${$('#q').value} ${chip.textContent}`.trim();
        fillRows();
        $('#q').focus();
      },
    ],
  ];
  addEventListener('click', (event) => {
    for (const [selector, act] of ACTIONS) {
      const target = event.target.closest?.(selector);
      if (target) return act(target);
    }
  });
  addEventListener('mouseover', (event) => {
    const target = event.target.closest?.('[data-op]');
    if (target) markHot(Number(target.dataset.op));
  });
  // stepping scrolls, and what is under the pointer goes away: where the keyboard is counts then
  addEventListener('mouseout', (event) => {
    if (event.target.closest?.('[data-op]')) markHot(stepInFocus());
  });
  addEventListener('focusin', (event) => {
    const target = event.target.closest?.('.order [data-op]');
    if (target) markHot(Number(target.dataset.op));
  });
  for (const order of $$('.order')) {
    order.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const steps = $$('[data-op]', order);
      const next = by === undefined ? undefined : steps[steps.indexOf(document.activeElement) + by];
      if (next === undefined) return;
      event.preventDefault();
      next.focus();
    });
  }
  $('#q').addEventListener('input', fillRows);
  $('#rows').addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.target.click();
  });
  $('#help').addEventListener('click', (event) => {
    if (event.target.id === 'help') event.target.close();
  });
  let card = -1;
  const stepFinding = (by) => {
    const cards = $$('.card');
    if (cards.length === 0) return;
    card = (card + by + cards.length) % cards.length;
    cards.forEach((other, i) => (i === card ? other.setAttribute('aria-current', 'true') : other.removeAttribute('aria-current')));
    cards[card].scrollIntoView({ block: 'start' });
    cards[card].focus({ preventScroll: true });
  };
  const KEYS = {
    j: () => stepFinding(1),
    k: () => stepFinding(-1),
    n: () => stepRange(1),
    p: () => stepRange(-1),
    0: () => showRange('all'),
    '/': () => $('#q').focus(),
    i: () => (pinned === null ? undefined : $('#insp').focus()),
    r: () => copyNamed('repro'),
    d: flipTheme,
    '?': () => $('#help').showModal(),
  };
  addEventListener('keydown', (event) => {
    if (event.target.matches?.('input, textarea')) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  const fromHash = () => {
    const index = /^#op=(\d+)$/.exec(location.hash)?.[1];
    if (index !== undefined) inspect(Number(index), { focus: true });
  };
  addEventListener('hashchange', fromHash);
  if (data.hits.length > 0 && byIndex.has(data.hits[0])) inspect(data.hits[0]);
  fillRows();
  fromHash();
  const marked = $('#rows tr.pin');
  if (marked) $('#hist').scrollTop = marked.offsetTop - 170;
}
