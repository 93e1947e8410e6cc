import { afterEach, describe, expect, it } from 'vitest';
import { formatList, nameList, wholeNumber } from '../../src/cli/flags.js';
import { progressBar } from '../../src/cli/progress.js';
import { reportName } from '../../src/cli/report-name.js';
import { processTerminal } from '../../src/cli/terminal.js';
import type { Terminal } from '../../src/cli/terminal.js';

describe('progress', () => {
  it('draws the first and the last state and not every one between', () => {
    const lines: string[] = [];
    const draw = progressBar(fakeTerminal(lines), 'simulating', 1000);
    for (let done = 1; done <= 1000; done++) draw(done);
    expect(lines[0]).toMatch(/^simulating \[\.+\] 0\/1000$/);
    expect(lines.at(-1)).toBe('');
    expect(lines.length).toBeLessThan(100);
  });
});

describe('the time that is left', () => {
  /** The last line when this number of runs of 10 is done after this many seconds. */
  function lineAt(done: number, seconds: number, total = 10): string {
    const lines: string[] = [];
    let now = 0n;
    const draw = progressBar(fakeTerminal(lines), 'simulating', total, () => now);
    now = BigInt(Math.round(seconds * 1e9));
    draw(done);
    return lines.at(-1)!;
  }

  it('is said once some runs are done and enough time has passed', () => {
    expect(lineAt(2, 10)).toMatch(/2\/10, about 40 s left$/);
    expect(lineAt(8, 12)).toMatch(/8\/10, about 3 s left$/);
    expect(lineAt(5, 300)).toMatch(/5\/10, about 5 min left$/);
    expect(lineAt(100, 3600, 1000)).toMatch(/100\/1000, about 9 h left$/);
  });

  it('is not shown if it would be a guess or not needed', () => {
    for (const line of [lineAt(0, 60), lineAt(2, 1), lineAt(1, 5, 1000)]) {
      expect(line).toMatch(/\] \d+\/\d+$/);
    }
    expect(lineAt(10, 60)).toBe('');
  });
});

describe('a terminal that does not know its width', () => {
  const { isTTY, columns } = process.stdout;
  afterEach(() => Object.assign(process.stdout, { isTTY, columns }));

  it('is taken for one of 100 columns', () => {
    Object.assign(process.stdout, { isTTY: true, columns: 0 });
    expect(processTerminal().columns).toBe(100);
    Object.assign(process.stdout, { columns: 60 });
    expect(processTerminal().columns).toBe(60);
  });
});

describe('flags', () => {
  it('take whole numbers in their range only', () => {
    const parse = wholeNumber(1, 8);
    expect(parse('8')).toBe(8);
    for (const text of ['0', '9', '1.5', '-1', '0x2', '', ' 3', '1e1']) {
      expect(() => parse(text)).toThrow('a whole number from 1 to 8');
    }
  });

  it('take formats in one order, each once', () => {
    expect(formatList('svg,html,svg')).toEqual(['html', 'svg']);
    expect(() => formatList('pdf')).toThrow("'pdf' is none of html, svg, md, csv, json");
  });

  it('collect names over commas and repetitions', () => {
    expect(nameList('b, c', nameList('a'))).toEqual(['a', 'b', 'c']);
    expect(() => nameList(',')).toThrow('a name is expected');
  });
});

describe('the name of a report', () => {
  it('is that of the scenario where it is harmless', () => {
    expect(reportName('scenarios/retry-metastable.yaml')).toBe('retry-metastable');
  });

  it('is a slug with a hash for everything else', () => {
    for (const path of ['Über uns.yaml', 'con.yaml', '..yaml', 'a'.repeat(60), '<script>.yml']) {
      expect(reportName(path)).toMatch(/^[a-z0-9-]{1,40}-[0-9a-f]{8}$/);
    }
    expect(reportName('A.yaml')).not.toBe(reportName('a-.yaml'));
  });
});

function fakeTerminal(lines: string[]): Terminal {
  return {
    out: () => {},
    raw: () => {},
    note: () => {},
    progress: (line) => lines.push(line),
    colors: { out: false, err: false },
    columns: 100,
    isLog: true,
    hasProgress: false,
    canAsk: false,
  };
}
