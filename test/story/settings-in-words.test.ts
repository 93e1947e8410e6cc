import { describe, expect, it } from 'vitest';
import { readingOf } from '../../bench/accounts/reader.mjs';
import { settingsError } from '../../bench/accounts/settings.mjs';
import { textsOf } from '../../bench/accounts/surfaces.mjs';
import { summarise } from '../../src/analysis/summarise.js';
import { storyBlocks } from '../../src/report/story/blocks.js';
import type { Result } from '../../src/contracts/result/result.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

/** A consumer that becomes slow, and messages that it cannot handle: variants of its group, and of its store. */
function consumers(variants: string): string {
  return `
faultline: 1
title: A slow consumer
run: { duration: 100s, warmup: 0s, seed: 3, replications: 1 }
keys: { device: uniform(count=200) }
services:
  ingest:
    runtime: async
    endpoints: { put: [ publish: { topic: readings, key: device }, respond: 202 ] }
  enricher:
    concurrency: 64
    endpoints: { on: [ work: 10ms ] }
topics:
  readings:
    kind: kafka
    partitions: 4
    subscribers:
      - { group: own, call: enricher.on, maxPollRecords: 100, maxPollInterval: 60s }
workloads:
  devices: { arrivals: constant(200/s), requests: [ { call: ingest.put } ] }
faults:
  - { id: slow, kind: slow, target: enricher.on, factor: 3, at: 20s, for: 20s }
  - { id: late, kind: poison, target: readings, share: 0.1%, effect: error, at: 70s, for: 5s }
budgets:
  - { expect: readings.own.lag.max < 1, severity: warning }
${variants}`;
}

const VARIANTS = `
variants:
  - name: as-is
  - name: huge
    set:
      "topics.readings.subscribers[own].maxPollRecords": 5000
      "topics.readings.subscribers[own].maxPollInterval": 2s
  - name: other
    set:
      services.ingest.replicas: 2
      services.enricher.concurrency: 66
      "topics.readings.subscribers[own].maxPollRecords": 90
      "topics.readings.subscribers[own].maxPollInterval": 50s
      faults[slow].factor: 4
      run.maxEvents: 90000000
`;

interface Said {
  readonly result: Result;
  readonly texts: ReturnType<typeof textsOf>;
}

async function said(text: string, isProved = false): Promise<Said> {
  const ran = run(text);
  const proofs = new Map(isProved ? [[ran.plans[0]!.variant, await proofOf(ran)]] : []);
  const result = summarise(ran.file, ran.plans, ran.records, '0.0.0', null, null, proofs);
  return { result, texts: textsOf(result, storyBlocks(result, { source: 'case.yaml' })) };
}

/** What the reader finds in the texts with some words of them replaced. */
function readAs({ result, texts }: Said, from: string, to: string): ReturnType<typeof readingOf> {
  return readingOf(
    result,
    texts.map((one) => ({ ...one, text: one.text.replaceAll(from, to) })),
  );
}

describe('settings in which variants differ', () => {
  it('says which settings repeat the effects of a variant, and that none is repeated without them', async () => {
    const own = await said(consumers(VARIANTS));
    const why = own.texts.find(({ text }) => text.startsWith('The difference'))!.text;
    expect(why).toMatch(
      /^The difference from as-is \(proved\): topics\.readings\.subscribers\[0\]: \{ maxPollInterval: 60s → 2s, maxPollRecords: 100 → 5000 \}; in as-is no effect happens again\.$/u,
    );
    const { unread, wrong } = readingOf(own.result, own.texts);
    expect({ unread, wrong }).toEqual({ unread: [], wrong: [] });
    for (const [from, to] of [
      ['60s → 2s', '60s → 3s'],
      ['100 → 5000', '5000 → 100'],
      ['maxPollRecords: 100', 'maxPollSize: 100'],
      ['no effect happens again', 'repeated effects: 3'],
      ['no effect happens again', 'the backlog is gone at once'],
      ['1 warning: ', '2 warnings: '],
    ] as const)
      expect(readAs(own, from, to).wrong.length, `${from} as ${to}`).toBeGreaterThan(0);
  });

  it('says that the faults together make a backlog, where no run shows which one', async () => {
    const own = await said(consumers(''), true);
    const lines = own.texts.map(({ text }) => text).join('\n');
    expect(lines).toMatch(
      /Of [\d,]+ messages that wait for readings\.own on average, [\d,]+ remain/u,
    );
    expect(lines).not.toContain('The faults are not the cause');
    const { unread, wrong } = readingOf(own.result, own.texts);
    expect({ unread, wrong }).toEqual({ unread: [], wrong: [] });
  });

  it('are those of a step that has a name in one variant only', () => {
    const wait = { wait: '1ms' };
    const from = [wait, { name: 'ask', call: 'stock.get', times: 10 }];
    const changes = [{ path: 'a.steps', from, to: [wait, { parallel: [], times: 5 }] }];
    const said = 'a.steps[ask]: { call: stock.get → unset, name: ask → unset, times: 10 → 5 }';
    expect(settingsError(said, changes, true)).toBeNull();
    expect(settingsError(said.replace('→ 5', '→ 4'), changes, true)).toContain('times');
    expect(settingsError(said.replace('ask]', '0]'), changes, true)).toContain('is the same');
    expect(settingsError('1 setting, below', changes)).toBeNull();
    expect(settingsError('2 settings, below', changes)).toBe('1 settings differ');
  });
});
