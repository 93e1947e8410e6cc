import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { importTexts, type Imported } from '../../src/importing/import.js';
import { secondsSince1970 } from '../../src/importing/tables/instants.js';
import { nonNegative } from '../../src/importing/tables/least-squares.js';
import { metric, simulate } from '../../src/index.js';
import { Folder, faultline } from '../cli/harness.js';
import { loaded } from './support.js';

const folder = new Folder();
afterAll(() => folder.remove());

/** Numbers from 0 to 1 that follow no pattern, the same in each test. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

interface Window {
  readonly requests: number;
  readonly mean: number;
  readonly availability?: number;
}

type Windows = Readonly<Record<string, Window>>;

/** A table of one row for each service and window of 60 s, and its calls. */
function tables(count: number, of: (next: () => number) => Windows, calls: readonly string[]) {
  const next = random(7);
  const rows = Array.from({ length: count }, (_, k) =>
    Object.entries(of(next)).map(
      ([name, { requests, mean, availability = 100 }]) =>
        `${name},${1_700_000_000 + 60 * k},${requests},${mean},${0.8 * mean},${2 * mean},${availability}`,
    ),
  );
  const head = 'service,time,requests,mean,p50,p99,availability';
  return [
    { path: 'services.csv', text: [head, ...rows.flat()].join('\n') },
    { path: 'calls.csv', text: ['caller,callee', ...calls].join('\r\n') },
  ];
}

function imported(metrics: readonly { path: string; text: string }[]): Imported {
  const result = importTexts([], { title: 'Shop', names: new Map(), metrics });
  loaded(result);
  return result;
}

const stepsOf = (result: Imported, service: string): any[] =>
  parse(result.scenario).services[service].endpoints.handle.steps;

/** Web calls stock each time and pay half of the time, and starts a job that takes 3 s. */
const shop = (next: () => number): Windows => {
  const requests = 300 + Math.round(200 * next());
  const paid = Math.round(requests * 0.5);
  const [stock, pay, job] = [0.02 + 0.02 * next(), 0.1 + 0.1 * next(), 2 + 2 * next()];
  return {
    web: { requests, mean: 0.01 + stock + (paid / requests) * pay },
    stock: { requests, mean: stock },
    pay: { requests: paid, mean: pay },
    job: { requests: Math.round(requests * 0.1), mean: job },
  };
};

