import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUPS, rowsPage } from '../../scripts/rows/page.mjs';
import { NO_PROOFS, faultline, Folder } from '../cli/harness.js';
import type { Ended } from '../cli/warm/warm.js';
import { ROOT } from '../scenarios/run-file.js';

const ROWS = GROUPS.flatMap(({ rows }) => rows);
const COUNTS = { A: 5, B: 7, C: 9, D: 10, E: 5, F: 4 };

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

describe('docs/rows.md', () => {
  it('is up to date (npm run rows writes it)', () => {
    expect(read('docs/rows.md')).toBe(rowsPage(ROOT));
  });

  it('has all forty systems', () => {
    const expected = Object.entries(COUNTS).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, i) => `${letter}${i + 1}`),
    );
    expect(ROWS.map(({ id }) => id)).toEqual(expected);
  });

  it('has a scenario for each', () => {
    expect(ROWS.filter(({ scenarios }) => scenarios.length === 0)).toEqual([]);
    for (const { id, scenarios } of ROWS) {
      for (const name of scenarios)
        expect(existsSync(join(ROOT, `scenarios/${name}.yaml`)), `${id}: ${name}`).toBe(true);
    }
  });

  it('quotes other pages as they are', () => {
    for (const { id, page, quotes = [] } of ROWS) {
      for (const quote of quotes) expect(read(`docs/${page}`), id).toContain(quote);
    }
  });
});

interface Span {
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string }[];
}

interface Resource {
  readonly resource: {
    readonly attributes: readonly {
      readonly key: string;
      readonly value: { readonly stringValue?: string };
    }[];
  };
  readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
}

/** The requests that E1, E3 and E4 name: users of the dead host whom both attempts failed. */
const FAILED = 220;

describe('the files of rows E1, E3 and E4', () => {
  const folder = new Folder();
  beforeAll(() => {
    const commands = ROWS.filter(({ id }) => ['E1', 'E3', 'E4'].includes(id)).map((row) =>
      row.command!.split(' ').slice(3),
    );
    // One run writes all three: the words before the last option are the same.
    const files = commands.flatMap((words) => words.slice(-2));
    const args = [...commands[0]!.slice(0, -2), ...files, NO_PROOFS, '--out', folder.path];
    const { status } = faultline(args.map((word) => word.replace(/^reports\//, `${folder.path}/`)));
    expect(status).toBe(0);
  });
  afterAll(() => folder.remove());

  it('count the same requests: series', () => {
    const series = readFileSync(folder.at('metrics.txt'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('http_requests_total{variant="host",service="shop"'))
      .filter((line) => line.includes('status_code="504"'));
    expect(Number(series.at(-1)!.split('} ')[1]!.split(' ')[0])).toBe(FAILED);
  });

  it('count the same requests: traces', () => {
    const roots = readFileSync(folder.at('spans.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as { resourceSpans: Resource[] }).resourceSpans)
      .filter(({ resource }) =>
        resource.attributes.some(({ value }) => value.stringValue === 'host'),
      )
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      .filter(({ parentSpanId }) => parentSpanId === undefined || parentSpanId === '');
    const failed = roots.filter(({ attributes }) =>
      attributes.some(({ key }) => key === 'error.type'),
    );
    expect(failed.length).toBe(FAILED);
  });

  it('count the same requests: log lines', () => {
    const lines = readFileSync(folder.at('logs.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"variant":"host"'))
      .filter((line) => line.includes('"level":"ERROR","service":"shop"'));
    expect(lines.length).toBe(FAILED);
  });

  it('are described with that number', () => {
    for (const { id, number } of ROWS)
      if (['E1', 'E3', 'E4'].includes(id)) expect(number).toContain(`${FAILED} requests`);
  });
});

describe('the hypothesis of row E5', () => {
  const check = (...more: readonly string[]): Ended =>
    faultline(['check', 'scenarios/patterns/chaos-schedule.yaml', NO_PROOFS, '--quiet', ...more]);

  it('is confirmed with guards', () => {
    expect(check().status).toBe(0);
  });

  it('is refuted without', () => {
    const row = ROWS.find(({ id }) => id === 'E5')!;
    const set = /--set [^`]+/.exec(row.shows)![0].split(' ');
    const { status, stdout } = check('--variant', 'guarded', ...set);
    expect(status).toBe(1);
    expect(stdout).toContain('hypothesis refuted');
  });
});
