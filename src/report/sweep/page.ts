import type { SweepResult } from '../../spec/sweep.js';
import { plural } from '../format.js';
import type { HtmlOptions } from '../html.js';
import type { Markup } from '../html-escape.js';
import { renderPage, type PageSection } from '../page.js';
import { section } from '../sections/parts.js';
import { styleSheet } from '../style.js';
import { plotRenderer } from '../svg.js';
import { sweepViewOf, type SweepView } from './cases.js';
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
import { settingsTable } from './settings.js';

/**
 * A sweep as one self-contained page: no request to anywhere, readable without its script, the same bytes for the
 * same result. Verdict in words, pictures, all figures, method.
 */
export function renderSweepHtml(result: SweepResult, options: HtmlOptions): string {
  const view = sweepViewOf(result);
  const looks = sweepLooks(result.variants);
  const sections = sectionsOf(view, options);
  return renderPage({
    title: `${result.sweep.name} · ${result.scenario.title}`,
    heading: result.scenario.title,
    introduction: sweepIntroduction(view),
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

function sectionsOf(view: SweepView, options: HtmlOptions): Section[] {
  const canvas = {
    view,
    looks: sweepLooks(view.result.variants),
    plot: plotRenderer(options.document),
  };
  const charts = chartsOf(canvas).map((chart, i): Section => {
    const id = `chart-${i + 1}`;
    return { id, name: chartName(view, chart), markup: chartSection(view, chart, id) };
  });
  const title = `${plural(view.result.cases.length, 'setting')}, every figure`;
  const settings = section('settings', 'All settings', title, settingsTable(view));
  const leftOut = leftOutSection(view);
  return [
    { id: 'verdict', name: 'Verdict', markup: sweepVerdictSection(view) },
    ...charts,
    { id: 'settings', name: 'All settings', markup: settings },
    ...(leftOut === null ? [] : [{ id: 'left-out', name: 'Budgets left out', markup: leftOut }]),
    { id: 'method', name: 'Method', markup: sweepMethodSection(view, options.command) },
  ];
}

/** Beside the style sheet of the run's report. */
const STYLE = `.said{margin:0 0 12px;padding-left:18px;max-width:60em;font-size:14.5px;color:var(--ink2)}
.said li{margin:0 0 6px;text-wrap:pretty}.said b{font-weight:600;color:var(--ink)}
nav.toc a{overflow-wrap:anywhere}
.settings td.t,.settings th.t{text-align:left}
.settings td.t{color:var(--ink);white-space:nowrap}
.settings thead th{min-width:56px}
.settings tbody th{font-size:inherit}
figure svg g text{white-space:pre}`;
