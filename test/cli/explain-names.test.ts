import { describe, expect, it } from 'vitest';
import { fieldsOf, languageSchema } from '../../src/cli/explain/field-index.js';
import { OUTCOME_GROUPS } from '../../src/cli/explain/outcome-pages.js';
import { explainableNames, pagesOf } from '../../src/cli/explain/pages.js';
import { sectionNames } from '../../src/cli/explain/section-page.js';
import { EXIT } from '../../src/cli/exit.js';
import {
  DISTRIBUTION_EXAMPLES,
  parseDistribution,
} from '../../src/contracts/quantities/distribution-text.js';
import { rules } from '../../src/lint/index.js';
import { OUTCOME_TERMS } from '../../src/patterns/mechanisms/outcome-terms.js';
import { PLAN_PROBLEMS } from '../../src/plan/problem.js';
import { CODES } from '../../src/scenario/codes.js';
import { METRICS, STATISTICS } from '../../src/language/metrics.js';
import { OUTCOME_NAMES } from '../../src/contracts/outcome.js';
import { createProgram } from '../../src/cli/program.js';
import { COMMANDS } from './harness.js';
import type { Terminal } from '../../src/cli/terminal.js';

const known = new Map<string, readonly string[]>();

/** The pages of a name, made once. */
function pages(name: string): readonly string[] {
  const found = known.get(name) ?? pagesOf(name);
  known.set(name, found);
  return found;
}

/** Names without a page. */
function missing(names: Iterable<string>): string[] {
  return [...new Set(names)].filter((name) => pages(name).length === 0);
}

const FIELDS = fieldsOf(languageSchema());

describe('explain has a page', () => {
  it('for every path of the schema, whole or from any of its parts on', { timeout: 60_000 }, () => {
    const whole = FIELDS.map(({ paths }) => paths[0]!);
    expect(whole.length).toBeGreaterThan(1000);
    const parts = whole.flatMap((path) => {
      const words = path
        .replace(/\[\]/g, '')
        .split('.')
        .filter((word) => word !== '<name>');
      return words.map((_, start) => words.slice(start).join('.'));
    });
    expect(missing([...whole, ...parts])).toEqual([]);
  });

  it('that says it is about that path, with its kind', () => {
    for (const { paths, description, kinds } of FIELDS) {
      if (description === '' || kinds.length > 1) continue;
      const own = paths.find((path) => !/^(templates|defaults)\./.test(path)) ?? paths[0]!;
      const path = own.replace(/\.<name>/g, '.mine').replace(/\[\]/g, '[0]');
      const kinded = kinds.length === 1 ? path.replace(/(\.[^.]+)$/, `.${kinds[0]!}$1`) : path;
      // One description may belong to a kind of one map and to all of another.
      const text = [...pages(kinded), ...pages(path)].join('\n').replace(/\s+/g, ' ');
      expect(text, kinded).toContain(description.replace(/\s+/g, ' '));
    }
  });

  it('for sections and what one entry of them is called', () => {
    const one = ['service', 'gateway', 'database', 'queue', 'topic', 'cache', 'function', 'saga'];
    const more = ['workload', 'policy', 'fault', 'variant', 'budget', 'sweep', 'key', 'eventStore'];
    for (const name of [...one, ...more]) {
      expect(pagesOf(name)[0], name).toMatch(/^\w+, a section\n/);
    }
    expect(missing(sectionNames())).toEqual([]);
  });

  it('for outcomes, groups, statuses, metrics, rules and codes', () => {
    const names = [
      ...OUTCOME_NAMES,
      ...OUTCOME_TERMS,
      ...METRICS.map(({ name }) => name),
      ...METRICS.map(({ name, subjects }) => `${subjects[0]!}.${name}`),
      ...METRICS.map(({ name }) => `edge->shop.${name}`),
      ...METRICS.flatMap(({ subjects }) => subjects),
      ...STATISTICS,
      ...rules.map(({ name }) => name),
      ...Object.keys(CODES),
      ...Object.keys(PLAN_PROBLEMS),
      ...Object.values(EXIT).map(String),
      'exit-codes',
      'problem-codes',
    ];
    expect(missing(names)).toEqual([]);
    expect(missing(explainableNames())).toEqual([]);
  });

  it('for distributions of times, each with a text that loads', () => {
    const [all] = pages('distributions');
    expect(DISTRIBUTION_EXAMPLES.size).toBeGreaterThan(10);
    for (const [kind, text] of DISTRIBUTION_EXAMPLES) {
      expect(all).toContain(text);
      const [first] = pages(kind);
      expect(first, kind).toMatch(new RegExp(`^${kind}, a distribution of times\n\n\\S`, 'u'));
      expect(() => parseDistribution(text)).not.toThrow();
    }
    expect(pages('lognormal')).toHaveLength(1);
    // Arrivals have a kind of that name.
    expect(pages('constant')[1]).toContain('backoff, kind constant');
  });

  it('for words of the report, however they are written', () => {
    for (const name of ['amplification', 'goodput', 'metastable', 'wasted work', 'blast radius']) {
      expect(pagesOf(name), name).not.toEqual([]);
      expect(pagesOf(name.replace(' ', '-').toUpperCase()), name).not.toEqual([]);
    }
  });

  it('for every name that its own pages print as code', { timeout: 60_000 }, () => {
    const all = [...explainableNames(), ...FIELDS.map(({ paths }) => paths[0]!)].flatMap(pages);
    const printed = [...new Set(all)].flatMap((page) =>
      [...page.replace(/\n\s+/g, ' ').matchAll(/`([A-Za-z0-9][\w.<>-]*)`/g)].map(
        ([, name]) => name!,
      ),
    );
    expect(new Set(printed).size).toBeGreaterThan(300);
    const isElsewhere = (name: string): boolean =>
      COMMANDS.includes(name) || !/[a-z]{2}/i.test(name);
    expect(missing(printed).filter((name) => !isElsewhere(name))).toEqual([]);
  });
});

