import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { FILE_BYTES_MAX } from '../../src/scenario/guards.js';
import { RIGHT } from './bad-input.js';
import { load, station } from './support.js';

const codes = (text: string): string[] => [...new Set(load(text).problems.map((p) => p.code))];

describe('hostile text', () => {
  it('is refused above four mebibytes before it is parsed', () => {
    expect(codes(`${RIGHT}# ${'x'.repeat(FILE_BYTES_MAX)}`)).toEqual(['FL102']);
    // Two bytes each in UTF-8: fewer characters than the limit, more bytes.
    expect(codes(`# ${'\u00e9'.repeat(FILE_BYTES_MAX / 2)}`)).toEqual(['FL102']);
  });

  it.each([
    ['flow lists', '['.repeat(100_000)],
    ['flow maps', '{a: '.repeat(60_000)],
    ['block lists', '- '.repeat(50_000)],
    ['complex keys', '? '.repeat(50_000)],
    ['block maps', Array.from({ length: 1500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['brackets behind a quote that never ends', `a: don't ${'['.repeat(2000)}`],
  ])('is refused when %s are nested without end', (_what, text) => {
    expect(codes(text)).toEqual(['FL104']);
  });

  it('is refused at the first value deeper than 64', () => {
    const nested = (n: number): string => `title: ${'['.repeat(n)}${']'.repeat(n)}`;
    expect(codes(nested(64))).toEqual(['FL104']);
    expect(codes(nested(62))).not.toContain('FL104');
  });

  it('is refused when regular expressions would be matched without end', () => {
    const gateway = (routes: readonly string[]): string =>
      RIGHT.replace(/ {4}routes:\n.*\n/, `    routes: [ ${routes.join(', ')} ]\n`).replace(
        'path: /orders }, {',
        `path: /${'a'.repeat(1999)} }, {`,
      );
    const expression = `(${'a?'.repeat(300)}${'a'.repeat(300)})`;
    const started = performance.now();
    const routes = Array.from(
      { length: 60 },
      (_, i) => `{ name: r${i}, match: { path: "~/${expression}{1,2}b" }, to: orders.create }`,
    );
    expect(codes(gateway(routes))).toContain('FL602');
    const many = Array.from({ length: 2001 }, (_, i) => `{ name: r${i}, to: orders.create }`);
    expect(codes(gateway(many))).toContain('FL602');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('is refused when aliases multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i++) {
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    }
    expect(codes(lines.join('\n'))).toEqual(['FL109']);
  });

  it('is refused when an alias contains itself', () => {
    expect(codes('a: &a [*a]')).toContain('FL104');
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'is refused with the key %s, everywhere',
    (key) => {
      const before = Object.getOwnPropertyNames(Object.prototype).length;
      expect(codes(`${RIGHT}${key}: { polluted: true }`)).toContain('FL107');
      expect(codes(RIGHT.replace('labels: { tier', `labels: { ${key}: x, tier`))).toContain(
        'FL107',
      );
      expect(
        codes(RIGHT.replace('services:\n', `services:\n  ${key}: { endpoints: {} }\n`)),
      ).toContain('FL107');
      expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  it('pollutes nothing through the path of a patch', () => {
    const text = RIGHT.replace('remove: [policies.pay.retry]', 'remove: []').replace(
      'policies.plain.timeout: 900ms',
      'policies.__proto__.polluted: true',
    );
    expect(load(text).file).toBeNull();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['NUL', '\u0000'],
    ['escape', '\u001b[2J'],
    ['delete', '\u007f'],
    ['a C1 control', '\u009b'],
    ['half a surrogate pair', '\ud800'],
  ])('is refused with %s in it, raw', (_what, char) => {
    expect(codes(RIGHT.replace('title: Right', `title: R${char}`))).toEqual(['FL103']);
  });

  it.each(['"\\0"', '"\\x1b]52;c;"', '"\\ud800"', '"\\x7f"'])(
    'is refused with %s written as an escape',
    (text) => {
      expect(codes(RIGHT.replace('title: Right', `title: ${text}`))).toContain('FL103');
    },
  );

  it.each([
    ['a tag', 'title: !!js/function x'],
    ['a local tag', 'title: !foo x'],
    ['a second document', 'title: x\n---\ntitle: y'],
    ['a tab as indentation', 'run:\n\tduration: 5s'],
    ['an unknown alias', 'title: *nobody'],
    ['a bracket that is not closed', 'run: { duration: 5s'],
    ['an unclosed quote', 'title: "x'],
  ])('is refused with %s', (_what, text) => {
    expect(codes(text)).toEqual(['FL105']);
  });

  it.each([
    ['nothing', ''],
    ['a comment', '# nothing'],
    ['a list', '- a'],
    ['a word', 'hello'],
  ])('is refused when the file holds %s', (_what, text) => {
    expect(codes(text)).toEqual(['FL113']);
  });

  it('is refused in one line when it is a result, with the commands that read it', () => {
    const result = '{"checksum":"f900","comparisons":[],"digest":"45b7","faultline":1}';
    const { problems } = load(result);
    expect(problems.map(({ code }) => code)).toEqual(['FL113']);
    expect(problems[0]!.message).toMatch(/^is a result, not a scenario: faultline story /);
  });

  it('is refused when a key is a map', () => {
    expect(codes(`${RIGHT}? {x: 1}\n: 2\n`)).toContain('FL108');
  });

  it('is answered within a moment when a quantity is a million digits long', () => {
    expect(codes(RIGHT.replace('timeout: 500ms', `timeout: ${'9'.repeat(1_000_000)}x`))).toEqual([
      'FL205',
    ]);
    expect(codes(RIGHT.replace('p50=2ms p99=9ms', '('.repeat(5000)))).toEqual(['FL205']);
  });

  it('never puts control characters on the terminal, not even of the line it shows', () => {
    const { problems } = load(RIGHT.replace('title: Right', 'title: R\u001b[2J\u202e'));
    const shown = problems.map(formatDiagnostic).join('\n');
    // eslint-disable-next-line no-control-regex
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('accepts a byte order mark and the line ends of Windows', () => {
    expect(load(`\ufeff${RIGHT.replace(/\n/g, '\r\n')}`).problems).toEqual([]);
  });
});

describe('any text at all', () => {
  it('is answered with a scenario or with problems, never with an exception', () => {
    // A small generator with a fixed seed, so that the same 500 texts are tried every time.
    let state = 12345;
    const next = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 4294967296) * below);
    };
    const words = RIGHT.split(/(?=[\s,:{}[\]])/);
    const odd = [
      'null',
      '[]',
      '{}',
      '-1',
      '""',
      '~',
      '*a',
      '&a',
      '1e99',
      'none',
      ':',
      '- ',
      '{',
      '}',
    ];
    let right = 0;
    for (let round = 0; round < 500; round++) {
      const text = [...words];
      for (let edits = 1 + next(3); edits > 0; edits--) {
        const at = next(text.length);
        const how = next(4);
        if (how === 0) text.splice(at, 1 + next(4));
        else if (how === 1) text[at] = odd[next(odd.length)];
        else if (how === 2) text[at] = text[next(text.length)];
        else text.splice(at, 0, ` ${odd[next(odd.length)]}`);
      }
      const { file, problems } = load(text.join(''));
      if (file === null) expect(problems.length).toBeGreaterThan(0);
      else right++;
    }
    expect(right).toBeGreaterThan(5);
  });
});

describe('a load that is too much to run', () => {
  /** Eight services, each of which may call the next one thirty times. */
  const fan = (chance: string): string => {
    const services = Array.from({ length: 8 }, (_, i) => {
      const call = `{ call: s${i + 1}.get, probability: ${chance} }`;
      const calls = i === 7 ? '' : `, { loop: { times: 30, steps: [ ${call} ] } }`;
      return `  s${i}: { endpoints: { get: [ wait: 1ms${calls} ] } }`;
    });
    return station('{ endpoints: { serve: [ call: s0.get ] } }').replace(
      'services:',
      `services:\n${services.join('\n')}`,
    );
  };

  it('is reported from the mean number of calls', () => {
    expect(load(fan('100%')).problems.map(({ code }) => code)).toEqual(['FL601']);
    expect(load(fan('5%')).problems).toEqual([]);
  });
});
