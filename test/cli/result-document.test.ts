import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cli/exit.js';
import { parseResult, rendered } from '../../src/cli/result-file.js';
import { storyMarkdown, storyText } from '../../src/report/story/render.js';
import { sealed } from '../../src/text/seal.js';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, faultline, smallScenario } from './harness.js';

type Values = Record<string, unknown>;

let folder: Folder;
let text: string;
beforeAll(() => {
  folder = new Folder();
  const scenario = folder.put('small.yaml', smallScenario(['people.success >= 99%']));
  const document = folder.at('result.json');
  expect(faultline(['check', scenario, '--quiet', '--json', document]).status).toBe(1);
  text = readFileSync(document, 'utf8');
});
afterAll(() => folder.remove());

/** The document with another value at a place, and a checksum that fits. */
function forged(place: readonly (string | number)[], value: unknown): string {
  const document = JSON.parse(text) as Values;
  const owner = place.slice(0, -1).reduce<unknown>((node, key) => (node as Values)[key], document);
  (owner as Values)[place.at(-1)!] = value;
  return sealed(document);
}

/** What `story` says about a document: its account, or why it refuses it. */
function toldOf(source: string): { readonly account?: string; readonly refusal?: string } {
  try {
    const result = parseResult(source, 'x.json')!;
    const account = rendered('x.json', () => storyOf(result));
    return { account };
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === 2) return { refusal: error.message };
    throw error;
  }
}

function storyOf(result: Result): string {
  const paint = { bold: same, dim: same, red: same, green: same, yellow: same };
  const options = { source: 'x.json', paint, columns: 80 };
  return storyText(result, options) + storyMarkdown(result, options);
}

