import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, NO_PROOFS, faultline, smallScenario } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

const CALM = `faultline: 1
title: A shop in which no request fails
run: { duration: 2s, replications: 5 }
services: { shop: { endpoints: { buy: [ wait: 2ms ] } } }
workloads: { people: { arrivals: poisson(50/s), requests: [ call: shop.buy ] } }
`;

const BUDGET = 'people.success >= 99% during bank-hang';

interface Answers {
  readonly answers: readonly {
    readonly question: string;
    readonly variant: string;
    readonly value: number | null;
    readonly ci95: readonly [number, number] | null;
    readonly each: readonly number[];
    readonly verdict: string | null;
  }[];
}

function asked(...args: readonly string[]): Answers['answers'] {
  const path = folder.put('small.yaml', smallScenario());
  const json = folder.at('answers.json');
  const { status, stderr } = faultline(['ask', path, ...args, '--quiet', '--json', json]);
  expect([status, stderr]).toEqual([0, '']);
  return (JSON.parse(readFileSync(json, 'utf8')) as Answers).answers;
}

describe('ask', () => {
  it.each([
    BUDGET,
    // No budget of the file that is asked has this window.
    'people.latency.p99 < 300ms from 7s to 9.5s',
    'people.latency.p50 < 20ms from 1s to 6s in guarded',
  ])('gives the values, intervals and verdicts that a budget of the file gets: %s', (budget) => {
    const path = folder.put('budget.yaml', smallScenario([budget]));
    const json = folder.at('budget.json');
    faultline(['run', path, '--quiet', NO_PROOFS, '--out', folder.at('out'), '--json', json]);
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    const budgets = variants.flatMap(({ name, budgets: [own] }) =>
      own === undefined ? [] : [[name, own.value, own.ci95, own.verdict]],
    );
    const answers = asked(budget);
    expect(answers.map((own) => [own.variant, own.value, own.ci95, own.verdict])).toEqual(budgets);
    if (budget === BUDGET) expect(budgets.map(([, , , verdict]) => verdict)).toContain('fail');
  });

  it('says in how many runs a share is 0 or 100 %, in place of an interval', () => {
    const path = folder.put('calm.yaml', CALM);
    const json = folder.at('calm.json');
    const { stdout } = faultline(['ask', path, 'people.success', '--quiet']);
    expect(stdout).toMatch(/ 100 % \(5 runs\)\n/);
    expect(stdout).toMatch(/\n\n100 % in all 5 runs: up to 45\.1 % of further runs may differ/);
    expect(stdout).not.toContain('[ ] is the 95 % interval');
    faultline(['run', path, '--quiet', NO_PROOFS, '--out', folder.at('out'), '--json', json]);
    expect(faultline(['ask', json, 'people.success']).stdout).toBe(stdout);
  });

  it('of all outcomes has those that occur', () => {
    const answers = asked('people.outcomes before bank-hang', 'people.success');
    const names = new Set(answers.map(({ question }) => question));
    expect(names.has('people.outcomes.ok before bank-hang')).toBe(true);
    expect(names.has('people.success')).toBe(true);
    expect(names.has('people.outcomes.throttled before bank-hang')).toBe(false);
    for (const name of names)
      expect(answers.some(({ question, value }) => question === name && value !== 0)).toBe(true);
  });

  it('of all outcomes leaves out none that is asked for besides, and answers it once', () => {
    const answers = asked('people.outcomes', 'people.outcomes.throttled', 'people.outcomes.ok');
    const of = (question: string): number =>
      answers.filter((own) => own.question === question).length;
    const variants = new Set(answers.map(({ variant }) => variant)).size;
    expect([of('people.outcomes.throttled'), of('people.outcomes.ok')]).toEqual([
      variants,
      variants,
    ]);
  });

  it('reads each metric in its window and variants', () => {
    const [calm, hung, whole] = asked(
      'people.success before bank-hang in guarded',
      'people.success during bank-hang in guarded',
      'shop->bank.calls from 0s to 4s in plain',
    );
    expect([calm!.variant, hung!.variant, whole!.variant]).toEqual(['guarded', 'guarded', 'plain']);
    expect(calm!.value).toBe(1);
    expect(hung!.value).toBe(0);
    expect([calm!.verdict, calm!.each.length]).toEqual([null, 2]);
    // Two runs of 4 s at 50 requests per second.
    expect(whole!.each.every((calls) => calls > 130 && calls < 280)).toBe(true);
  });

  it('asks for success, goodput and p99 of each workload by default', () => {
    const answers = asked('--variant', 'plain');
    expect(answers.map(({ question }) => question)).toEqual([
      'people.success',
      'people.goodput',
      'people.latency.p99',
    ]);
  });

  it('answers a question once that is asked twice', () => {
    const once = asked('people.goodput').length;
    expect(once).toBeGreaterThan(0);
    expect(asked('people.goodput', 'people.goodput')).toHaveLength(once);
  });

  it('prints each question with its variants', () => {
    const path = folder.put('said.yaml', smallScenario());
    const { status, stdout } = faultline(['ask', path, 'people.success', BUDGET, '--quiet']);
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('people.success');
    expect(lines[1]).toMatch(/^ {2}plain {4}\d+(\.\d+)? % .*\(2 runs\)$/);
    expect(lines[2]).toMatch(/^ {2}guarded {2}\d+(\.\d+)? % .*\(2 runs\)$/);
    expect(lines[3]).toBe(BUDGET);
    expect(lines[5]).toMatch(/^ {2}guarded {2}.*: does not hold$/);
  });

  it('has examples that can be asked', () => {
    const { stdout } = faultline(['ask', '--help']);
    const examples = stdout.split('\n').filter((line) => line.includes('scenarios/first.yaml'));
    const questions = examples.flatMap((line) =>
      [...line.matchAll(/'([^']+)'/g)].map(([, q]) => q!),
    );
    expect(questions.length).toBeGreaterThan(2);
    const args = ['ask', 'scenarios/first.yaml', ...questions, '--replications', '1', '--quiet'];
    const { status, stderr } = faultline(args);
    expect([status, stderr]).toEqual([0, '']);
  });

  it('writes CSV with the ends of the interval', () => {
    const path = folder.put('csv.yaml', smallScenario());
    const args = ['people.success in plain', BUDGET, '--csv', '-', '--quiet'];
    const { stdout } = faultline(['ask', path, ...args]);
    const [head, first, ...others] = stdout.split('\r\n');
    expect(head).toBe('question,variant,value,low,high,never,replications,verdict');
    expect(first).toMatch(/^people\.success in plain,plain,0\.\d+,[\d.]+,[\d.]+,0,2,$/);
    expect(others).toHaveLength(3);
  });

  it('reports all wrong questions at once, with the nearest name', () => {
    const path = folder.put('wrong.yaml', smallScenario());
    const args = ['people.succes', 'people.success in plane', 'people.success >= 99%'];
    const { status, stderr, stdout } = faultline(['ask', path, ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('unknown metric succes (did you mean "success"?)');
    expect(stderr).toContain('question #2:1:19');
    expect(stderr).toContain('unknown variant plane (did you mean "plain"?)');
    expect(stderr).toContain('wrong.yaml: 2 problems');
  });

  it('says that the question is about a variant that does not run', () => {
    const path = folder.put('left.yaml', smallScenario());
    const args = ['people.success in plain', '--variant', 'guarded'];
    const { status, stderr } = faultline(['ask', path, ...args]);
    expect([status, stderr.split('\n')[0]]).toEqual([
      2,
      'faultline: --variant leaves out plain, which "people.success in plain" asks for',
    ]);
  });

  it('may be about what only the chosen variants have', () => {
    const path = folder.put(
      'part.yaml',
      `${smallScenario()}  - { name: cached, set: { 'services.extra': { endpoints: { go: [ wait: 1ms ] } } } }\n`,
    );
    const args = ['ask', path, 'extra.success', '--quiet'];
    const whole = faultline(args);
    expect([whole.status, whole.stderr]).toEqual([2, expect.stringContaining('extra')]);
    const { status, stdout } = faultline([...args, '--variant', 'cached']);
    expect([status, stdout.split('\n').slice(0, 2)]).toEqual([
      0,
      ['extra.success', '  cached  nothing was measured'],
    ]);
  });
});

describe('ask --rare', () => {
  const desk = `
faultline: 1
title: A desk
run: { duration: 150ms, warmup: 60ms }
services: { desk: { concurrency: 1, queue: { capacity: 1 }, endpoints: { ask: [ wait: exponential(10ms) ] } } }
workloads: { users: { arrivals: poisson(60/s), requests: [ { call: desk.ask } ] } }
`;
  const SHARE = 'users.share.rejectedOverload';

  it('agrees with theory where an event is not rare, and says what it took', () => {
    const path = folder.put('desk.yaml', desk);
    const json = folder.at('rare.json');
    const args = ['ask', path, `${SHARE} < 50%`, '--rare', 'desk', '--replications', '5'];
    expect(faultline([...args, '--quiet', '--json', json]).status).toBe(0);
    const [answer] = (JSON.parse(readFileSync(json, 'utf8')) as Answers).answers;
    // M/M/1/2 at 60 %: 0.4 x 0.36 / (1 - 0.216).
    expect(Math.abs(answer!.value! / 0.1837 - 1)).toBeLessThan(0.12);
    expect([answer!.each.length, answer!.verdict]).toEqual([5, 'pass']);
    expect(answer).toMatchObject({ levels: [], runs: 1100 });
  });

  it.each([
    [['users.latency.p99', '--rare', 'desk'], 'is no share of requests'],
    [
      [SHARE, '--rare', 'desc'],
      'no component of this name has instances that fill; there are desk',
    ],
    [[SHARE, '--rare', 'users'], 'no component of this name has instances'],
    [[`${SHARE} from 0s to 100ms`, '--rare', 'desk'], 'has a window'],
    [[SHARE, '--rare', 'desk', '--replications', '3'], 'needs at least 5'],
    [[SHARE, '--rare', 'desk', '--draws', '5'], '--rare takes measured inputs as exact'],
    [['users.share.timeout', '--rare', 'desk'], 'did not happen in base'],
  ])('refuses %j', (args, reason) => {
    const { status, stderr } = faultline([
      'ask',
      folder.put('desk.yaml', desk),
      ...args,
      '--quiet',
    ]);
    expect(status).toBe(2);
    expect(stderr.replace(/\s+/gu, ' ')).toContain(reason);
  });
});

describe('ask of a stored result', () => {
  const QUESTIONS = [
    'people.success',
    'people.buy.latency.p99',
    'shop.successLatency.mean in guarded',
    'bank.throughput',
    'shop.utilization',
    'shop->bank.latency.p50',
  ];
  const stored = (): string => {
    const path = folder.put('small.yaml', smallScenario());
    const json = folder.at('stored.json');
    faultline(['run', path, '--quiet', NO_PROOFS, '--out', folder.at('out'), '--json', json]);
    return json;
  };

  it('has the figures that the scenario gives', () => {
    const json = folder.at('from-result.json');
    const { status, stderr } = faultline([
      'ask',
      stored(),
      ...QUESTIONS,
      '--quiet',
      '--json',
      json,
    ]);
    expect([status, stderr]).toEqual([0, '']);
    const { answers } = JSON.parse(readFileSync(json, 'utf8')) as Answers;
    const figureOf = ({ question, variant, value }: Answers['answers'][number]): unknown => [
      question,
      variant,
      value === null ? null : Number(value.toPrecision(9)),
    ];
    expect(answers.map(figureOf)).toEqual(asked(...QUESTIONS).map(figureOf));
    const [own] = answers;
    expect(own!.ci95).toEqual(asked(QUESTIONS[0]!)[0]!.ci95);
  });

  it.each([
    ['people.sucess', 'did you mean "success"?'],
    ['poeple.success', 'did you mean "people"?'],
    ['people.success during bank-hang', 'no runs to measure in a window'],
    ['people.success in gaurded', 'there is no variant gaurded; there is plain, guarded'],
    ['people.success > 1', 'has no limit'],
  ])('says what it does not have: %s', (question, message) => {
    const { status, stderr } = faultline(['ask', stored(), question]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('is of the chosen variants', () => {
    const some = (variant: string) =>
      faultline(['ask', stored(), 'people.success', '--variant', variant]);
    expect(some('guarded').stdout).toMatch(/^people\.success\n {2}guarded /);
    const wrong = some('gaurded');
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('did you mean "guarded"?');
  });

  it('makes no run', () => {
    const { status, stderr } = faultline(['ask', stored(), 'people.success', '--seed', '3']);
    expect([status, stderr.includes('nothing is run: --seed needs the scenario')]).toEqual([
      2,
      true,
    ]);
  });
});