describe('the page of', () => {
  it('autoscaling says what each of its fields is', () => {
    const [page] = pagesOf('autoscaling');
    expect(page).toMatch(/^ {4}syncPeriod +\S.*\w/m);
    expect(page).toMatch(/^ {4}max +\S.*\w/m);
  });

  it('cache begins with the component, and names the steps and middleware after it', () => {
    const [first, ...others] = pagesOf('cache');
    expect(first).toMatch(/^caches, a section/);
    expect(others.join('\n')).toContain('services.<name>.middleware[].cache');
  });

  it('a field that kinds describe differently says which kind means what', () => {
    const [page] = pagesOf('maxEjectionPercent');
    expect(page!.match(/^ {2}Of kind (envoy|istio)\.$/gm)).toEqual([
      '  Of kind envoy.',
      '  Of kind istio.',
    ]);
    expect(pagesOf('outlierDetection.istio.maxEjectionPercent')[0]).not.toContain('Of kind envoy');
  });

  it('a group says which outcomes it holds', () => {
    expect(OUTCOME_GROUPS).toEqual([
      '4xx',
      '5xx',
      'any',
      'connect',
      'error',
      'gateway',
      'overload',
    ]);
    const any = pagesOf('any').join('\n');
    for (const name of ['timeout', 'reset', 'rejectedBreaker'])
      expect(any).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(any).not.toMatch(/^ {2}clientError/m);
    const group = pagesOf('gateway').find((page) => page.startsWith('gateway, a group'));
    expect(group).toMatch(/^ {2}serverError \(502 to 504\)/m);
    expect(group).not.toMatch(/^ {2}timeout/m);
  });

  it('an outcome says what makes it, which groups hold it and what others call it', () => {
    const page = pagesOf('serverError').join('\n');
    expect(page).toContain('Made by:');
    expect(page.replace(/\s+/g, ' ')).toContain('`5xx`, `any`, `error`, `gateway` (502 to 504)');
    expect(page).toContain('gRPC INTERNAL');
    expect(pagesOf('503').join('\n')).toContain('outcome `serverError`');
  });
});

describe('on the command line', () => {
  const said = async (name: string): Promise<string> => {
    let text = '';
    const terminal = { out: (part: string) => void (text += part) } as unknown as Terminal;
    const program = createProgram(terminal, () => undefined);
    await program
      .parseAsync(['node', 'faultline', 'explain', ...name.split(' ')])
      .catch((error: Error) => {
        text += error.message;
      });
    return text;
  };

  it.each(COMMANDS)('explain shows the help of %s', async (command) => {
    expect(await said(command)).toMatch(
      new RegExp(`^${command}, a command\\n\\nUsage: faultline ${command} `, 'm'),
    );
  });

  it('explain begins with the section of a command that has one', async () => {
    expect(await said('run')).toMatch(/^run, a section/);
  });

  it('explain knows names of other tools', async () => {
    expect(await said('podKill')).toMatch(/^podKill is called crash here\.\n\ncrash, a fault/);
    expect(await said('resources.limits.cpu')).toContain('services.<name>.cpu');
  });

  it.each([
    ['redispatch', 'redispatch is called otherInstance here.'],
    ['age.p99', 'age has no "p99"; it has max, mean'],
    ['cpuStress.cores', 'cpuStress has no "cores" (did you mean "cpuStress.workers"?)'],
    ['rollout.rollback', 'rollout has no "rollback" (did you mean "rollout.onFailure"?)'],
    ['pulsar', 'topics.<name>.kind: write kafka, whose groups read partitions in order'],
    ['kinesis', 'queues.<name>.kind: a log with partitions is a topic: write it in topics'],
    ['servicebus', 'heartbeatInterval: 50s, heartbeatLimit: 5m'],
    ['jetstream', 'queues.<name>.kind: write nats'],
    ['noisy neighbour', 'noisy neighbour is called cpuStress here.'],
    ['thundering herd', 'thundering herd is called herd here.'],
    ['preemption', 'preemption is called stop here.'],
    ['cache stampede', 'cache stampede is called coalesce here.'],
    ['tenants', 'each tenant is a workload; to limit it, write policy: { rateLimit'],
    ['fair-queueing', 'write a queue for each class, with consumers of its own'],
    ['webhook', 'queues: { webhooks: { kind: sqs'],
    ['scatter', 'parallel: { each: 12, branches'],
    ['backfill', 'arrivals: { kind: at, times: [ 60s ] }'],
    ['sony', 'circuitBreaker.kind: write gobreaker'],
  ])('explain says what to write for %s', async (product, advice) => {
    expect(await said(product)).toContain(advice);
  });

  it('explain says what may follow a known part, and where all names are', async () => {
    expect(await said('autoscaling.targt')).toContain(
      'autoscaling has no "targt" (did you mean "autoscaling.target"?); it has actions, ',
    );
    expect(await said('zzzz')).toBe('nothing is called "zzzz"; faultline explain lists all names');
  });
});
