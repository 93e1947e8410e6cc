import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { processTerminal } from '../../src/cli/terminal.js';
import { renderCsv } from '../../src/report/formats/csv.js';
import { exploreText } from '../../src/report/explore/text.js';
import { renderSvgs } from '../../src/report/formats/files.js';
import { githubAnnotations } from '../../src/report/formats/github.js';
import { graphDot, graphMermaid, graphSvg } from '../../src/report/graph/graph.js';
import { renderHtml } from '../../src/report/page/html.js';
import { renderJunit } from '../../src/report/formats/junit.js';
import { renderMarkdown } from '../../src/report/formats/markdown.js';
import { storyMarkdown, storyText } from '../../src/report/story/render.js';
import { renderSweepCsv } from '../../src/report/sweep/csv.js';
import { renderSweepMarkdown } from '../../src/report/sweep/markdown.js';
import { renderSweepHtml } from '../../src/report/sweep/page.js';
import { sweepText } from '../../src/report/sweep/text.js';
import { checkText, compareText } from '../../src/report/text/text-compare.js';
import { summaryText } from '../../src/report/text/text.js';
import type { ExploreResult } from '../../src/contracts/result/explore.js';
import type { Result } from '../../src/contracts/result/result.js';
import type { Lines } from '../../src/text/line.js';
import { expectHarmless, expectVisible, HOSTILE } from '../support/hostile-text.js';
import { sampleResult } from '../support/sample-result.js';
import { gridSweep, wordSweep } from './sweep-fixtures.js';

const TERMINAL = processTerminal(true);
const PAINT = { bold: same, dim: same, red: same };
const TEXT = { columns: 100, paint: PAINT, file: HOSTILE, wall: null, report: HOSTILE };
const STORY = { ...TEXT, source: HOSTILE };
const COMMAND = { command: `faultline check ${HOSTILE}` };

function same(text: string): string {
  return text;
}

/**
 * The value with the text at the end of each name and sentence, in fields and in names of fields; numbers, words of
 * the program such as verdicts, and digests stay.
 */
function hostile<T>(value: T, names: readonly string[]): T {
  const sorted = [...new Set(names)].sort((a, b) => b.length - a.length);
  const any = new RegExp(`\\b(?:${sorted.join('|')})\\b`, 'gu');
  // Brackets have a meaning in names: `shop[0]` is an instance.
  const own = JSON.stringify(HOSTILE.replace(/[[\]]/gu, '')).slice(1, -1);
  const text = JSON.stringify(value).replace(any, (name) => `${name}${own}`);
  return JSON.parse(text) as T;
}

function hostileResult(): Result {
  const sample = sampleResult();
  const own = [...sample.topology.nodes, ...sample.variants].map(({ name }) => name);
  // These two are also fields of the document.
  const made = hostile(
    sample,
    own.filter((name) => !['edge', 'breaker'].includes(name)),
  );
  const budget = { name: HOSTILE, text: HOSTILE, note: HOSTILE, verdict: 'fail' as const };
  const variants = made.variants.map((variant) => ({
    ...variant,
    title: HOSTILE,
    description: HOSTILE,
    budgets: variant.budgets.map((each) => ({ ...each, ...budget })),
    cascade: { ...variant.cascade, sentence: HOSTILE },
  }));
  return {
    ...made,
    scenario: {
      ...made.scenario,
      title: HOSTILE,
      description: HOSTILE,
      whatIf: { set: [HOSTILE], as: null },
    },
    variants,
    warnings: [HOSTILE],
    hypothesis: {
      statement: HOSTILE,
      verdict: 'refuted',
      expectations: variants[0]!.budgets.map((each) => ({ ...each, variant: HOSTILE })),
    },
  };
}

/** What a terminal receives. */
function shown(text: Lines): string {
  const { write } = process.stdout;
  let all = '';
  process.stdout.write = ((part: string) => {
    all += part;
    return true;
  }) as typeof write;
  try {
    TERMINAL.out(text);
  } finally {
    process.stdout.write = write;
  }
  return all;
}

