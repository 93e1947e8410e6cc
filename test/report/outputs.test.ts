import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { csvText, renderCsv } from '../../src/report/formats/csv.js';
import { renderSvgs } from '../../src/report/formats/files.js';
import { githubAnnotations } from '../../src/report/formats/github.js';
import { graphDot, graphMermaid, graphSvg } from '../../src/report/graph/graph.js';
import { renderHtml } from '../../src/report/page/html.js';
import { renderJunit } from '../../src/report/formats/junit.js';
import { inlineText, renderMarkdown } from '../../src/report/formats/markdown.js';
import { checkText, compareText } from '../../src/report/text/text-compare.js';
import { summaryText } from '../../src/report/text/text.js';
import type { Paint } from '../../src/report/lines/text-table.js';
import type { Result } from '../../src/contracts/result/result.js';
import {
  onlyVariant,
  renamed,
  sampleResult,
  withoutBudgets,
  withoutFaults,
} from '../support/sample-result.js';

const PLAIN: Paint = { bold: (text) => text, dim: (text) => text, red: (text) => text };
const TEXT = {
  columns: 100,
  paint: PLAIN,
  file: 'checkout.yaml',
  wall: '8.4 s',
  report: 'checkout.html',
};
const ESCAPE = '\u001b]52;c;AAAA\u0007\u009b31m';

const widest = (text: string): number =>
  Math.max(...text.split('\n').map((line) => Array.from(line).length));

