import { sha256 } from '../scenario/sha256.js';
import type { Result } from '../spec/result.js';
import { FAMILIES } from './families.js';
import { briefSeconds, formatRate, plural, tidy } from './format.js';
import { markup, raw, render, type Markup } from './html-escape.js';
import { SCRIPT, scriptSource } from './script.js';
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
  const inside = sections.filter((s) => s.inside);
  const list = (chosen: readonly Section[]): Markup[] => chosen.map((s) => s.markup);
  const after = sections.filter((s) => s.after);
  const before = sections.filter((s) => !s.inside && !s.after);
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="faultline ${options.version}" />
        <title>${result.scenario.title} · faultline</title>
        <style>${raw(styleSheet(view.looks))}</style>
      </head>
      <body>
        <a class="skip" href="#verdict">Skip to the verdict</a>
        <div class="page">
          ${contents(sections)}
          <header>
            <h1>${result.scenario.title}</h1>
            <p class="meta">${introduction(view)}</p>
          </header>
          <main>
            ${list(before)}
            ${inside.length > 0 && markup`<div class="inside">${picker(view)}${list(inside)}</div>`}
            ${list(after)}
          </main>
          <footer>
            <p>
              faultline ${options.version}. One file, no request to anywhere. Digest
              ${result.digest}.
            </p>
          </footer>
        </div>
        <script>${raw(SCRIPT)}</script>
      </body>
    </html> `;
  return render(page);
}

interface Section {
  readonly id: string;
  readonly name: string;
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

function contents(sections: readonly Section[]): Markup {
  const items = sections.map(
    (section) => markup`<li><a href="#${section.id}">${section.name}</a></li>`,
  );
  return markup`<nav class="toc" aria-label="Contents">
    <b>faultline</b>
    <ol>
      ${items}
    </ol>
  </nav>`;
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

function policy(): string {
  const script = scriptSource(sha256(SCRIPT));
  return `default-src 'none'; style-src 'unsafe-inline'; script-src '${script}'; img-src data:; base-uri 'none'; form-action 'none'`;
}
