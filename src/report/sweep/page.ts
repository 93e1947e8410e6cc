import type { SweepResult } from '../../contracts/result/sweep.js';
import { plural } from '../../text/words.js';
import { listed } from '../base/format.js';
import type { HtmlOptions } from '../page/html.js';
import { markup, type Markup } from '../base/html-escape.js';
import { sweepAlarms } from '../lines/alarms.js';
import { renderPage, type PageSection } from '../page/page.js';
import { section } from '../sections/parts.js';
import { styleSheet } from '../page/style.js';
import { sweepViewOf, type SweepView } from './cases.js';
import { Made } from './made.js';
import { chartsOf } from './charts.js';
import { sweepLooks } from './looks.js';
import {
  chartName,
  chartSection,
  leftOutSection,
  sweepIntroduction,
  sweepMethodSection,
  sweepVerdictSection,
} from './sections.js';
import { settingsRows, settingsTable } from './settings.js';

/**
 * A sweep as one self-contained page: no network requests, readable without its script, the same bytes for the same
 * result. It contains the verdict in words, pictures, all figures, and the method.
 */
export function renderSweepHtml(read: SweepResult, options: HtmlOptions): string {
  const view = sweepViewOf(read);
  const { result } = view;
  const charts = chartsOf({ view, looks: sweepLooks(result.variants) });
  const drawn = new Made(charts.length, (i): Section => {
    const chart = charts[i]!;
    const id = `chart-${i + 1}`;
    return { id, name: chartName(view, chart), markup: chartSection(view, chart, id) };
  });
  const parts = { drawn, rows: settingsRows(view), verdict: sweepVerdictSection(view) };
  const sizes = FOLDED.map(({ charts: most, rows }) => {
    return { charts: Math.min(most, drawn.length), rows: Math.min(rows, parts.rows.length) };
  });
  for (const shown of sizes) {
    if (isTooLong(parts, shown)) continue;
    const page = pageOf(view, parts, shown, options);
    if (new TextEncoder().encode(page).length <= LARGEST) return page;
  }
  return pageOf(view, parts, sizes.at(-1)!, options);
}

/** Whether the first pictures and rows alone are too large. A character has at least one byte. */
function isTooLong({ drawn, rows }: Parts, shown: Shown): boolean {
  let length = 0;
  for (let i = 0; i < shown.charts && length <= LARGEST; i++) {
    length += drawn.at(i).markup.markup.length;
  }
  for (let i = 0; i < shown.rows && length <= LARGEST; i++) length += rows.at(i).markup.length;
  return length > LARGEST;
}

/** A larger page shows fewer pictures, and then fewer rows. Unit: bytes. */
const LARGEST = 2_900_000;

/** The parts of a page that take long, written once for all of its sizes, and only if one of these needs them. */
interface Parts {
  readonly drawn: Made<Section>;
  /** Rows of the table of all settings. */
  readonly rows: Made<Markup>;
  readonly verdict: Markup;
}

/** Number of pictures and table rows on a page. */
interface Shown {
  readonly charts: number;
  readonly rows: number;
}

const FOLDED: readonly Shown[] = [
  { charts: Infinity, rows: Infinity },
  { charts: 4, rows: Infinity },
  { charts: 4, rows: 2000 },
  { charts: 2, rows: 2000 },
  { charts: 2, rows: 400 },
  { charts: 1, rows: 400 },
  { charts: 0, rows: 400 },
];

function pageOf(view: SweepView, parts: Parts, shown: Shown, options: HtmlOptions): string {
  const { result } = view;
  const looks = sweepLooks(result.variants);
  const sections = sectionsOf(view, parts, shown, options);
  return renderPage({
    title: `${result.sweep.name} · ${result.scenario.title}`,
    heading: result.scenario.title,
    notices: sweepAlarms(result).map((text) => `Alarm: ${text}`),
    facts: sweepIntroduction(view),
    description: result.scenario.description,
    style: styleSheet(looks) + STYLE,
    sections,
    main: sections.map((each) => each.markup),
    foot: null,
    version: options.version,
  });
}

interface Section extends PageSection {
  readonly markup: Markup;
}

function sectionsOf(view: SweepView, parts: Parts, shown: Shown, options: HtmlOptions): Section[] {
  const { drawn, rows, verdict } = parts;
  const title = `${plural(view.result.cases.length, 'setting')}, every figure`;
  const settings = section(
    'settings',
    'All settings',
    title,
    settingsTable(view, rows.first(shown.rows)),
  );
  const leftOut = leftOutSection(view);
  const note = foldNote({ charts: drawn.length, rows: rows.length }, shown);
  return [
    { id: 'verdict', name: 'Verdict', markup: note === null ? verdict : markup`${verdict}${note}` },
    ...drawn.first(shown.charts),
    { id: 'settings', name: 'All settings', markup: settings },
    ...(leftOut === null ? [] : [{ id: 'left-out', name: 'Budgets left out', markup: leftOut }]),
    { id: 'method', name: 'Method', markup: sweepMethodSection(view, options.command) },
  ];
}

/** The omitted parts of the page, and where to find them; null if the page is complete. */
function foldNote(all: Shown, { charts, rows }: Shown): Markup | null {
  const parts = [
    ...(charts < all.charts ? [`${charts} of ${plural(all.charts, 'picture')}`] : []),
    ...(rows < all.rows ? [`${rows} of ${plural(all.rows, 'row')} of the table`] : []),
  ];
  if (parts.length === 0) return null;
  const text = `To stay below 3 MB this page shows ${listed(parts)}. --format svg,csv writes all of them.`;
  return markup`<p class="meta" id="folded">${text}</p>`;
}

/** Rules in addition to the style sheet of the run's report. */
const STYLE = `nav.toc a{overflow-wrap:anywhere}
.settings td.t,.settings th.t{text-align:left}
.settings td.t{color:var(--ink);white-space:nowrap}
.settings thead th{min-width:56px}
.settings tbody th{font-size:inherit}
figure svg g text{white-space:pre}`;
