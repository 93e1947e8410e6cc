import type { Result } from '../../contracts/result/result.js';
import { FAMILIES } from '../families/families.js';
import { DRAWN, foldOf, folds, type Fold } from '../view/fold.js';
import { formatRate, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { markup, type Markup } from '../base/html-escape.js';
import { hurtUsers } from '../words/lead.js';
import { renderPage, type PageSection } from './page.js';
import { causesSection } from '../sections/causes.js';
import { doSection } from '../sections/do.js';
import { compareSection } from '../sections/compare.js';
import { breakersSection, picker, servicesSection, wasteSection } from '../sections/inside.js';
import { contributorsSection } from '../sections/contributors.js';
import { alertsSection } from '../sections/alerts.js';
import { headroomSection } from '../sections/headroom.js';
import { costSection } from '../sections/costs.js';
import { latencySection } from '../sections/latency.js';
import { methodSection } from '../sections/method.js';
import { meteredSection } from '../sections/metered.js';
import { statusSection } from '../sections/statuses.js';
import { timesSection } from '../sections/times.js';
import { stripsSection } from '../sections/strips.js';
import { pageDataOf } from './page-data.js';
import { PageReadings } from '../view/page-readings.js';
import { tippingSection } from '../sections/tipping.js';
import { tracesSection } from '../sections/traces.js';
import { whySection } from '../sections/why.js';
import { verdictSection } from '../sections/verdict.js';
import { styleSheet } from './style.js';
import { faultsOf, viewOf, type View } from '../view/view.js';
import { whatIfText } from '../words/what-if.js';
import { headlineWords, instantWords } from '../words/words.js';

/** Inputs of a page besides the result. */
export interface HtmlOptions {
  /** The command that reproduces this report. */
  readonly command: string;
  /** Version of the program that writes the page. */
  readonly version: string;
}

/** One self-contained page: no network requests, readable without its script, the same bytes for the same result. */
export function renderHtml(result: Result, options: HtmlOptions): string {
  const view = viewOf(result);
  let page = pageOf(foldOf(view, DRAWN[0]!), options);
  for (const most of folds(view) ? DRAWN.slice(1) : []) {
    if (new TextEncoder().encode(page).length <= LARGEST) break;
    page = pageOf(foldOf(view, most), options);
  }
  return page;
}

/** A larger page draws fewer variants. Unit: bytes. */
const LARGEST = 2_900_000;

function pageOf(fold: Fold, options: HtmlOptions): string {
  const readings = new PageReadings();
  const all: View = { ...fold.all, readings };
  const drawn: View = { ...fold.drawn, readings };
  const { result } = all;
  const sections = sectionsOf({ ...fold, all, drawn }, options.command);
  const whatIf = whatIfText(result.scenario.whatIf);
  const at = (place: Place): Markup[] =>
    sections.filter((s) => s.place === place).map((s) => s.markup);
  return renderPage({
    title: whatIf === null ? result.scenario.title : `${result.scenario.title} (what if)`,
    heading: result.scenario.title,
    notices: [
      ...(whatIf === null ? [] : [whatIf]),
      ...(result.alarms ?? []).map((text) => `Alarm: ${text}`),
    ],
    facts: markup`${factsOf(all)} · <code>${options.command}</code>`,
    description: result.scenario.description,
    style: styleSheet(drawn.looks, folds(all)),
    sections,
    main: [
      at('answer'),
      markup`<div class="inside">
        <div class="clock">${picker(drawn)}</div>
        ${at('why')}
        <div id="evidence" aria-label="Evidence">${at('evidence')}</div>
      </div>`,
      at('method'),
    ],
    data: pageDataOf(drawn),
    foot: ` Digest ${result.digest}.`,
    version: options.version,
  });
}

/** The parts of the page, in their order: the evidence is in tabs. */
type Place = 'answer' | 'why' | 'evidence' | 'method';

/** Place, id and name of a section, and its content; null = it has none. */
type Entry = readonly [Place, string, string, Markup | null];

interface Section extends PageSection {
  readonly markup: Markup;
  readonly place: Place;
}

function sectionsOf(fold: Fold, command: string): Section[] {
  const { all: view, drawn } = fold;
  const several = view.result.variants.length > 1;
  const all: readonly Entry[] = [
    ['answer', 'verdict', 'Answer', verdictSection(view)],
    ['answer', 'variants', several ? 'Variants' : 'The run', stripsSection(fold)],
    ['why', 'why', 'Why', whySection(drawn)],
    ['why', 'causes', 'Causes', causesSection(drawn, command)],
    ['why', 'do', 'Do', doSection(fold, command)],
    ['why', 'alerts', 'Alerts', alertsSection(drawn)],
    ['why', 'tipping', 'How close', tippingSection(drawn, command)],
    ['why', 'headroom', 'Headroom', headroomSection(drawn)],
    ...evidenceOf(fold),
    ['method', 'method', 'Method', methodSection(fold, command)],
  ];
  return all.flatMap(([place, id, name, own]) =>
    own === null ? [] : [{ place, id, name, markup: own }],
  );
}

/** The tabs, those with the finding first: where no request of users degrades, the work behind them. */
function evidenceOf(fold: Fold): readonly Entry[] {
  const { all: view, drawn } = fold;
  const several = view.result.variants.length > 1;
  const families = FAMILIES.map((family): Entry => [
    'evidence',
    family.id,
    family.name,
    meteredSection(fold, family),
  ]);
  const latency: Entry = ['evidence', 'latency', 'Latency and loss', latencySection(fold)];
  const services: Entry = ['evidence', 'services', 'Services', servicesSection(drawn)];
  const isHurt = view.result.variants.some((variant) => hurtUsers(variant).length > 0);
  return [
    ...(isHurt ? [latency, services, ...families] : [...families, services, latency]),
    [
      'evidence',
      'compare',
      several ? 'Variants compared' : 'Figures',
      compareSection(view, folds(view)),
    ],
    ['evidence', 'times', 'Times and blame', timesSection(drawn)],
    ['evidence', 'contributors', 'Latency by contributor', contributorsSection(drawn)],
    ['evidence', 'waste', 'Amplification, waste', wasteSection(drawn)],
    ['evidence', 'breakers', 'Breakers', breakersSection(drawn)],
    ['evidence', 'traces', 'Requests', tracesSection(drawn)],
    ['evidence', 'statuses', 'Statuses', statusSection(fold)],
    ['evidence', 'costs', 'Cost', costSection(fold)],
  ];
}

/** `5 variants x 5 runs · 180 s at 501/s · psp hangs from 60 to 100 s`. */
function factsOf(view: View): string {
  const { variants, replications, run } = view.result;
  const requests = view.baseline.summary.requests / Math.max(1, replications);
  const { least, most } = run.rates ?? {};
  const rate =
    least === undefined || most === undefined
      ? formatRate(requests / run.duration)
      : `${formatRate(least)} to ${formatRate(most)}`;
  return [
    `${plural(variants.length, 'variant')} x ${plural(replications, 'run')}`,
    `${formatSeconds(run.duration)} at ${rate}`,
    ...faultWords(view),
  ].join(' · ');
}

/** The faults in the order of their times; of more than two the one that the page is about, and how many others there are. */
function faultWords(view: View): readonly string[] {
  const all = faultsOf(view.result);
  const wordsOf = (headline: View['headline']): string =>
    headlineWords({ ...view, headline }) ?? instantWords({ ...view, headline }) ?? '';
  if (all.length > 2)
    return [`${wordsOf(view.headline)} and ${plural(all.length - 1, 'other fault')}`];
  const startOf = ({ spans }: (typeof all)[number]): number => spans[0]?.from ?? Infinity;
  return [...all]
    .sort((a, b) => startOf(a) - startOf(b))
    .map(wordsOf)
    .filter((words) => words !== '');
}
