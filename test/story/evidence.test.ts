import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contradictionsIn } from '../../bench/accounts/contradictions.mjs';
import { readingOf } from '../../bench/accounts/reader.mjs';
import { textsOf } from '../../bench/accounts/surfaces.mjs';
import { summarise } from '../../src/analysis/summarise.js';
import { causeSentence } from '../../src/report/words/causes.js';
import { leadWords } from '../../src/report/words/lead.js';
import { storyBlocks, type Block } from '../../src/report/story/blocks.js';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

interface Told {
  readonly result: Result;
  readonly variant: VariantResult;
  readonly blocks: readonly Block[];
  readonly lead: string | null;
  /** The sentences about further runs. */
  readonly says: string;
}

/** A case as `story` shows it: with the further runs that it makes by default. */
async function told(name: string, edit = (text: string): string => text): Promise<Told> {
  const ran = run(edit(readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), 'utf8')));
  const own = await proofOf(ran);
  const proofs = new Map([[ran.plans[0]!.variant, own]]);
  const result = summarise(ran.file, ran.plans, ran.records, '0.0.0', null, null, proofs);
  const [variant] = result.variants;
  const blocks = storyBlocks(result, { source: 'case.yaml' });
  expect(contradictionsIn(variant!, blocks)).toEqual([]);
  return {
    result,
    variant: variant!,
    blocks,
    lead: leadWords(variant!),
    says: causeSentence({ variant: variant!, own }),
  };
}

const namesOf = ({ cascade }: VariantResult): readonly string[] =>
  cascade.causes
    .filter(({ role }) => role === 'cause')
    .map(({ kind, subject, known }) => `${known} ${kind} ${subject}`);

describe('the account with the usual proof', () => {
  it('blames the database that fails, and not an optional call that is refused at the same time', async () => {
    const { variant, lead, says } = await told('optional-call-refused');
    expect(namesOf(variant)).toEqual(['proved fault main']);
    expect(lead).toMatch(
      /^users\.go: success 33\.5 % from 38\.5 s to 58\.5 s\. Cause \(proved\): db1 fails 67 % of its requests with 500\.$/u,
    );
    expect(variant.cascade.sentence).not.toContain('refused');
    expect(variant.summary.recovery.fault).toBe('main');
    expect(says).toMatch(
      /^Cause: “db1 fails 67 % .*No difference: “connections between quote and mail are refused”\./u,
    );
  });

  it('blames errors that begin before a harmless delay, and no component that only passes them on', async () => {
    const { variant, says } = await told('errors-then-a-delay');
    expect(namesOf(variant)).toEqual(['proved fault errors']);
    expect(variant.cascade.sentence).not.toContain('delay');
    expect(says).toMatch(
      /Of 14 failed requests, 0 remain without the fault\. No difference: “2 ms delay/u,
    );
  });

  it.each([1, 2, 3, 4, 5, 6])('blames only those errors with seed %i', async (seed) => {
    const { variant, lead } = await told('errors-then-a-delay', (text) =>
      text.replace('seed: 807', `seed: ${seed}`),
    );
    expect(namesOf(variant)).toEqual(['proved fault errors']);
    expect(lead).toMatch(/ Cause \(proved\): reviews fails 1 % of its requests with 500\.$/u);
    expect(variant.cascade.sentence).not.toMatch(/delay|itself/u);
  });

  it('lists a few of many faults that are not to blame, and counts the others', async () => {
    const more = Array.from(
      { length: 40 },
      (_, k) =>
        `  - { id: d${k}, kind: latency, target: front->cart, add: 0.1ms, at: ${10 + k}s, for: 1s }\n`,
    );
    const { variant, blocks } = await told('errors-then-a-delay', (text) => text + more.join(''));
    expect(namesOf(variant)).toEqual(['proved fault errors']);
    const items = blocks.flatMap((block) => (block.kind === 'list' ? block.items : []));
    expect(
      items.filter((item) => item.includes('delay of each message on front->cart')),
    ).toHaveLength(13);
    expect(items).toContain('29 more faults.');
  });

  it('names a rise of the load by a tenth, beside a slow second that adds little', async () => {
    const { variant, lead, says } = await told('rise-of-nine-per-cent');
    expect(lead).toMatch(/Cause \(proved\): the load of users rises from 192\/s to 209\/s\.$/u);
    const [fault] = variant.cascade.causes.filter((cause) => cause.fault !== undefined);
    expect(fault!.share).toBeLessThan(0.05);
    expect(variant.cascade.sentence).not.toMatch(/^backend 2x slower/u);
    expect(says).toContain('Without any fault ');
  });

  it('names the errors of a dependency, with the requests that fail and those that are slow', async () => {
    const { variant, says } = await told('full-behind-errors');
    expect(namesOf(variant)).toContain('proved errors dep');
    expect(says).toMatch(/^Without the errors of dep itself .*requests? fails? instead of \d+/u);
  });

  it('names a full service, of which twice the workers avert two thirds, beside the errors of its dependency', async () => {
    const { variant, lead, says } = await told('full-behind-errors', (text) =>
      text.replace('poisson(100/s)', 'poisson(200/s)'),
    );
    expect(says).toContain('With 2x the workers of app ');
    expect(namesOf(variant)).toContain('proved capacity app');
    expect(lead).toMatch(
      / Causes: app has too few workers \(proved\) and dep fails requests itself/u,
    );
  });

  it('counts bursts to the last one, and names their period', async () => {
    const { variant, lead, blocks } = await told('bursts');
    expect(lead).toMatch(
      / from the start to .*; degraded 8 times from the start to 14\d s\. Cause/u,
    );
    expect(variant.cascade.events.find(({ kind }) => kind === 'saturated')!.at).toBe(0);
    expect(variant.cascade.sentence).toMatch(
      /^The load of clients1 rises from 80\/s to 400\/s every 20 s \(proved\)/u,
    );
    expect(JSON.stringify(blocks)).toContain('was unhealthy 8 times from ');
  });

  it('says memory where processes die for lack of it', async () => {
    const { variant, lead, says } = await told('memory-too-small');
    expect(lead).toContain('render runs out of memory (proved)');
    expect(variant.cascade.sentence).toContain('render runs out of memory at 37 s (proved)');
    expect(variant.cascade.sentence).not.toContain('fails requests itself');
    expect(says).toContain('With 2x the memory of render');
  });
});

