/* global document, innerWidth */
// Rules for a page, each a function of the page that runs in a browser and uses nothing else.

/** Rules on a wide screen: a list of those that are broken, in words. */
export function wideRules() {
  /** A page begins with its picture. Unit: pixels from its top. */
  const FIRST_CHART = 700;
  /** Words of an answer. */
  const WORDS = 22;
  const rules = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const textOf = (element) => element.textContent.replace(/\s+/g, ' ').trim();
  const isShown = (element) => element.getBoundingClientRect().width > 0;
  // Every tab and every variant is checked.
  for (const section of all('section.off')) section.classList.remove('off');
  answers();
  strips();
  for (const frame of all('.scroll'))
    if (isShown(frame) && frame.scrollWidth > frame.clientWidth + 1)
      rules.push(`cut: ${frame.getAttribute('aria-label')}`);
  for (const heading of all('section h2')) if (isShown(heading)) headingRules(heading);
  better();
  pictures();
  return rules;

  function answers() {
    for (const answer of all('.answer dd')) {
      const count = textOf(answer)
        .split(' ')
        .filter((word) => /[\p{L}\d]/u.test(word)).length;
      if (count > WORDS) rules.push(`${count} words: ${textOf(answer)}`);
    }
  }

  /** The first picture: where it begins, its scale, and the value of its peak. */
  function strips() {
    const charts = all('.strips .tc');
    if (charts.length === 0) return rules.push('it has no strip');
    const { top } = charts[0].getBoundingClientRect();
    if (top > FIRST_CHART) rules.push(`its first chart begins at ${Math.round(top)} px`);
    if (!/log scale/.test(document.querySelector('.strips caption').textContent))
      rules.push('the failing share is not on a log scale');
    for (const chart of charts) {
      const words = chart.querySelector('svg').getAttribute('aria-label');
      const peak = /([\d.]+) % fail at/.exec(words)?.[1];
      const value = chart.querySelector('.i')?.textContent.replace(/\s+/g, ' ');
      if (peak !== undefined && value !== `${peak} %`)
        rules.push(`a strip has no value at its peak of ${peak} %`);
    }
  }

  /** A heading has evidence that is visible, its figures are below it, and so are the components that it names. */
  function headingRules(heading) {
    const panel = heading.closest('.only') ?? heading.closest('section');
    const evidence = all('svg, table, pre, dl', panel);
    if (evidence.every((one) => one.closest('details:not([open])') !== null))
      rules.push(`no evidence below: ${textOf(heading)}`);
    const words = textOf(heading).replace(heading.querySelector('.of')?.textContent ?? '', '');
    const labels = all('[aria-label], desc, title', panel).map(
      (one) => one.getAttribute('aria-label') ?? one.textContent,
    );
    const under = `${panel.textContent.replace(heading.textContent, '')} ${labels.join(' ')}`;
    const texts = under.replace(/\s+/g, ' ');
    const figures = words.matchAll(
      /(?<![\w.-])\d[\d,.]*\d? (?:%|ms|s|min)(?!\w)|(?<![\w.-])\d[\d,.]*\/s|(?<![\w.,:-])\d[\d,]*\d(?![\w.,%:]|-\w| (?:%|ms|s|min)\b)/g,
    );
    for (const [figure] of figures)
      // A quantile has its name in tables.
      if (!/^(?:1|50|90|95|99|99\.9) %$/.test(figure) && !texts.includes(figure))
        rules.push(`${figure} only in its heading: ${words}`);
    const names = new Set(all('.tn text').map(textOf));
    // As a name of a component it is also a word.
    names.delete('first');
    for (const name of names)
      if (name.length > 2 && ` ${words} `.includes(` ${name} `) && !texts.includes(name))
        rules.push(`${name} only in its heading: ${words}`);
  }

  /** A variant that does not recover is in no figure better than another one. */
  function better() {
    for (const row of all('#compare tbody tr')) {
      const name = textOf(row.querySelector('th')).split(' ')[0];
      const isDown = all('.strips tbody tr').some(
        (strip) =>
          textOf(strip.querySelector('th')) === name &&
          strip.querySelector('[data-of="Recovery"]')?.textContent.trim() === 'never',
      );
      if (isDown && row.querySelector('.better') !== null)
        rules.push(`${name} never recovers, and has a better figure`);
    }
  }

  /** Every picture has words for all, and every one that a reader can see has values to read out. */
  function pictures() {
    for (const svg of all('svg[role=img]')) {
      const label = svg.getAttribute('aria-label') ?? svg.querySelector('title')?.textContent ?? '';
      if (svg.getAttribute('aria-labelledby') === null && label === '')
        rules.push('a picture has no words');
      if (!isShown(svg)) continue;
      const isRead =
        svg.closest('.tc[data-r]:not([data-r=""]), .xc, #why, .flow, .legend') !== null;
      if (!isRead) rules.push(`no read-out: ${label || svg.getAttribute('aria-labelledby')}`);
    }
    // Two lines of one panel that are the same in every step are one line with both names.
    const data = JSON.parse(document.getElementById('readings').textContent);
    for (const chart of all('.meters .tc')) {
      const values = chart.dataset.r.split(' ').map((index) => data.readings[Number(index)]?.[2]);
      if (new Set(values).size < values.length)
        rules.push(`equal lines apart: ${chart.querySelector('title')?.textContent}`);
    }
    for (const value of all('.meters .tc'))
      if (value.querySelector('svg') !== null && value.parentElement.querySelector('.g') === null)
        rules.push('a panel has no scale');
  }
}

/** Rules on a phone: nothing is wider than the screen, and tables of the answer are cards. */
export function phoneRules() {
  const rules = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth + 1) rules.push(`${wide} px wide on a phone`);
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  for (const frame of document.querySelectorAll('.scroll'))
    if (
      frame.querySelector('table') !== null &&
      frame.clientWidth > 0 &&
      frame.closest('details:not([open])') === null &&
      frame.scrollWidth > frame.clientWidth + 1
    )
      rules.push(`cut on a phone: ${frame.getAttribute('aria-label')}`);
  return rules;
}

/** Rules on paper, where no frame scrolls: no table is cut. */
export function paperRules() {
  return [...document.querySelectorAll('.scroll')]
    .filter(
      (frame) =>
        frame.clientWidth > 0 &&
        frame.querySelector('table') !== null &&
        (frame.scrollWidth > frame.clientWidth + 1 || frame.scrollHeight > frame.clientHeight + 1),
    )
    .map((frame) => `cut on paper: ${frame.getAttribute('aria-label')}`);
}