describe('a result whose texts and names try to be commands and verdicts', () => {
  const result = hostileResult();
  const files = [{ file: HOSTILE, result }];
  const view = { title: HOSTILE, nodes: result.topology.nodes, edges: result.topology.edges };

  it.each<[string, () => Lines]>([
    ['the summary of run', () => summaryText(result, TEXT)],
    ['the summary of run in a log', () => summaryText(result, { ...TEXT, whole: true })],
    ['compare', () => compareText(result, TEXT)],
    ['check', () => checkText(files, TEXT)],
    ['check in a log', () => checkText(files, { paint: PAINT })],
    ['story', () => storyText(result, STORY)],
    ['story on a narrow terminal', () => storyText(result, { ...STORY, columns: 20 })],
  ])('is harmless in %s', (what, text) => {
    expectHarmless(shown(text()), what);
  });

  it.each([
    ['Markdown', () => renderMarkdown(result, COMMAND)],
    ['the account in Markdown', () => storyMarkdown(result, STORY)],
    ['JUnit', () => renderJunit(files)],
    ['Mermaid', () => graphMermaid(view)],
    ['DOT', () => graphDot(view)],
    ['SVG', () => graphSvg(view)],
  ])('is harmless in %s', (what, text) => {
    expectHarmless(text(), what);
  });

  it('has one line in each attribute of JUnit, and in each text', () => {
    const { window } = new JSDOM(renderJunit(files), { contentType: 'text/xml' });
    const all = [...window.document.querySelectorAll('*')];
    const texts = all.flatMap((each) => [...each.attributes].map(({ value }) => value));
    expect(texts.filter((text) => /[\r\n]/u.test(text))).toEqual([]);
    expect(texts.some((text) => text.startsWith('::error file=x.ts::first ::error'))).toBe(true);
    for (const one of window.document.querySelectorAll('failure'))
      expect(one.textContent).not.toMatch(/[\r\n]/u);
  });

  it('adds no annotation, and stays in the message of its own', () => {
    const lines = githubAnnotations(files).split('\n').slice(0, -1);
    const budgets = result.variants.reduce((sum, { budgets: own }) => sum + own.length, 0);
    expect(lines).toHaveLength(budgets + 1);
    for (const line of lines) {
      expect(line).toMatch(/^::(error|warning) file=[^:,]*,title=[^:,]*::/u);
      expectVisible(line, 'annotation');
    }
  });

  it('has one row of CSV for each variant', () => {
    const rows = renderCsv(result).split('\r\n');
    expect(rows).toHaveLength(result.variants.length + 2);
    for (const row of rows) expectVisible(row, 'CSV');
  });

  it('shows each character in the page and its pictures', () => {
    const page = renderHtml(result, { version: '0', ...COMMAND });
    expectVisible(page, 'page');
    expect(page).not.toContain('<img');
    for (const { name, text } of renderSvgs(result)) expectVisible(text, name);
  });
});

describe('a sweep whose texts and names try to be commands and verdicts', () => {
  const sweeps = [gridSweep(), wordSweep()].map((sweep) => {
    const made = hostile(sweep, sweep.variants);
    return {
      ...made,
      scenario: { ...made.scenario, title: HOSTILE, description: HOSTILE },
      sweep: { ...made.sweep, name: HOSTILE, title: HOSTILE, description: HOSTILE },
      axes: made.axes.map((axis) => ({
        ...axis,
        path: `${axis.path}${HOSTILE}`,
        values: axis.values.map((value) => ({ ...value, text: `${value.text}${HOSTILE}` })),
      })),
      metrics: made.metrics.map((metric) => ({ ...metric, text: `${metric.text}${HOSTILE}` })),
      leftOut: [HOSTILE],
    };
  });

  it.each(sweeps.map((sweep) => [sweep.axes.length, sweep] as const))(
    'is harmless in every format (%i axes)',
    (_, sweep) => {
      expectHarmless(shown(sweepText(sweep, TEXT)), 'text');
      expectHarmless(shown(sweepText(sweep, { ...TEXT, whole: true })), 'log');
      expectHarmless(renderSweepMarkdown(sweep, COMMAND), 'Markdown');
      const rows = renderSweepCsv(sweep).split('\r\n');
      for (const row of rows) expectVisible(row, 'CSV');
      const page = renderSweepHtml(sweep, { version: '0', ...COMMAND });
      expectVisible(page, 'page');
    },
  );
});

it('is harmless in the summary of explore', () => {
  const broken = { text: HOSTILE, name: HOSTILE, value: 0.5, unit: 'share', limit: 0.9 };
  const result = {
    scenario: { title: HOSTILE },
    seed: 1,
    replications: 1,
    explored: [{ name: HOSTILE, broken: [broken], sets: [], tried: [] }],
  } as unknown as ExploreResult;
  expectHarmless(shown(exploreText(result, { ...TEXT, most: 3 })), 'explore');
});