describe('the terminal summary', () => {
  it('fits 30 lines and the width of the terminal', () => {
    for (const columns of [100, 90, 80, 70]) {
      const text = summaryText(sampleResult(), { ...TEXT, columns });
      expect(text.split('\n').length).toBeLessThanOrEqual(31);
      expect(widest(text)).toBeLessThanOrEqual(columns);
    }
  });

  it('cuts a sentence at the width of a terminal, and none in a log', () => {
    const result = sampleResult();
    const [variant] = result.variants.filter(({ name }) => name === 'retries');
    const long = 'is refused by the full queue of somebody with a long name. '.repeat(4).trim();
    const events = variant!.cascade.events.map((event) => ({ ...event, text: long }));
    const cascade = { ...variant!.cascade, events };
    const variants = result.variants.map((each) =>
      each === variant ? { ...each, cascade } : each,
    );
    const text = (whole: boolean): string =>
      summaryText({ ...result, variants }, { ...TEXT, whole });
    expect(text(false)).not.toContain(long);
    expect(text(true)).toContain(long);
  });

  it('drops attempts, then wasted, then p99 when it gets narrow', () => {
    const heads = (columns: number): string =>
      summaryText(sampleResult(), { ...TEXT, columns })
        .split('\n')
        .find((line) => line.includes('success') && line.includes('budgets'))!;
    expect(heads(100)).toMatch(/p99 .*attempts .*wasted/);
    expect(heads(92)).not.toContain('attempts');
    expect(heads(92)).toContain('p99');
    expect(heads(70)).not.toMatch(/p99|wasted|attempts/);
  });

  it('says which variant breaks which budget and by how much', () => {
    const text = summaryText(sampleResult(), TEXT);
    expect(text).toMatch(/FAIL {2}shoppers\.recovery < 5s after psp-hang +retries never/);
    expect(text).toMatch(/retries .*never .*1\/6 FAIL metastable/);
    expect(text).toContain('6/6 pass');
  });

  it('emphasises through the painter alone', () => {
    const paint: Paint = { bold: (t) => `<${t}>`, dim: (t) => t, red: (t) => `!${t}!` };
    const text = summaryText(sampleResult(), { ...TEXT, paint });
    expect(text).toContain('<!FAIL!>');
    expect(text).toMatch(/<! +never!>/);
  });

  it('moves no cursor, whatever the names are', () => {
    const odd = renamed(sampleResult(), ESCAPE);
    const texts = [
      summaryText(odd, TEXT),
      compareText(odd, TEXT),
      checkText([{ file: ESCAPE, result: odd }], TEXT),
      githubAnnotations([{ file: ESCAPE, result: odd }]),
    ];
    // eslint-disable-next-line no-control-regex
    for (const text of texts) expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('reads well without faults and without budgets', () => {
    const text = summaryText(withoutFaults(onlyVariant(sampleResult(), 'full')), TEXT);
    expect(text).toContain('Nothing broke');
    expect(text).not.toContain('recovery');
    expect(summaryText(withoutBudgets(sampleResult()), TEXT)).not.toMatch(/FAIL|budgets/);
  });
});

describe('the comparison', () => {
  it('has a row for each figure of each variant where all are asked for', () => {
    const sample = sampleResult();
    const blocks = compareText(sample, { ...TEXT, all: true })
      .split('\n\n')
      .slice(1);
    expect(blocks).toHaveLength(sample.variants.length - 1);
    const [timeouts] = blocks;
    expect(timeouts).toMatch(
      /Success whole run +79\.4 % to +90\.7 % +\[\+11\.0, \+11\.4\] pt +better/,
    );
    const rows = blocks.map((block) => block.match(/^ {2}\S.* to /gmu)!.length);
    expect(new Set(rows).size).toBe(1);
    expect(blocks.join('\n')).not.toMatch(/also differs|no difference:|and \d+ more/u);
  });
});

describe('the check', () => {
  it('lists every budget once, broken ones with value and interval', () => {
    const text = checkText([{ file: 'checkout.yaml', result: sampleResult() }], TEXT);
    expect(text).toContain('timeouts 528 ms [523, 533]');
    expect(text.match(/^ {2}(FAIL|pass)/gm)).toHaveLength(6);
    expect(text).toContain('4 of 5 variants break a budget');
  });

  it('folds long budgets for a terminal, and none in a log', () => {
    const long = 'orders-service-of-the-north->payments-gateway.amplification < 120% of released';
    const huge = `${long} during ${'a-fault-that-has-a-name-of-its-own-'.repeat(3)}`;
    const sample = sampleResult();
    const result = {
      ...sample,
      variants: sample.variants.map((variant) => ({
        ...variant,
        budgets: variant.budgets.map((budget, i) => ({
          ...budget,
          text: i === 0 ? long : i === 1 ? huge : budget.text,
        })),
      })),
    };
    const textOf = (columns?: number): string =>
      checkText([{ file: 'a.yaml', result }], { paint: PLAIN, columns });
    const rows = textOf()
      .split('\n')
      .filter((text) => /^ {2}(FAIL|pass)/u.test(text));
    expect(rows[0]).toContain(`  ${long}   `);
    expect(rows[1]).toContain(`  ${huge}   `);
    const folded = textOf(80);
    expect(folded).not.toContain('…');
    for (const word of huge.split(' ')) expect(folded).toContain(word);
    expect(folded).toMatch(/ {10}\S.*\n/);
    // One that is far too long does not push the others' values away.
    for (const text of rows.filter((_, i) => i !== 1)) {
      expect(text.slice(long.length + 8, long.length + 11)).toBe('   ');
      expect(text[long.length + 11]).not.toBe(' ');
    }
  });

  it('writes JUnit that parses, a case per budget and variant', () => {
    const odd = renamed(sampleResult(), ']]></failure>\u0001');
    const { document } = new JSDOM(renderJunit([{ file: 'a&b.yaml', result: odd }]), {
      contentType: 'text/xml',
    }).window;
    expect(document.querySelectorAll('testcase').length).toBe(30);
    expect(document.querySelectorAll('failure').length).toBe(
      Number(document.documentElement.getAttribute('failures')),
    );
  });

  it('keeps an annotation on one line', () => {
    const lines = githubAnnotations([
      { file: 'a,b:c%.yaml', result: renamed(sampleResult(), 'x\n::error::y') },
    ])
      .trimEnd()
      .split('\n');
    expect(lines.every((line) => line.startsWith('::error file=a%2Cb%3Ac%25.yaml,title='))).toBe(
      true,
    );
  });
});

describe('CSV', () => {
  it('names what the command line has changed', () => {
    const base = sampleResult();
    const cells = (as: string | null): readonly (string | undefined)[] => {
      const whatIf = { set: ['a.b=1', 'c=x2'], as };
      const rows = renderCsv({ ...base, scenario: { ...base.scenario, whatIf } });
      return rows
        .trimEnd()
        .split('\r\n')
        .map((row) => row.split(',').at(-1));
    };
    const names = base.variants.map(({ name }) => name);
    expect(cells(null)).toEqual(['what_if', ...names.map(() => 'a.b=1 c=x2')]);
    expect(cells(names[2]!)).toEqual(['what_if', '', '', 'a.b=1 c=x2', '', '']);
    expect(renderCsv(base)).not.toContain('what_if');
  });

  it('is harmless to a spreadsheet', () => {
    expect(csvText("=cmd|' /C calc'!A0")).toBe("'=cmd|' /C calc'!A0");
    expect(csvText('+1,2')).toBe(`"'+1,2"`);
    expect(csvText('a "b"')).toBe('"a ""b"""');
  });

  it('has a row per variant and as many cells in each', () => {
    const rows = renderCsv(sampleResult()).trimEnd().split('\r\n');
    expect(rows).toHaveLength(6);
    expect(new Set(rows.map((row) => row.split(',').length)).size).toBe(1);
    expect(rows[0]).toContain('successLatency.p99_seconds,successLatency.p99_seconds_low');
  });
});

describe('Markdown', () => {
  it('holds verdict, variants, budgets and a diagram', () => {
    const text = renderMarkdown(sampleResult(), { command: 'faultline run checkout.yaml' });
    expect(text).toContain('**1 of 5 survives**\n\n- **What**: **retries**: **order** requests: ');
    expect(text).toContain('- **Do**: Use **full**: it holds all 6 budgets');
    expect(text).toContain('| `checkout->payments.amplification < 1.5` |');
    expect(text).toContain('```mermaid\nflowchart LR');
  });

  it('lets no name become markup', () => {
    expect(inlineText('<b>|*x*`y`')).toBe('&lt;b&gt;\\|\\*x\\*\\`y\\`');
  });
});

describe('stand-alone charts', () => {
  const files = renderSvgs(sampleResult());

  it('are well-formed documents with a namespace and literal light colours', () => {
    for (const file of files) {
      const parsed = new JSDOM(file.text, { contentType: 'image/svg+xml' }).window.document;
      expect(parsed.documentElement.namespaceURI, file.name).toBe('http://www.w3.org/2000/svg');
      expect(file.text).not.toContain('var(--');
      expect(file.text).toContain('prefers-color-scheme:dark');
    }
  });

  it('have distinct names and are the same bytes every time', () => {
    expect(new Set(files.map((file) => file.name)).size).toBe(files.length);
    expect(renderSvgs(sampleResult())).toEqual(files);
    const names = files.map((file) => file.name.replace(/-[0-9a-f]{8}/g, ''));
    for (const chart of [
      'loss.svg',
      'variants.svg',
      'topology-retries-3.svg',
      'breakers-full.svg',
    ]) {
      expect(names).toContain(chart);
    }
  });
});

describe('the graph of a topology', () => {
  const { nodes, edges } = sampleResult().topology;
  const LEGEND = ['workload', 'gateway', 'service', 'database', 'outside the system'];

  it('is drawn as SVG with a box for every component and a line for every edge', () => {
    const text = graphSvg({ title: 'Checkout', nodes, edges });
    const parsed = new JSDOM(text, { contentType: 'image/svg+xml' }).window.document;
    const texts = [...parsed.querySelectorAll('text')].map(({ textContent }) => textContent);
    expect(texts).toEqual(expect.arrayContaining(nodes.map(({ name }) => name)));
    const boxes = nodes.length + LEGEND.length;
    expect(parsed.querySelectorAll('path.box').length).toBe(boxes);
    // Names, five shapes and the line of a call.
    expect(texts).toHaveLength(boxes + 1);
    expect(texts.slice(nodes.length)).toEqual([...LEGEND, 'call']);
    expect(parsed.querySelectorAll('path[stroke-width="1.4"]').length).toBe(edges.length + 1);
    expect(
      graphSvg({ title: 'Checkout', nodes: [...nodes].reverse(), edges: [...edges].reverse() }),
    ).toBe(text);
  });

  it('is written in DOT and Mermaid with names that cannot end their quotes', () => {
    const odd = [{ name: 'a"]; x', kind: 'service' as const, external: false }];
    expect(graphDot({ title: '', nodes: odd, edges: [] })).toContain('"a\\"]; x" [shape=box]');
    expect(graphMermaid({ title: '', nodes: odd, edges: [] })).toContain('n0["a#34;#93;#59; x"]');
    expect(graphDot({ title: '', nodes, edges })).toContain('"checkout" -> "payments";');
  });
});

describe('the run that a story is of', () => {
  const ending = (
    verdicts: readonly ('recovered' | 'metastable')[],
    base = sampleResult(),
  ): Result => ({
    ...base,
    variants: base.variants.map((variant) => ({
      ...variant,
      cascade: { ...variant.cascade, verdicts },
    })),
  });
  const outputs = (result: Result): readonly string[] => [
    summaryText(result, TEXT),
    renderMarkdown(result, { command: 'faultline run' }),
    renderHtml(result, { command: 'faultline run', version: '0.0.0' }).replace(/<\/?b>/g, ''),
  ];

  it('is said where not all runs end alike', () => {
    for (const text of outputs(ending(['recovered', 'metastable', 'metastable'])))
      expect(text).toContain('run 1 of 3, which recovers');
    const alone = onlyVariant(ending(['recovered', 'metastable']), 'retries');
    expect(outputs(alone)[1]).toContain('Events in run 1 of 2, which recovers:');
  });

  it('is said where they do, without the end, as counts beside it are means of several runs', () => {
    for (const text of outputs(ending(['metastable', 'metastable']))) {
      expect(text).toContain('run 1 of 2');
      expect(text).not.toContain('run 1 of 2, which');
    }
    for (const text of outputs(ending(['metastable']))) expect(text).not.toContain('run 1 of');
  });
});
