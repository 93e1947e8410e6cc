import { describe, expect, it } from 'vitest';
import {
  asLines,
  escaped,
  harmless,
  masked,
  oneLine,
  oneLineTexts,
  splitLines,
  visible,
} from '../../src/text/line.js';

describe('a text on one line', () => {
  it.each([
    ['two lines', 'a\nb', 'a b'],
    ['the line end of a block in YAML', 'a\n', 'a'],
    ['a paragraph', 'a\n\n  b', 'a b'],
    ['every other line end', 'a\rb\r\nc\vd\fe\u0085f\u2028g\u2029h', 'a b c d e f g h'],
    ['a tab', 'a\tb', 'a b'],
    ['nothing but line ends', '\n\r\n', ''],
  ])('folds %s', (_, text, folded) => {
    expect(oneLine(text)).toBe(folded);
    expect(oneLine(folded)).toBe(folded);
  });

  it('keeps every other space', () => {
    expect(oneLine('  a  b\u00a0c ')).toBe('  a  b\u00a0c ');
  });

  it('shows what would move the cursor or turn the line', () => {
    expect(oneLine('a\u001b[2Jb\u009bc\u202ed\u200be\ud800')).toBe(
      'a\\u001b[2Jb\\u009bc\\u202ed\\u200be\\ud800',
    );
    expect(oneLine('😀')).toBe('😀');
  });

  it('takes linear time', () => {
    const started = performance.now();
    oneLine(`${' '.repeat(2_000_000)}x\n`);
    harmless(`${'\n'.repeat(500_000)}${' '.repeat(500_000)}${'#'.repeat(500_000)}::`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('lines of output', () => {
  it('are as many as the texts', () => {
    expect(asLines(['a\nb', '', 'c'])).toBe('a b\n\nc\n');
    expect(asLines([])).toBe('');
    expect(splitLines('a\nb\n')).toBe('a\nb\n');
  });

  it('keep colours, which a stream without colours shows as text', () => {
    const bold = '\u001b[1mx\u001b[22m';
    expect(asLines([`${bold}\u001b[2J`])).toBe(`${bold}\\u001b[2J\n`);
    expect(visible(bold)).toBe('\\u001b[1mx\\u001b[22m');
  });
});

describe('a value with all its texts on one line', () => {
  it('keeps the objects in which nothing changes', () => {
    const value = { a: [1, { b: 'x' }], c: null };
    expect(oneLineTexts(value)).toBe(value);
    const other = { kept: value, text: 'a\nb' };
    expect(oneLineTexts(other)).toEqual({ kept: value, text: 'a b' });
    expect(oneLineTexts(other).kept).toBe(value);
  });

  it('folds the names of fields, and touches no prototype', () => {
    const read = JSON.parse('{"__proto__": {"a\\nb": ["c\\rd"]}}') as object;
    const made = oneLineTexts(read);
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(JSON.stringify(made)).toBe('{"__proto__":{"a b":["c d"]}}');
  });
});

describe('a quoted source', () => {
  it('shows each line end', () => {
    expect(escaped('a\nb\tc\u2028')).toBe('a\\u000ab\\u0009c\\u2028');
  });

  it('keeps its columns', () => {
    expect(masked('a\tb\u202ec')).toBe('a b·c');
  });
});

describe('a line in the log of a CI system', () => {
  it.each([
    ['a command of GitHub', '::error file=x::y', '\\::error file=x::y'],
    ['one after spaces', '  \u00a0::error::y', '  \u00a0\\::error::y'],
    ['one on a later line', 'a\n ::error::y', 'a\n \\::error::y'],
    ['one behind a character without width', '\u00ad:\u00ad:error::y', '\u00ad\\::error::y'],
    ['one in colour', '\u001b[1m::error::y', '\u001b[1m\\::error::y'],
    ['an older one, anywhere', 'a ##[error]b', 'a ##\\[error]b'],
    ['one of Azure Pipelines', 'a ##vso[task.complete]b', 'a ##vso\\[task.complete]b'],
    ['one of TeamCity', "##teamcity[message text='x']", "##teamcity\\[message text='x']"],
  ])('is no command: %s', (_, text, shown) => {
    expect(harmless(text)).toBe(shown);
    expect(harmless(shown)).toBe(shown);
  });

  it.each(['a ::error::b', 'std::vector', '# a [b]', '## a', 'x: ::'])('stays: %s', (text) => {
    expect(harmless(text)).toBe(text);
  });
});