describe('the comparison of sentences with runs', () => {
  it('finds a fault that is cleared in the headline, shares above 1, a recovery of no cause and other numbers', async () => {
    const { variant, blocks } = await told('optional-call-refused');
    const { cascade, summary } = variant;
    const [cause] = cascade.causes;
    const wrong = {
      ...variant,
      cascade: {
        ...cascade,
        sentence: `${variant.faults[0]!.words} at 38.5 s (proved) -> users.go`,
        causes: [
          { ...cause!, share: 0.9 },
          { ...cause!, subject: 'a-decoy', fault: 'a-decoy', share: 0.2 },
        ],
      },
      summary: { ...summary, recovery: { ...summary.recovery, fault: 'a-decoy' } },
    };
    const [first, ...others] = contradictionsIn(
      wrong,
      blocks.map((block) =>
        block.kind === 'list'
          ? { ...block, items: block.items.map((text) => text.replace('1,063', '1,064')) }
          : block,
      ),
    );
    expect(first).toBe('the shares of the causes add up to 1.100');
    expect(others.join(' | ')).toMatch(
      /not to blame.*is called proved.*the headline names.*the recovery is that of “a-decoy”.*other numbers/u,
    );
  });

  it('reads every sentence on each surface, and finds those that are changed', async () => {
    const { result, blocks } = await told('optional-call-refused');
    const texts = textsOf(result, blocks);
    const readAs = (from: string, to: string): ReturnType<typeof readingOf> =>
      readingOf(
        result,
        texts.map((one) => ({ ...one, text: one.text.replaceAll(from, to) })),
      );
    const { read, unread, wrong } = readingOf(result, texts);
    expect({ unread, wrong }).toEqual({ unread: [], wrong: [] });
    expect(read).toBeGreaterThan(50);
    const places = (some: readonly string[]): ReadonlySet<string> =>
      new Set(some.map((words) => /^\[(\w+)/u.exec(words)![1]!));
    const everywhere = ['story', 'terminal', 'markdown', 'page'];
    for (const [from, to] of [
      ['1,063', '1,064'],
      ['33.5 %', '43.5 %'],
      ['(proved)', '(guess)'],
    ] as const)
      for (const place of everywhere) expect(places(readAs(from, to).wrong)).toContain(place);
    const cleared = readAs('No difference: “connections', 'More harm without “connections');
    expect(cleared.wrong.join(' ')).toContain('the runs have another role of “connections');
    expect(readAs('Of 1,063', 'About 1,063').unread.length).toBeGreaterThan(0);
  });

  it('reads which limits adapt', () => {
    const { result } = run(`
faultline: 1
title: Two shops with limits that adapt
run: { duration: 10s, warmup: 2s, replications: 1 }
policies: { guard: { concurrencyLimit: { kind: vegas } } }
services:
  shop: { runtime: async, outbound: guard, endpoints: { get: [ call: stock.get ] } }
  store: { runtime: async, outbound: guard, endpoints: { get: [ call: stock.get ] } }
  stock: { concurrency: 5, endpoints: { get: [ wait: 20ms ] } }
workloads:
  users: { arrivals: poisson(60/s), requests: [ { call: shop.get, name: one }, { call: store.get, name: two } ] }
`);
    const texts = textsOf(result, storyBlocks(result, { source: 'case.yaml' }));
    expect(texts.map(({ text }) => text).join('\n')).toMatch(/limits of shop and store adapt/u);
    const readAs = (from: string, to: string): ReturnType<typeof readingOf> =>
      readingOf(
        result,
        texts.map((one) => ({ ...one, text: one.text.replaceAll(from, to) })),
      );
    expect(readAs('', '')).toMatchObject({ unread: [], wrong: [] });
    expect(readAs('shop and store adapt', 'shop and stock adapt').wrong.length).toBeGreaterThan(0);
  });

  it('reads in how many runs a share is 100 %', () => {
    const { result } = run(`
faultline: 1
title: A shop in which no request fails
run: { duration: 2s, replications: 5 }
services: { shop: { endpoints: { buy: [ wait: 2ms ] } } }
workloads: { users: { arrivals: poisson(50/s), requests: [ call: shop.buy ] } }
budgets: [ users.success >= 95% ]
`);
    const texts = textsOf(result, storyBlocks(result, { source: 'case.yaml' }));
    const readAs = (from: string, to: string): ReturnType<typeof readingOf> =>
      readingOf(
        result,
        texts.map((one) => ({ ...one, text: one.text.replaceAll(from, to) })),
      );
    expect(readAs('', '')).toMatchObject({ unread: [], wrong: [] });
    expect(readAs('45.1 % of further', '25.9 % of further').wrong).toHaveLength(1);
  });
});
