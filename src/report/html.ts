import type { Result } from '../spec/result.js';
import { FAMILIES } from './families.js';
import { briefSeconds, formatRate, plural, tidy } from './format.js';
import { markup, type Markup } from './html-escape.js';
import { renderPage, type PageSection } from './page.js';
import { cascadeSection } from './sections/cascade.js';
import { compareSection } from './sections/compare.js';
import {
  breakersSection,
  picker,
  propagationSection,
  servicesSection,
  topologySection,
  wasteSection,
} from './sections/inside.js';
import { latencySection } from './sections/latency.js';
import { methodSection } from './sections/method.js';
import { meteredSection } from './sections/metered.js';
import { timelineSection } from './sections/timeline.js';
import { tracesSection } from './sections/traces.js';
import { verdictSection } from './sections/verdict.js';
import { styleSheet } from './style.js';
import { plotRenderer } from './svg.js';
import { viewOf, type View } from './view.js';
import { whatIfText } from './what-if.js';
import { asSentence, headlineWords } from './words.js';

/** What a page needs beside the result. */
export interface HtmlOptions {
  /** A DOM document to draw charts in; jsdom's will do. */
  readonly document: object;
  /** The command that makes this report again. */
  readonly command: string;
  /** Version of the program that writes the page. */
  readonly version: string;
}

/** One self-contained page: no request to anywhere, readable without its script, the same bytes for the same result. */
export function renderHtml(result: Result, options: HtmlOptions): string {
  const view = viewOf(result, plotRenderer(options.document));
  const sections = sectionsOf(view, options.command);
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
    style: styleSheet(view.looks),
    sections,
    main: [
      list(before),
      inside.length > 0 && markup`<div class="inside">${picker(view)}${list(inside)}</div>`,
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

function sectionsOf(view: View, command: string): Section[] {
  const outer = { inside: false, after: false };
  const inner = { inside: true, after: false };
  const last = { inside: false, after: true };
  const several = view.result.variants.length > 1;
  const all: (Omit<Section, 'markup'> & { readonly markup: Markup | null })[] = [
    { id: 'verdict', name: 'Verdict', markup: verdictSection(view), ...outer },
    {
      id: 'compare',
      name: several ? 'Variants compared' : 'Figures',
      markup: compareSection(view),
      ...outer,
    },
    { id: 'latency', name: 'Latency and loss', markup: latencySection(view), ...outer },
    { id: 'timeline', name: 'Timeline', markup: timelineSection(view), ...outer },
    ...FAMILIES.map((family) => ({
      id: family.id,
      name: family.name,
      markup: meteredSection(view, family),
      ...outer,
    })),
    { id: 'services', name: 'Services', markup: servicesSection(view), ...inner },
    { id: 'propagation', name: 'Propagation', markup: propagationSection(view), ...inner },
    { id: 'cascade', name: 'The cascade', markup: cascadeSection(view), ...inner },
    { id: 'topology', name: 'Topology', markup: topologySection(view), ...inner },
    { id: 'waste', name: 'Amplification, waste', markup: wasteSection(view), ...inner },
    { id: 'breakers', name: 'Breakers', markup: breakersSection(view), ...inner },
    { id: 'traces', name: 'Traces', markup: tracesSection(view), ...last },
    { id: 'method', name: 'Method', markup: methodSection(view, command), ...last },
  ];
  return all.flatMap((section) =>
    section.markup === null ? [] : [{ ...section, markup: section.markup }],
  );
}

function introduction(view: View): string {
  const { result } = view;
  const headline = headlineWords(view);
  const seconds = result.run.duration;
  const requests = view.baseline.summary.requests / Math.max(1, result.replications);
  const sentences = [
    result.scenario.description?.trim().replace(/\s+/g, ' ') ?? '',
    `${plural(result.variants.length, 'variant')}, ${plural(result.replications, 'replication')}${result.variants.length > 1 ? ' each' : ''}, ${briefSeconds(seconds)} at ${formatRate(requests / seconds).replace('/s', ' requests/s')}.`,
    headline === null ? '' : `${asSentence(view, headline)}.`,
  ];
  return tidy(sentences.filter((text) => text !== '').join(' '));
}
