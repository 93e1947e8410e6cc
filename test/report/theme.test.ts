import { describe, expect, it } from 'vitest';
import { DARK, LIGHT, PRINT, SERIES, looksOf, type Token } from '../../src/report/drawing/theme.js';
import { sampleResult } from '../support/sample-result.js';

type Rgb = readonly [number, number, number];

/** Severity 1.0 matrices on linear RGB. Source: Machado, Oliveira, Fernandes 2009. */
const SIGHTS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

describe('the colours of variants', () => {
  for (const [page, tokens] of [
    ['light', LIGHT],
    ['dark', DARK],
  ] as const) {
    for (const sight of Object.keys(SIGHTS)) {
      it(`keep 16 apart in Lab on a ${page} page for ${sight} eyes`, () => {
        expect(closest(tokens, sight)).toBeGreaterThanOrEqual(16);
      });
    }
    it(`are readable as text at 4.5 to 1 on the ${page} page`, () => {
      const everywhere: Token[] = ['ink', 'ink2', 'ink3'];
      const onPage: Token[] = [...everywhere, 's1', 's2', 's3', 'fault-ink', 'good', 'bad'];
      for (const token of onPage) {
        expect(contrast(tokens[token], tokens.bg), token).toBeGreaterThanOrEqual(4.5);
      }
      for (const token of everywhere) {
        expect(contrast(tokens[token], tokens.surface), token).toBeGreaterThanOrEqual(4.5);
      }
    });
  }

  it('give the winner the ink, the baseline grey and dashes, and every variant a style of its own', () => {
    const looks = looksOf(sampleResult().variants, 'full');
    expect(looks.map((look) => look.color)).toEqual([
      'var(--base)',
      'var(--s1)',
      'var(--s2)',
      'var(--s3)',
      'var(--best)',
    ]);
    expect(looks[0]!.dash).not.toBeNull();
    const styles = looks.map((look) => `${look.color} ${look.dash}`);
    expect(new Set(styles).size).toBe(looks.length);
  });
});

describe('the colours of states', () => {
  const states = ['ok', 'degraded', 'failing', 'down'] as const;
  for (const [page, tokens] of [
    ['light', LIGHT],
    ['dark', DARK],
    ['printed', PRINT],
  ] as const) {
    it(`are at 3 to 1 or more on the ${page} page, and the worse a state, the stronger`, () => {
      const all = states.map((state) => contrast(tokens[state], tokens.bg));
      expect(all[0]).toBeGreaterThanOrEqual(3);
      // A step in grey that is seen without colour.
      all.slice(1).forEach((own, i) => expect(own / all[i]!, states[i + 1]).toBeGreaterThan(1.2));
    });
    it(`have names at 4.5 to 1 in their boxes on the ${page} page`, () => {
      for (const state of ['degraded', 'failing', 'down'] as const)
        expect(contrast(tokens[`on-${state}`], tokens[state]), state).toBeGreaterThanOrEqual(4.5);
    });
    it(`are not those of a fault on the ${page} page, which is grey`, () => {
      const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(tokens.fault.slice(at, at + 2), 16));
      expect(Math.max(r!, g!, b!) - Math.min(r!, g!, b!)).toBeLessThan(32);
    });
  }
});

function closest(tokens: Readonly<Record<Token, string>>, sight: string): number {
  const labs = SERIES.map((token) => lab(seenBy(linear(tokens[token]), sight)));
  let least = Infinity;
  for (let i = 0; i < labs.length; i++) {
    for (let j = i + 1; j < labs.length; j++) {
      least = Math.min(least, Math.hypot(...labs[i]!.map((value, k) => value - labs[j]![k]!)));
    }
  }
  return least;
}

function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function seenBy(rgb: Rgb, sight: string): Rgb {
  const rows = SIGHTS[sight]!.map((row) =>
    Math.min(1, Math.max(0, row[0]! * rgb[0] + row[1]! * rgb[1] + row[2]! * rgb[2])),
  );
  return [rows[0]!, rows[1]!, rows[2]!];
}

/** CIE Lab with the D65 white. */
function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number): number =>
    t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116;
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function contrast(one: string, two: string): number {
  const light = (hex: string): number => {
    const [r, g, b] = linear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const [a, b] = [light(one), light(two)];
  return Math.max(a, b) / Math.min(a, b);
}
