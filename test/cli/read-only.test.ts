import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder, faultline, smallScenario } from './harness.js';
import type { Ended } from './warm/warm.js';

let folder: Folder;
let scenario: string;
beforeAll(() => {
  folder = new Folder();
  scenario = folder.put('small.yaml', smallScenario(['people.success >= 10%']));
});
afterAll(() => folder.remove());

describe('faultline validate', () => {
  it('says what a good scenario holds, and nothing when quiet', () => {
    const { status, stdout, stderr } = faultline(['validate', scenario]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      `${scenario}: ok, 2 components, 2 instances, 2 edges, 2 variants, 1 budget\n`,
    );
    expect(faultline(['validate', scenario, '--quiet']).stdout).toBe('');
  });

  it('reads all files and reports the problems of each', () => {
    const unknown = folder.put('unknown.yaml', smallScenario().replace('bank.pay', 'bnak.pay'));
    const negative = folder.put('negative.yaml', smallScenario().replace('50/s', '-50/s'));
    const { status, stdout, stderr } = faultline(['validate', unknown, scenario, negative]);
    expect(status).toBe(2);
    expect(stdout).toContain(`${scenario}: ok`);
    expect(stderr).toMatch(/unknown\.yaml:12:\d+ FL404 .*\n?.*did you mean "bank/);
    expect(stderr).toMatch(/negative\.yaml:\d+:\d+ FL205 /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('refuses a load that no run could finish', () => {
    const path = folder.put('absurd.yaml', smallScenario().replace('50/s', '1000000000/s'));
    const { status, stderr } = faultline(['validate', path]);
    expect([status, stderr.includes('FL601')]).toEqual([2, true]);
  });
});

describe('faultline graph', () => {
  it('draws Mermaid, DOT and SVG', () => {
    expect(faultline(['graph', scenario]).stdout).toMatch(/^flowchart /);
    expect(faultline(['graph', scenario, '--format', 'dot']).stdout).toMatch(/^digraph /);
    const svg = faultline(['graph', scenario, '--format', 'svg']).stdout;
    expect(svg).toMatch(/^(<\?xml .*\n)?<svg /);
    for (const format of ['mermaid', 'dot', 'svg']) {
      const { status, stdout } = faultline(['graph', scenario, '--format', format]);
      expect([format, status]).toEqual([format, 0]);
      for (const name of ['people', 'shop', 'bank']) expect(stdout).toContain(name);
    }
  });

  it('writes to a file as its name ends, and then prints nothing', () => {
    const written = (name: string, ...flags: string[]): string => {
      const path = folder.at(name);
      const { status, stdout } = faultline(['graph', scenario, ...flags, '--out', path]);
      expect([name, status, stdout]).toEqual([name, 0, '']);
      return readFileSync(path, 'utf8');
    };
    expect(written('graph.svg')).toContain('<svg ');
    expect(written('graph.GV')).toMatch(/^digraph /);
    expect(written('graph.dot')).toMatch(/^digraph /);
    expect(written('graph.mmd')).toMatch(/^flowchart /);
    expect(written('graph.md')).toMatch(/^```mermaid\nflowchart [^]*\n```\n$/);
    expect(written('same.svg', '--format', 'svg')).toContain('<svg ');
    expect(written('none', '--format', 'dot')).toMatch(/^digraph /);
  });

  it('refuses an ending that no format has, and one that --format contradicts', () => {
    const refused = (name: string, ...flags: string[]): string => {
      const path = folder.at(name);
      const { status, stdout, stderr } = faultline(['graph', scenario, ...flags, '--out', path]);
      expect([name, status, stdout, existsSync(path)]).toEqual([name, 2, '', false]);
      return stderr;
    };
    for (const name of ['graph.png', 'graph.txt', 'graph']) {
      expect(refused(name)).toContain('.svg, .mmd, .mermaid, .md, .dot or .gv');
    }
    expect(refused('graph.png')).toContain('dot -Tpng');
    expect(refused('other.png', '--format', 'svg')).toContain('graph writes no .png files');
    expect(refused('odd.svg', '--format', 'dot')).toMatch(
      /is svg, and --format asks for dot.*\.gv/,
    );
  });

  it('puts the groups of the report into boxes', () => {
    const path = folder.put(
      'grouped.yaml',
      `${smallScenario()}report: { groups: { front: [shop], back: [bank, shop] } }\n`,
    );
    const drawn = (format: string): string => faultline(['graph', path, '--format', format]).stdout;
    // A component appears in one box; a group without components has no box.
    expect(drawn('dot')).toMatch(/label="back"; "bank"; "shop"; }/);
    expect(drawn('dot')).not.toContain('front');
    expect(drawn('mermaid')).toMatch(/subgraph g0 \["back"\]\n( {4}n\d\n){2} {2}end\n/);
    expect(drawn('svg')).toMatch(/>back<\/text\s*>/);
  });

  it('draws the ways of messages beside those of calls', () => {
    const path = folder.put(
      'messages.yaml',
      smallScenario()
        .replace('work: exponential(5ms)', 'publish: sold')
        .concat(
          'topics: { sold: { kind: kafka, subscribers: [ { group: mail, call: bank.pay } ] } }\n',
        ),
    );
    const { stdout } = faultline(['graph', path, '--format', 'dot']);
    expect(stdout).toContain('"shop" -> "sold" [style=dotted];');
    expect(stdout).toContain('"sold" -> "bank" [style=dotted];');
    expect(stdout).toContain('"shop" -> "bank";');
  });

  it('leaves out what the report hides', () => {
    const path = folder.put('hidden.yaml', `${smallScenario()}report: { hide: [bank] }\n`);
    for (const format of ['mermaid', 'dot', 'svg']) {
      const { stdout } = faultline(['graph', path, '--format', format]);
      expect([format, stdout.includes('shop'), stdout.includes('bank')]).toEqual([
        format,
        true,
        false,
      ]);
    }
  });

  it('refuses a variant that is not there', () => {
    const { status, stderr } = faultline(['graph', scenario, '--variant', 'guardet']);
    expect([status, stderr.includes('did you mean "guarded"?')]).toEqual([2, true]);
  });
});

/** What explain says, without the spaces that align its columns. */
function explained(path: string): Pick<Ended, 'status' | 'stdout'> {
  const { status, stdout } = faultline(['explain', path]);
  return { status, stdout: stdout.replace(/: +/g, ': ') };
}

describe('faultline explain', () => {
  it('prints the page of a policy, a kind, a fault, a metric, a verb and a field', () => {
    for (const name of [
      'circuitBreaker',
      'gobreaker',
      'circuitBreaker.gobreaker',
      'hang',
      'amplification',
      'latency.p99',
      'people.latency.p99',
      'shop->bank.amplification',
      'parallel',
      'run.duration',
      'concurrency',
    ]) {
      const { status, stdout, stderr } = faultline(['explain', name]);
      expect([name, status, stderr]).toEqual([name, 0, '']);
      expect(stdout.length).toBeGreaterThan(60);
    }
  });

  it('shows fields with their descriptions and defaults, example and sources of a policy', () => {
    const { stdout } = faultline(['explain', 'gobreaker']);
    for (const word of ['maxRequests', 'tripAfter', 'Default', 'Example', 'Sources']) {
      expect(stdout).toContain(word);
    }
  });

  it('suggests the name that was meant', () => {
    const { status, stdout, stderr } = faultline(['explain', 'circutBreaker']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'faultline: nothing is called "circutBreaker" (did you mean "circuitBreaker"?); faultline explain lists all names\n',
    );
  });

  it('shows the fields that take a word which is only ever a value', () => {
    for (const word of ['poisson', 'leastRequest', 'lifo', 'full', 'hystrix', 'eventLoop']) {
      const { status, stdout } = faultline(['explain', word]);
      expect([word, status]).toEqual([word, 0]);
      expect(stdout).toContain(word);
    }
  });

  it('says of each setting of a policy where it comes from', () => {
    const { stdout } = explained('scenarios/checkout.yaml');
    const full = stdout.slice(stdout.indexOf('variant full'));
    // G-5: every value with its source.
    expect(full).toContain('pay 5. bulkhead(semaphore): maxConcurrent: 16 (user); maxQueue: 0,');
    expect(full).toContain('(user); backoff: { factor: 2 }, budget: { kind: ratio, window: 10s },');
    expect(full).toContain('front: retry(simple) > timeout(simple) (order: default)');
  });

  it('shows what a scenario comes to, and how its variants differ', () => {
    const { status, stdout } = explained(scenario);
    expect(status).toBe(0);
    const [plain, guarded] = stdout.split('variant guarded');
    expect(plain).toContain('shop.buy -> bank.pay: no policy');
    expect(plain).toContain('shop: service, replicas: 1, concurrency: 8, queue: 16 fifo');
    expect(guarded).toContain('- shop.buy -> bank.pay: no policy');
    expect(guarded).toMatch(/\+ shop\.buy -> bank\.pay: timeout/);
    expect(guarded).toContain('100ms');
  });

  it('says which version makes a call, where not all do', () => {
    const path = folder.put(
      'versions.yaml',
      `faultline: 1
title: Versions
run: { duration: 1s }
services:
  shop:
    replicas: { v1: 1, v2: 1, v3: 1 }
    endpoints: { buy: [ call: bank.pay ], look: [ call: bank.pay ] }
    versions:
      v1: {}
      v2: { endpoints: { buy: [ transaction: { database: db, steps: [ query: db.insert ] } ] } }
      v3: { endpoints: { buy: [ call: bank.book ] } }
  bank: { endpoints: { pay: [ wait: 1ms ], book: [ wait: 1ms ] } }
databases: { db: { operations: { insert: { wait: 1ms } } } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: shop.buy }, { call: shop.look } ] } }
`,
    );
    const { stdout } = explained(path);
    const edges = stdout.slice(stdout.indexOf('edges,')).split('\n').slice(1);
    expect(
      edges.map((line) => line.trim().replace(/:.*/, '')).filter((line) => line !== ''),
    ).toEqual([
      'shop.buy (v3) -> bank.book',
      'shop.buy (v1) -> bank.pay',
      'shop.buy (v2) -> db.commit',
      'shop.buy (v2) -> db.insert',
      'shop.look -> bank.pay',
      'users.buy -> shop.buy',
      'users.look -> shop.look',
    ]);
  });
});

describe('the commands that only read', () => {
  it('write nothing beside the scenario', () => {
    for (const args of [['validate'], ['explain'], ['graph']]) {
      const place = new Folder();
      writeFileSync(place.at('small.yaml'), smallScenario());
      expect(faultline([...args, 'small.yaml'], { cwd: place.path }).status).toBe(0);
      expect(existsSync(place.at('reports'))).toBe(false);
      place.remove();
    }
  });
});
