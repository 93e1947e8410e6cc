import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cli/exit.js';
import { parseResult, rendered } from '../../src/cli/result-file.js';
import { storyMarkdown, storyText } from '../../src/report/story/render.js';
import { resultText } from '../../src/run/result-text.js';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, faultline, smallScenario } from './harness.js';

const BUDGETS = ['people.success >= 99%', 'people.latency.p99 < 10s'];
const PLAIN = { bold: same, dim: same, red: same, green: same, yellow: same };

let folder: Folder;
let scenario: string;
let document: string;
let text: string;
beforeAll(() => {
  folder = new Folder();
  scenario = folder.put('small.yaml', smallScenario(BUDGETS));
  document = folder.at('result.json');
  const { status } = faultline(['check', scenario, '--quiet', '--json', document]);
  expect(status).toBe(1);
  text = readFileSync(document, 'utf8');
});
afterAll(() => folder.remove());

describe('story', () => {
  it('tells a document as it tells the scenario without more runs', () => {
    // The check that wrote the document has made the runs of the proof.
    const own = faultline(['story', scenario, '--quiet']);
    const read = faultline(['story', document]);
    expect([own.status, own.stderr, read.status, read.stderr]).toEqual([0, '', 0, '']);
    expect(read.stdout.replace('result.json', 'small.yaml')).toBe(own.stdout);
    const piped = faultline(['story', document, '--variant', 'plain']).stdout;
    expect(piped).toContain('plain: fails 1 of 2 budgets');
    expect(piped).not.toContain('guarded:');
  });

  it('has the proof by runs without the fault, what is not met, and what nothing decides', () => {
    const { status, stdout } = faultline(['story', document]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Proof by runs without single faults\n +- Cause: “bank hangs”/);
    expect(stdout).toMatch(/Not met\n +- people\.success >= 99%: \d/);
    expect(stdout).toContain('Next step');
  });

  it('recommends a variant by its settings, and none with a milder fault, also from a document', () => {
    const text = readFileSync('scenarios/first.yaml', 'utf8');
    const variants = (set: string): string =>
      `${text}variants: [ { name: today }, { name: other, set: { ${set} } } ]\n`;
    const nextOf = (set: string): readonly string[] => {
      const path = folder.put('next.yaml', variants(set));
      const json = folder.at('next.json');
      const run = ['run', path, '--quiet', '--no-explain', '--out', folder.at('n'), '--json', json];
      expect(faultline(run).status).toBe(0);
      const own = faultline(['story', path, '--no-explain', '--quiet']).stdout;
      return [own, faultline(['story', json]).stdout].map((all) => all.split('Next step\n')[1]!);
    };
    const [live, read] = nextOf('services.payments.concurrency: 64');
    expect(live!.replaceAll(/\s+/gu, ' ')).toMatch(
      /^ ?Use other: it holds (?:the budget|all \d budgets), today holds (?:none|\d)\. It changes 1 setting: services\.payments\.concurrency: \d+ → 64\./u,
    );
    expect(read).toBe(live);
    const [mild, again] = nextOf("'faults[slow-payments].factor': 1.1");
    expect(mild).toContain('No variant holds all budgets under the same load and faults.');
    expect(again).toBe(mild);
  });

  it('puts the variants that fail first', () => {
    const path = folder.put('order.yaml', smallScenario(['people.success >= 99.9% in guarded']));
    const { stdout } = faultline(['story', path, '--no-explain', '--quiet']);
    expect(stdout.indexOf('guarded: fails')).toBeGreaterThan(0);
    expect(stdout.indexOf('guarded: fails')).toBeLessThan(stdout.indexOf('plain: no budgets'));
  });

  it('prints Markdown in which names cannot become markup', () => {
    const named = smallScenario(BUDGETS).replace('title: Small', "title: '<b>*Small*</b> [x](y)'");
    const path = folder.put('named.yaml', named);
    const { stdout } = faultline(['story', path, '--no-explain', '--quiet', '--markdown']);
    expect(stdout).toMatch(/^# &lt;b&gt;\\\*Small\\\*&lt;\/b&gt; \\\[x\\\]\(y\)\n/);
    expect(stdout).toContain('### Not met');
  });

  it('says what a run does not decide, and why', () => {
    const late = smallScenario(BUDGETS).replace('at: 8s, for: 4s', 'at: 17s, for: 3s');
    const path = folder.put('late.yaml', late.replace('replications: 2', 'replications: 1'));
    const { stdout } = faultline(['story', path, '--no-explain', '--quiet']);
    expect(stdout).toContain('How often this happens: there is one replication');
    const never = smallScenario(BUDGETS).replace(
      'at: 8s, for: 4s',
      "when: 'shop.queue.max > 1000', for: 4s",
    );
    const other = faultline(['story', folder.put('never.yaml', never), '--no-explain', '--quiet']);
    expect([other.stderr, other.stdout.replace(/\s+/g, ' ')]).toEqual([
      '',
      expect.stringContaining('it does not strike in the first replication'),
    ]);
  });

  it.each([
    ['truncated', () => text.slice(0, 5000), 'is not valid JSON: it ends in the middle'],
    ['empty', () => '', 'is empty'],
    ['edited', () => text.replace('"seed":7', '"seed":8'), 'was changed by hand, or is damaged'],
    ['without checksum', () => text.replace(/"checksum":"\w+",/, ''), 'it has no checksum'],
    [
      'of another version',
      () => text.replace(/"version":"[\d.]+"/, '"version":"9.9.9"'),
      'written by faultline 9.9.9',
    ],
    ['foreign', () => '{"name":"other","version":"1.0.0"}', 'is no result document'],
    ['a list', () => '[1,2]', 'is no result document'],
    [
      'a baseline',
      () => '{"faultline":"baseline/1","saved":[],"sha256":"x"}',
      'is a baseline/1 file',
    ],
    [
      'a sweep',
      () => '{"faultline":1,"engine":{"version":"0.1.0"},"cases":[]}',
      'is the document of a sweep',
    ],
    [
      'an exploration',
      () => '{"faultline":1,"engine":{"version":"0.1.0"},"explored":[]}',
      'is the document of an exploration',
    ],
    ['no JSON', () => 'hello', 'is not valid JSON'],
  ])('refuses a document that is %s', (_name, make, message) => {
    const path = folder.put('wrong.json', make());
    const { status, stdout, stderr } = faultline(['story', path]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain('faultline run FILE --json');
  });

  it('accepts a document with other spaces', () => {
    const pretty = JSON.stringify(JSON.parse(text), null, 2);
    expect(parseResult(pretty, 'x.json')!.digest).toBe((JSON.parse(text) as Result).digest);
  });

  it('refuses flags that need a run, and a variant that is not there', () => {
    expect(faultline(['story', document, '--seed', '3']).stderr).toContain(
      '--seed needs the scenario',
    );
    expect(faultline(['story', document, '--variant', 'guardd']).stderr).toContain(
      'did you mean "guarded"?',
    );
  });
});

describe('a mutated document', () => {
  it('is refused with a message, or told', () => {
    const draw = generator(38);
    for (let round = 0; round < 400; round++) {
      const own = mutated(text, draw);
      // The seventeenth digit of a number, or a second key of the same value, changes no value.
      if (endOf(own) === 'told') expect(JSON.parse(own)).toEqual(JSON.parse(text));
    }
  });

  it('is refused or told also where its checksum was forged', () => {
    const draw = generator(39);
    const ends = new Set<string>();
    for (let round = 0; round < 300; round++) {
      ends.add(endOf(resultText(deeplyChanged(JSON.parse(text), draw, 3) as Result)));
    }
    expect([...ends].sort()).toEqual(['refused', 'told']);
  });

  it('with names of 10,000 letters has short lines', () => {
    const long = 'n'.repeat(10_000);
    const result = JSON.parse(text.replaceAll('bank hangs', long)) as Result;
    const told = storyText(result, { source: 'x.json', paint: PLAIN, columns: 100 });
    expect(Math.max(...told.split('\n').map((line) => line.length))).toBeLessThan(700);
    expect(told.length).toBeLessThan(30_000);
  });
});

/** Reads and tells a document; any error but a message for the user fails the test. */
function endOf(source: string): 'refused' | 'told' {
  try {
    const result = parseResult(source, 'x.json');
    if (result === null) return 'refused';
    rendered('x.json', () => {
      const options = { source: 'x.json', paint: PLAIN, columns: 80 };
      return storyText(result, options) + storyMarkdown(result, options);
    });
    return 'told';
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === 2) return 'refused';
    throw error;
  }
}

/** A cut, a removed part, a changed character or a doubled part. */
function mutated(source: string, draw: () => number): string {
  const at = Math.floor(draw() * (source.length - 2)) + 1;
  const end = Math.min(source.length - 1, at + 1 + Math.floor(draw() * 50));
  switch (Math.floor(draw() * 4)) {
    case 0:
      return source.slice(0, at);
    case 1:
      return source.slice(0, at) + source.slice(end);
    case 2:
      return `${source.slice(0, at)}${source[at] === '7' ? '8' : '7'}${source.slice(at + 1)}`;
    default:
      return source.slice(0, end) + source.slice(at);
  }
}

const STRANGE: readonly unknown[] = [
  null,
  -1,
  1e308,
  '',
  '<script>',
  'x'.repeat(300),
  [],
  {},
  true,
];

/** A copy in which some values, found by a random walk, are replaced or removed. */
function deeplyChanged(value: unknown, draw: () => number, count: number): unknown {
  const root = structuredClone(value) as Record<string, unknown>;
  for (let change = 0; change < count; change++) {
    let node: Record<string, unknown> = root;
    for (;;) {
      const keys = Object.keys(node).filter((key) => key !== 'checksum' && key !== 'engine');
      if (keys.length === 0) break;
      const key = keys[Math.floor(draw() * keys.length)]!;
      const inner = node[key];
      if (typeof inner === 'object' && inner !== null && draw() < 0.8) {
        node = inner as Record<string, unknown>;
        continue;
      }
      node[key] = STRANGE[Math.floor(draw() * STRANGE.length)];
      break;
    }
  }
  return root;
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function same(words: string): string {
  return words;
}