describe('tables of services and calls', () => {
  it('give a scenario alone: load, calls for each request, own times, and what is not waited for', async () => {
    const result = imported(tables(60, shop, ['web,stock', 'web,pay', 'web,job']));
    const [own, ...calls] = stepsOf(result, 'web');
    // The mean of web is that of 10 ms, stock and half of pay.
    const [, mean] = /^lognormal\(mean=([\d.]+)ms cv=/.exec(own.wait)!;
    expect(Number(mean)).toBeGreaterThan(9);
    expect(Number(mean)).toBeLessThan(11);
    expect(calls).toEqual(
      [
        { call: 'job.handle', probability: expect.closeTo(0.1, 2), background: true },
        { call: 'stock.handle' },
        { call: 'pay.handle', probability: expect.closeTo(0.5, 2) },
      ].sort((a, b) => Number('background' in b) - Number('background' in a)),
    );
    const text = result.scenario.replace('duration: 60s', 'duration: 600s');
    const run = await simulate(text);
    expect(metric(run, 'users.throughput').value).toBeCloseTo(6.66, 0);
    expect(metric(run, 'users.latency.mean').value).toBeCloseTo(0.115, 2);
    expect(result.metrics!.lines.join('\n')).toContain(
      'calls of web take longer together than web: job in the background',
    );
    expect(result.questions.join('\n')).toContain('Which calls run at the same time in web?');
  });

  it('show which calls run at the same time, where their sum is too long', () => {
    const both = (next: () => number): Windows => {
      const [fast, slow] = [0.02 + 0.02 * next(), 0.1 + 0.1 * next()];
      const requests = 200 + Math.round(50 * next());
      return {
        web: { requests, mean: 0.005 + Math.max(fast, slow) },
        fast: { requests, mean: fast },
        slow: { requests, mean: slow },
      };
    };
    const [, block] = stepsOf(imported(tables(60, both, ['web,fast', 'web,slow'])), 'web');
    expect(block.parallel.branches).toEqual([[{ call: 'slow.handle' }], [{ call: 'fast.handle' }]]);
  });

  it('show which failures do not fail the caller', () => {
    const flaky = (next: () => number): Windows => {
      const requests = 1000 + Math.round(200 * next());
      return {
        web: { requests, mean: 0.2, availability: 100 - 2 * next() },
        hints: { requests, mean: 0.01, availability: 90 },
        stock: { requests, mean: 0.01, availability: 100 },
      };
    };
    const result = imported(tables(60, flaky, ['web,hints', 'web,stock']));
    const steps = stepsOf(result, 'web');
    expect(steps).toContainEqual({ call: 'hints.handle', optional: true });
    expect(steps).toContainEqual({ call: 'stock.handle' });
    expect(steps.at(-1)).toEqual({ fail: 500, probability: expect.closeTo(0.01, 2) });
  });

  it('divide the requests of a service among its callers as theirs vary, and ask', () => {
    const twoCallers = (next: () => number): Windows => {
      const [web, app] = [100 + Math.round(100 * next()), 100 + Math.round(100 * next())];
      return {
        web: { requests: web, mean: 1 },
        app: { requests: app, mean: 1 },
        other: { requests: 10, mean: 0.01 },
        stock: { requests: 2 * web + Math.round(0.5 * app), mean: 0.01 },
      };
    };
    const calls = ['web,stock', 'app,stock', 'web,other', 'app,other'];
    const result = imported(tables(60, twoCallers, calls));
    expect(stepsOf(result, 'web')).toContainEqual({
      loop: { times: 2, steps: [{ call: 'stock.handle' }] },
    });
    expect(stepsOf(result, 'app')).toContainEqual({
      call: 'stock.handle',
      probability: expect.closeTo(0.5, 1),
    });
    const [question, where] = result.questions;
    expect(question).toMatch(
      /^How many requests does stock get from each of its callers\? Not identifiable: .*guesses 78.9 % from web and 21.1 % from app/,
    );
    expect(where).toContain('istio_requests_total');
    expect(where).toContain('TotalCount');
    const [services] = tables(60, twoCallers, []);
    const counted = imported([
      services!,
      {
        path: 'calls.csv',
        text: 'caller,callee,requests\nweb,stock,4500\napp,stock,9000\n"app","other",90',
      },
    ]);
    expect(counted.questions.join('\n')).not.toMatch(/How many requests do|Where are these counts/);
  });

  it('have numbers as guesses for calls that the tables do not divide, one for each request too', () => {
    const alike = (): Windows => ({
      web: { requests: 100, mean: 1 },
      app: { requests: 100, mean: 1 },
      stock: { requests: 200, mean: 0.01 },
    });
    const result = imported(tables(3, alike, ['web,stock', 'app,stock']));
    const guesses = result.guesses.filter(({ path }) => path.endsWith('.probability'));
    expect(guesses).toMatchObject([{ value: '1' }, { value: '1' }]);
    expect(guesses.map(({ path }) => path.split('.')[1])).toEqual(['app', 'web']);
  });

  it('do not turn in a circle, and leave out calls that go nowhere', () => {
    const result = imported(tables(3, shop, ['web,stock', 'stock,pay', 'pay,stock', 'web,lost']));
    expect(stepsOf(result, 'pay')).toHaveLength(1);
    expect(result.metrics!.leftOut.map(({ reason }) => reason)).toContain(
      'calls of a service without requests in the tables',
    );
  });

  it('are read with units, instants and quotes', () => {
    const text = [
      'Service,Time,Requests,Mean_ms,"P99 (ms)",Errors',
      '"web, shop",2026-01-12T09:00:00Z,300,20,60,3',
      '"web, shop",2026-01-12T10:05:00+01:00,300,20,60,3',
    ].join('\n');
    const result = imported([{ path: 'a.csv', text }]);
    expect(result.scenario).toContain('arrivals: poisson(1/s)  # measured, n = 600 requests');
    const [own, fail] = stepsOf(result, 'web-shop');
    expect(own.wait).toMatch(/^lognormal\(mean=20ms cv=0\.\d+\)$/);
    expect(fail.probability).toBe(0.01);
  });

  it.each([
    ['service,requests\nweb,10', 'how long a row counts is not known'],
    ['service,time,requests\nweb,noon,10', 'a.csv:2: noon is not a time'],
    ['service,time,requests\n,1,10', 'no row has a service'],
  ])('are refused with the reason: %s', (text, message) => {
    const all = { title: '', names: new Map(), metrics: [{ path: 'a.csv', text }] };
    expect(() => importTexts([], all)).toThrow(message);
  });

  it('are read by the command without any other file', () => {
    for (const { path, text } of tables(60, shop, ['web,stock', 'web,pay', 'web,job']))
      folder.put(path, text);
    const { status, stdout } = faultline([
      ...['import', '--metrics', folder.at('services.csv'), '--metrics', folder.at('calls.csv')],
      ...['--out', folder.at('shop.yaml')],
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain('4 services in 243 rows of tables over 60 min');
    expect(faultline(['import', '--out', folder.at('none.yaml')]).stderr).toContain(
      'name the files of a system, or write --metrics',
    );
  });
});

describe('the tables of PetShop', () => {
  const read = (name: string): Buffer =>
    readFileSync(join(import.meta.dirname, '../fixtures/measured', name));
  const result = imported([
    { path: 'services.csv', text: gunzipSync(read('petshop-services.csv.gz')).toString('utf8') },
    { path: 'calls.csv', text: read('petshop-calls.csv').toString('utf8') },
  ]);

  it('show what the page starts and does not wait for, and what runs beside another call', () => {
    const states = stepsOf(result, 'PetSite').find(({ call }) => /StateMachine/.test(call));
    expect(states.background).toBe(true);
    const block = stepsOf(result, 'payforadoption_AWS-ECS-Container').at(-1);
    const calls = block.parallel.branches.map((branch: any[]) =>
      branch.map(({ call, loop }) => call ?? loop.steps[0].call),
    );
    expect(calls).toEqual([
      [
        expect.stringMatching(/^adoptions-services-database/),
        'amazon-com_remote.handle',
        'www-amazon-com_remote.handle',
      ],
      ['PetAdoptionStatusUpdater-prod_AWS-ApiGateway-Stage.handle'],
    ]);
  });

  it('are asked about where they do not decide', () => {
    expect(result.questions.join('\n')).toMatch(
      /How many requests does PetSearch_AWS-ECS-Fargate get from each of its callers\? .*3.18 % from PetSite/,
    );
    expect(result.components).toBe(39);
  });
});

describe('least squares without negative coefficients', () => {
  it('are those of the data, and none is below 0', () => {
    const next = random(1);
    const [a, b] = [0, 1].map(() => Array.from({ length: 40 }, next));
    const y = a!.map((one, k) => 3 * one + 0.5 * b![k]!);
    const found = nonNegative([a!, b!], y);
    expect(found[0]).toBeCloseTo(3, 6);
    expect(found[1]).toBeCloseTo(0.5, 6);
    expect(
      nonNegative(
        [a!],
        a!.map((one) => -one),
      ),
    ).toEqual([0]);
  });
});

describe('an instant', () => {
  it.each([
    ['1970-01-01', 0],
    ['2000-02-29T23:59:59Z', 951_868_799],
    ['2026-01-12 09:00:00', 1_768_208_400],
    ['2026-01-12T10:00:00.5+01:00', 1_768_208_400.5],
  ])('%s', (text, seconds) => expect(secondsSince1970(text)).toBe(seconds));
  it('is no other text', () => expect(secondsSince1970('yesterday')).toBeNull());
});
