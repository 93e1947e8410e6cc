import type { Result } from '../spec/result/result.js';
import { FAMILIES } from './families.js';
import { DRAWN, foldOf, folds, type Fold } from './fold.js';
import { formatRate, formatSeconds } from '../text/figures.js';
import { plural } from '../text/words.js';
import { markup, type Markup } from './html-escape.js';
import { renderPage, type PageSection } from './page.js';
import { cascadeSection } from './sections/cascade.js';
import { causesSection } from './sections/causes.js';
import { changesName, changesSection } from './sections/changes.js';
import { compareSection } from './sections/compare.js';
import {
  breakersSection,
  picker,
  propagationSection,
  servicesSection,
  wasteSection,
} from './sections/inside.js';
import { contributorsSection } from './sections/contributors.js';
import { headroomSection } from './sections/headroom.js';
import { costSection } from './sections/costs.js';
import { latencySection } from './sections/latency.js';
import { methodSection } from './sections/method.js';
import { meteredSection } from './sections/metered.js';
import { statusSection } from './sections/statuses.js';
import { timesSection } from './sections/times.js';
import { timelineSection } from './sections/timeline.js';
import { topologySection } from './sections/topology.js';
import { tracesSection } from './sections/traces.js';
import { verdictSection } from './sections/verdict.js';
import { styleSheet } from './style.js';
import { plotRenderer } from './svg.js';
import { viewOf, type View } from './view.js';
import { whatIfText } from './what-if.js';
import { asSentence, headlineWords } from './words.js';

/** Inputs of a page besides the result. */
export interface HtmlOptions {
  /** A DOM document in which charts are drawn; jsdom works. */
  readonly document: object;
  /** The command that reproduces this report. */
  readonly command: string;
  /** Version of the program that writes the page. */
  readonly version: string;
}

/** One self-contained page: no network requests, readable without its script, the same bytes for the same result. */
export function renderHtml(result: Result, options: HtmlOptions): string {
  const view = viewOf(result, plotRenderer(options.document));
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
  const { all: view, drawn } = fold;
  const { result } = view;
  const sections = sectionsOf(fold, options.command);
  const whatIf = whatIfText(result.scenario.whatIf);
  const inside = sections.filter((s) => s.inside);
  const list = (chosen: readonly Section[]): Markup[] => chosen.map((s) => s.markup);
  const after = sections.filter((s) => s.after);
  const before = sections.filter((s) => !s.inside && !s.after);
  return renderPage({
    title: whatIf === null ? result.scenario.title : `${result.scenario.title} (what if)`,
    heading: result.scenario.title,
    notice: whatIf,
    introduction: introduction(view),
    style: styleSheet(drawn.looks, folds(view)),
    sections,
    main: [
      list(before),
      inside.length > 0 && markup`<div class="inside">${picker(drawn)}${list(inside)}</div>`,
      list(after),
    ],
    foot: ` Digest ${result.digest}.`,
    version: options.version,
  });
}

interface Section extends PageSection {
  readonly markup: Markup;
  readonly inside: boolean;
  readonly after: boolean;
}

function sectionsOf(fold: Fold, command: string): Section[] {
  const { all: view, drawn } = fold;
  const outer = { inside: false, after: false };
  const inner = { inside: true, after: false };
  const last = { inside: false, after: true };
  const several = view.result.variants.length > 1;
  const all: (Omit<Section, 'markup'> & { readonly markup: Markup | null })[] = [
    { id: 'verdict', name: 'Verdict', markup: verdictSection(fold), ...outer },
    { id: 'changes', name: changesName(view), markup: changesSection(fold), ...outer },
    { id: 'causes', name: 'Causes', markup: causesSection(view), ...outer },
    {
      id: 'compare',
      name: several ? 'Variants compared' : 'Figures',
      markup: compareSection(view, folds(view)),
      ...outer,
    },
    { id: 'latency', name: 'Latency and loss', markup: latencySection(fold), ...outer },
    { id: 'statuses', name: 'Statuses', markup: statusSection(fold), ...outer },
    { id: 'timeline', name: 'Timeline', markup: timelineSection(fold), ...outer },
    ...familySections(fold).map((family) => ({ ...family, ...outer })),
    { id: 'costs', name: 'Cost', markup: costSection(fold), ...outer },
    { id: 'services', name: 'Services', markup: servicesSection(drawn), ...inner },
    { id: 'times', name: 'Times and blame', markup: timesSection(drawn), ...inner },
    {
      id: 'contributors',
      name: 'Latency by contributor',
      markup: contributorsSection(drawn),
      ...inner,
    },
    { id: 'headroom', name: 'Headroom', markup: headroomSection(drawn), ...inner },
    { id: 'propagation', name: 'Propagation', markup: propagationSection(drawn), ...inner },
    { id: 'cascade', name: 'The cascade', markup: cascadeSection(drawn), ...inner },
    { id: 'topology', name: 'Topology', markup: topologySection(drawn), ...inner },
    { id: 'waste', name: 'Amplification, waste', markup: wasteSection(drawn), ...inner },
    { id: 'breakers', name: 'Breakers', markup: breakersSection(drawn), ...inner },
    { id: 'traces', name: 'Traces', markup: tracesSection(drawn), ...last },
    { id: 'method', name: 'Method', markup: methodSection(fold, command), ...last },
  ];
  return all.flatMap((section) =>
    section.markup === null ? [] : [{ ...section, markup: section.markup }],
  );
}

/** The first family that has something to show is open, the others are collapsed. */
function familySections(
  fold: Fold,
): readonly { readonly id: string; readonly name: string; readonly markup: Markup | null }[] {
  let isFolded = false;
  return FAMILIES.map((family) => {
    const section = meteredSection(fold, family, isFolded);
    isFolded ||= section !== null;
    return { id: family.id, name: family.name, markup: section };
  });
}

function introduction(view: View): string {
  const { result } = view;
  const headline = headlineWords(view);
  const seconds = result.run.duration;
  const requests = view.baseline.summary.requests / Math.max(1, result.replications);
  const sentences = [
    result.scenario.description?.trim().replace(/\s+/g, ' ') ?? '',
    `${plural(result.variants.length, 'variant')}, ${plural(result.replications, 'replication')}${result.variants.length > 1 ? ' each' : ''}, ${formatSeconds(seconds)} at ${formatRate(requests / seconds).replace('/s', ' requests/s')}.`,
    headline === null ? '' : `${asSentence(view, headline)}.`,
  ];
  return sentences.filter((text) => text !== '').join(' ');
}
