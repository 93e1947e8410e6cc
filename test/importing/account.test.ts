import { describe, expect, it } from 'vitest';
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