describe('a result document', () => {
  it.each([
    [['hypothesis'], true, 'hypothesis must be a mapping, found true'],
    [['hypothesis'], { verdict: 'fine' }, 'hypothesis.statement is missing'],
    [['replications'], 'text', 'replications must be a number, found text'],
    [['replications'], 0, 'replications must be at least 1, found 0'],
    [['run'], {}, 'run.duration is missing'],
    [['run', 'duration'], null, 'run.duration must be a number, found null'],
    [['run', 'warmup'], -5, 'run.warmup must be at least 0, found -5'],
    [['digest'], {}, 'digest must be text, found a map'],
    [['digest'], 'ffff', 'digest must be 16 digits of 0-9 and a-f, found ffff'],
    [['scenario', 'title'], 7, 'scenario.title must be text, found 7'],
    [['seed'], -1, 'seed must be at least 0, found -1'],
    [['variants'], [], 'variants needs at least 1 entry, found an empty list'],
    [['variants', 0, 'name'], null, 'variants[0].name must be text, found null'],
    [
      ['variants', 0, 'budgets', 0, 'verdict'],
      'purple',
      'variants[0].budgets[0].verdict must be one of pass, fail, inconclusive, found purple',
    ],
    [['variants', 0, 'cascade', 'verdicts', 0], 'gone', 'verdicts[0] must be one of untouched,'],
    [['variants', 0, 'cascade', 'events', 0, 'kind'], 'x', 'events[0].kind must be one of fault,'],
    [['variants', 0, 'summary', 'recovery', 'never'], -5, 'recovery.never must be at least 0'],
    [['variants', 0, 'summary', 'success', 'value'], -7, 'success.value must be a share between'],
    [['variants', 0, 'summary', 'success', 'ci95'], [1e308, -1e308], 'must begin with its lower'],
    [['variants', 0, 'summary', 'success', 'ci95'], [0, 0.001], 'must lie within its interval'],
    [['variants', 0, 'summary', 'success', 'each'], [2], 'each[0] must be a share between 0 and 1'],
    [['variants', 0, 'faults', 0, 'spans'], [{ from: 2, until: 1 }], 'until must not be before 2'],
  ] as const)('is refused with the place where %j is %j', (place, value, says) => {
    const { refusal } = toldOf(forged(place, value));
    expect(refusal).toMatch(/^x\.json: is no result document: /);
    expect(refusal).toContain(says);
    expect(refusal).toContain('Write it again with faultline run FILE --json RESULT.json');
  });

  it.each([
    ['text', () => 'x'.repeat(5_000_000), 'extra has 5000000 characters; at most 4194304'],
    ['list', () => Array(1_000_001).fill(0), 'extra has 1000001 entries; at most 1000000'],
  ])('is refused with a %s that no run writes', (_name, make, says) => {
    expect(toldOf(forged(['extra'], make())).refusal).toContain(says);
  });

  it('is refused where a number is beyond the largest one', () => {
    const { refusal } = toldOf(text.replace(/"duration":20\b/, '"duration":1e999'));
    expect(refusal).toContain('run.duration is not a finite number');
  });

  it.each([
    ['in front', (deep: string) => text.replace('{', `{"deep":${deep},`)],
    ['alone', (deep: string) => deep],
    ['cut', (deep: string) => text.replace('{', `{"deep":${deep.slice(0, 50_000)}`)],
    ['of mappings', () => `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ])('is refused where lists are nested 50,000 deep, %s', (_name, make) => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    const path = folder.put('deep.json', make(deep));
    const { status, stdout, stderr } = faultline(['story', path]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('deep.json: has values that are nested more than 100 deep');
  });

  it('may have brackets in its texts', () => {
    const title = `${'[{"'.repeat(300)}\\`;
    const { account } = toldOf(forged(['scenario', 'title'], title));
    expect(account).toContain('[{"[{"');
  });

  it('with 20,000 events is told as fast as it is read', () => {
    const document = JSON.parse(text) as Result & Values;
    const { events } = document.variants[0]!.cascade;
    const many = events.flatMap((event) =>
      Array.from({ length: Math.ceil(20_000 / events.length) }, () => event),
    );
    Object.assign(document.variants[0]!.cascade, { events: many });
    const source = sealed(document);
    const [read, told] = [
      userTime(() => parseResult(source, 'x.json')),
      userTime(() => toldOf(source)),
    ];
    expect(told).toBeLessThan(20 * read + 1000);
  });
});

/** Milliseconds of processor time. */
function userTime(work: () => unknown): number {
  const { user } = process.cpuUsage();
  work();
  return process.cpuUsage({ user, system: 0 }).user / 1000;
}

const HOSTILE: readonly unknown[] = [
  null,
  -7,
  '\u001b]8;;http://x\u0007[red](x)<b>\u202e\u0000',
  [],
  JSON.parse('{"__proto__":{"polluted":1},"constructor":{}}'),
];

/** What an account must not have, and a refusal that names no place. */
const NONSENSE =
  // eslint-disable-next-line no-control-regex
  /undefined|NaN|\[object|-7\b|Infinity|[\u0000-\u0008\u001b\u202e]/;
const VAGUE = /do not fit together|undefined/;

describe('a document with a hostile value at any place', () => {
  it('is refused with that place, or told without it', () => {
    const document = JSON.parse(text) as Result & Values;
    // What no account reads would only make each of the documents larger.
    Object.assign(document, { variants: document.variants.slice(0, 1) });
    for (const variant of document.variants as unknown as Values[]) {
      Object.assign(variant, { edges: {}, exemplars: [], journal: [], patch: {}, headroom: {} });
      Object.assign(variant, { contributors: {}, blame: {}, faultTimes: [], metered: {} });
      const { series } = variant['timeline'] as { readonly series: Values };
      variant['timeline'] = { series: emptied(series) };
      const components = Object.entries(variant['components'] as Record<string, Values>);
      variant['components'] = Object.fromEntries(
        components.map(([name, { kind, outcomes, parts, pools }]) => {
          const own = Object.keys(parts as Values).map((part) => [part, { outcomes }]);
          return [name, { kind, outcomes, parts: Object.fromEntries(own) as Values, pools }];
        }),
      );
      const proof = variant['counterfactuals'] as Record<string, unknown[]>;
      Object.assign(proof, { twin: {}, interventions: proof['interventions']!.slice(0, 1) });
    }
    Object.assign(document, { comparisons: [] });
    expect(toldOf(sealed(document)).account).toContain('fails');
    const wrong: string[] = [];
    let refused = 0;
    let told = 0;
    for (const { place, source } of changesOf(document)) {
      const { account, refusal } = toldOf(source);
      if (account === undefined) refused++;
      else told++;
      const found = account === undefined ? VAGUE.exec(refusal!) : NONSENSE.exec(account);
      if (found !== null) wrong.push(`${place}: ${found[0]}`);
    }
    expect(wrong).toEqual([]);
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect(refused).toBeGreaterThan(500);
    expect(told).toBeGreaterThan(100);
  });
});

function emptied(values: Values): Values {
  return Object.fromEntries(Object.keys(values).map((key) => [key, {}]));
}

/** The document with each hostile value at one place of each kind. */
function* changesOf(root: Values): Generator<{ readonly place: string; readonly source: string }> {
  const seen = new Set<string>();
  const visit = function* (
    node: Values,
    path: string,
  ): Generator<{ readonly place: string; readonly source: string }> {
    for (const key of Object.keys(node)) {
      const own = Array.isArray(node) ? `${path}[]` : `${path}.${key}`;
      // Quantiles have one shape, as have the parts and the outcomes of all components.
      const place = own
        .replace(/\.(successLatency|latency)\.\w+/, '.latency.quantile')
        .replace(/\.components\.[^.]+/, '.components.name')
        .replace(/\.outcomes\.\w+/, '.outcomes.name');
      if (seen.has(place) || place === '.checksum') continue;
      seen.add(place);
      const value = node[key];
      for (const hostile of HOSTILE) {
        node[key] = hostile;
        yield { place, source: sealed(root) };
      }
      node[key] = value;
      if (typeof value === 'object' && value !== null) yield* visit(value as Values, place);
    }
  };
  yield* visit(root, '');
}

function same(words: string): string {
  return words;
}
