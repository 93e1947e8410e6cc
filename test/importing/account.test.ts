import { describe, expect, it } from 'vitest';
import { cardLines } from '../../src/importing/card.js';
import type { DriftedFigure } from '../../src/contracts/result/drift.js';
import { fixtures, imported, loaded, scalarsIn } from './support.js';

const SYSTEMS: readonly string[] = [
  'bookinfo',
  'online-boutique',
  'petclinic',
  'voting-app',
  'aks-store',
  'ingress-nginx',
  'ftgo',
  'petclinic-cloud',
  'astronomy-shop',
  'envoy-gateway',
  'examples/envoy',
  'examples/gateway-api',
  'examples/kafka',
  'examples/kong',
];

describe.each(SYSTEMS)('the account of %s', (folder) => {
  const sources = fixtures(folder);
  const result = imported(sources);

  it('has every value of the files, in the scenario or with a reason', () => {
    const values = sources.reduce((sum, each) => sum + scalarsIn(each), 0);
    const { account } = result;
    expect(account.values).toBe(values);
    expect(account.placed + account.listed.length).toBe(values);
    expect(account.listed.filter(({ reason }) => reason === '')).toEqual([]);
  });

  it('names each placed value in a comment of the scenario', () => {
    const listed = new Set(result.account.listed.map(({ place, path }) => `${place} ${path}`));
    expect(listed.size).toBe(result.account.listed.length);
    const places = placesIn(result.scenario);
    expect(places.size).toBeGreaterThan(0);
    // Several values can be on one line, so that there are at most as many places as placed values.
    expect(places.size).toBeLessThanOrEqual(result.account.placed + mappingPlaces(result.scenario));
  });

  it('leaves no value to chance: each field is known', () => {
    expect(result.account.listed.filter(({ reason }) => /reads this field/.test(reason))).toEqual(
      [],
    );
  });

  it('makes a scenario that loads without a change', () => {
    expect(loaded(result).variants).toHaveLength(1);
  });

  it('counts the marks of the file as guesses', () => {
    const marks = result.scenario.split('\n').filter((line) => /# (.*, )?guess$/.test(line));
    expect(result.guesses.filter(({ path }) => !path.endsWith('.call'))).not.toHaveLength(0);
    expect(result.guesses).toHaveLength(marks.length);
  });
});

describe('what a run predicts beside the traces', () => {
  const figure = (
    name: DriftedFigure['figure'],
    [predicted, measured]: readonly [number, number],
    agreement: DriftedFigure['agreement'],
  ): DriftedFigure => ({
    ...{ subject: 'shipping.process', figure: name, n: 239, measured, predicted, agreement },
    ...{ allowed: [0, 1], error: 0 },
  });
  const line = (batch: string, ...beside: readonly DriftedFigure[]): string | undefined => {
    const scenario = `topics: { orders: { subscribers: [{ call: shipping.process${batch} }] } }`;
    const result = { ...imported(fixtures('voting-app')), scenario };
    return cardLines(result, 'out.yaml', { traced: [], beside }).find((one) =>
      one.startsWith('  shipping'),
    );
  };
  const p50 = figure('p50', [0.04, 0.04], 'agrees');

  it('has the figures that differ, whatever they are', () => {
    const failed = figure('failures', [0, 0.125], 'differs');
    expect(line('', p50, figure('throughput', [2, 2], 'agrees'), failed)).toBe(
      '  shipping.process: p50 40 ms for 40 ms, failures 0 % for 12.5 % (differs); n = 239',
    );
  });

  it('says why a handler of batches runs more often', () => {
    const more = figure('throughput', [16.6, 1.99], 'differs');
    const text = '  shipping.process: throughput 16.6/s for 1.99/s (differs); n = 239';
    expect(line(', batch: 10', more)).toBe(
      `${text}; a run takes up to 10 messages as they come: a wait for more, such as fetch.min.bytes, has no counterpart`,
    );
    expect(line('', more)).toBe(text);
    expect(line(', batch: 10', figure('throughput', [1.99, 16.6], 'differs'))).not.toContain('run');
  });
});

/** `file:line` of every comment. */
function placesIn(scenario: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, comment] of scenario.matchAll(/ {2}# (.+)$/gm)) {
    let file = '';
    for (const part of comment!.split(', ')) {
      const [, name, line] = /^(?:(.+):)?(\d+)$/.exec(part) ?? [];
      if (line === undefined) continue;
      file = name ?? file;
      found.add(`${file}:${line}`);
    }
  }
  return found;
}

/** Number of comments of mappings, whose places are no values. */
function mappingPlaces(scenario: string): number {
  const comments = [...scenario.matchAll(/:(?: \{\})? {2}# (.+:\d.*)/gm)];
  return comments.reduce((sum, [, places]) => sum + places!.split(', ').length, 0);
}
