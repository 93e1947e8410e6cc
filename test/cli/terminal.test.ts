import { describe, expect, it } from 'vitest';
import { formatList, nameList, wholeNumber } from '../../src/cli/flags.js';
import { progressBar } from '../../src/cli/progress.js';
import { reportName } from '../../src/cli/report-files.js';
import { printable } from '../../src/cli/terminal.js';
import type { Terminal } from '../../src/cli/terminal.js';

describe('text for a terminal', () => {
  it('shows what would move the cursor or turn the line', () => {
    expect(printable('a\u001b]8;;x\u0007b\u009bc\u202ed\r', false)).toBe(
      'a\\u001b]8;;x\\u0007b\\u009bc\\u202ed\\u000d',
    );
    expect(printable('two\tcells\nand lines', false)).toBe('two\tcells\nand lines');
  });

  it('lets colours through only where colours are on', () => {
    expect(printable('\u001b[1mx\u001b[22m', true)).toBe('\u001b[1mx\u001b[22m');
    expect(printable('\u001b[1mx', false)).toBe('\\u001b[1mx');
    expect(printable('\u001b[2Jx', true)).toBe('\\u001b[2Jx');
  });
});

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
  };
}
