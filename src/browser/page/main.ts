import { Clock } from './clock.js';
import { addCopies } from './copy.js';
import { all } from './dom.js';
import { finder, leave } from './find.js';
import { openFolds, openOnPaper } from './folds.js';
import { fragmentOf, stateOf, type PageState } from '../fragment.js';
import { TopologyMap } from './map.js';
import type { PageData, PageVariant } from '../readings.js';
import { sortTables } from './tables.js';
import { Tabs } from './tabs.js';

/** What a page can do besides being read: it is complete without it. */
function start(): void {
  sortTables();
  openOnPaper();
  addCopies();
  const text = document.getElementById('readings')?.textContent;
  if (text) begin(JSON.parse(text) as PageData);
  else listen(() => openFolds(location.hash.slice(1)));
}

/** A page of runs: with their clock, the tabs of the evidence, and a link to what is seen. */
function begin(data: PageData): void {
  const maps = all('.scrub').map((part) => new TopologyMap(part));
  const radios = all<HTMLInputElement>('.pick input');
  const chosen = (): PageVariant =>
    data.variants.find(({ key }) => key === radios.find(({ checked }) => checked)?.value) ??
    data.variants[0]!;
  const first = chosen();
  const clock = new Clock(
    data,
    () => chosen().events,
    (at, isKept) => {
      maps.forEach((map) => map.show(at));
      if (isKept) remember();
    },
  );
  const evidence = document.getElementById('evidence');
  const tabs = evidence === null ? null : new Tabs(evidence, () => remember());
  const field = finder(() => remember());
  const remember = (): void => {
    const [from, until] = clock.zoom;
    const fragment = fragmentOf({
      variant: chosen() === first ? undefined : chosen().name,
      at: clock.at ?? undefined,
      zoom: from === 0 && until === data.end ? undefined : clock.zoom,
      tab: tabs?.shown ?? undefined,
      find: field?.value === '' ? undefined : field?.value,
    });
    history.replaceState(
      null,
      '',
      fragment === '' ? location.pathname + location.search : fragment,
    );
  };
  const restore = ({ variant, at, zoom, tab, find }: PageState): void => {
    const key = data.variants.find(({ name }) => name === variant)?.key;
    const radio = radios.find(({ value }) => value === key);
    if (radio !== undefined) radio.checked = true;
    if (tab !== undefined) tabs?.open(tab);
    if (field !== null && find !== undefined) leave((field.value = find));
    if (zoom !== undefined) clock.zoomTo(zoom);
    if (at !== undefined) clock.keep(at);
  };
  document.querySelector('.clock')?.append(clock.controls(), ...(field === null ? [] : [field]));
  radios.forEach((radio) => radio.addEventListener('change', remember));
  for (const row of all('[data-at]'))
    row.addEventListener('click', () => clock.keep(Number(row.dataset.at)));
  listen(() => {
    const state = stateOf(location.hash, data.end);
    if (state !== null) return restore(state);
    const part = openFolds(location.hash.slice(1));
    const id = part === null ? null : (tabs?.sectionOf(part) ?? null);
    if (id !== null && tabs?.open(id)) part!.scrollIntoView();
  });
}

function listen(arrive: () => void): void {
  addEventListener('hashchange', arrive);
  arrive();
}

start();
