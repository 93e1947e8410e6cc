import { describe, expect, it } from 'vitest';
import { faultWords } from '../../src/analysis/story/fault-words.js';
import type { Distribution } from '../../src/kernel/distribution.js';
import type { Fault } from '../../src/contracts/scenario/scenario.js';
import * as by from '../support/scenario.js';

const ZONES = new Map([['east', { latency: null, loss: null, region: null }]]);
const words = (kind: string, own: Partial<Fault>): string =>
  faultWords(by.fault('id', kind, own), ZONES);
const some = (count: number): Partial<Fault> => ({ instances: { kind: 'count', count } });

describe('a fault in words', () => {
  it('names what stops, alone or with others', () => {
    expect(words('hang', { target: ['psp'] })).toBe('psp hangs');
    expect(words('hang', { target: ['psp', 'bank'] })).toBe('psp and bank hang');
    const dns = (mode: string, ...target: readonly string[]): string =>
      words('dns', { target, config: { mode } });
    expect(dns('error', 'psp')).toBe('psp no longer resolves');
    expect(dns('error', 'psp', 'bank')).toBe('psp and bank no longer resolve');
    expect(dns('stale', 'psp', 'bank')).toBe('psp and bank resolve to old records');
    const crash = (own: Partial<Fault>, restart = true): string =>
      words('crash', { ...own, config: { restart } });
    expect(crash({ target: ['stock'], zone: 'a' })).toBe('stock in zone a crashes');
    const numbered = (...indices: readonly number[]): string =>
      crash({ target: ['stock'], instances: { kind: 'indices', indices } });
    expect(numbered(4)).toBe('stock[4] crashes');
    expect(numbered(1, 0)).toBe('stock[0] and stock[1] crash');
    expect(numbered(0, 1, 2, 5)).toBe('stock[0] to stock[2] and stock[5] crash');
    expect(crash({ target: ['east'] })).toBe('zone east crashes');
    expect(crash({ target: ['stock', 'bank'] }, false)).toBe('stock and bank crash permanently');
    const out = (recovery: Distribution): string =>
      words('zoneOutage', { target: ['east'], config: { blackhole: true, recovery } });
    expect(out(by.constant(0))).toBe('zone east is out');
    expect(out(by.constant(by.ms(5000)))).toBe('zone east is out (recovery of 5 s)');
    expect(out({ kind: 'exponential', meanNs: by.ms(5000) })).toBe(
      'zone east is out (recovery of about 5 s)',
    );
    expect(out({ kind: 'uniform', minNs: by.ms(5000), maxNs: by.ms(9000) })).toBe(
      'zone east is out (recovery of 5 s to 9 s)',
    );
  });

  it('says how many instances are hit', () => {
    expect(words('hang', { target: ['stock'], ...some(1) })).toBe('one instance of stock hangs');
    expect(words('hang', { target: ['stock'], ...some(2) })).toBe('2 instances of stock hang');
    expect(words('stop', { target: ['stock'], ...some(2) })).toBe(
      '2 instances of stock are stopped',
    );
  });

  it('calls an edge from all callers the calls to its end', () => {
    const target = ['all->catalog'];
    const config = { add: by.constant(by.ms(300)) };
    expect(words('latency', { target, config })).toContain('on calls to catalog');
  });

  it('says which messages are delayed: a call waits for its request and its response', () => {
    const late = (direction: string): string =>
      words('latency', {
        target: ['shop->stock'],
        config: { add: by.constant(by.ms(25)), correlation: 0, direction },
      });
    expect(late('both')).toBe('25 ms delay of each message on shop->stock');
    expect(late('to')).toBe('25 ms delay of each request on shop->stock');
    expect(late('from')).toBe('25 ms delay of each response on shop->stock');
  });

  it('says which messages a partition takes', () => {
    const between = [['shop'], ['bank']] as const;
    const cut = (direction: string, mode: string): string =>
      words('partition', { between, config: { direction, mode } });
    expect(cut('both', 'drop')).toBe('shop and bank cannot reach each other');
    expect(cut('to', 'drop')).toBe('messages from shop to bank are lost');
    expect(cut('from', 'drop')).toBe('messages from bank to shop are lost');
    expect(cut('both', 'reject')).toBe('connections between shop and bank are refused');
  });

  it('describes flushes, leaks, lags, thin links, throttling and rebalances', () => {
    const target = ['shop'];
    expect(words('flush', { target: ['items.shared'] })).toBe('items.shared is flushed');
    expect(words('flush', { target, share: 0.5 })).toBe('50 % of shop is flushed');
    expect(words('connectionLeak', { target, share: 0.005 })).toBe(
      'shop leaks 0.5 % of the connections it uses',
    );
    expect(words('certExpiry', { target })).toBe('certificate of shop expired');
    expect(words('cpuStress', { target, config: { load: 0.8 } })).toBe(
      'other work takes 80 % of the cores of shop',
    );
    expect(words('bandwidth', { target: ['shop->psp'], config: { rate: 1.5 * 2 ** 20 } })).toBe(
      'only 1536KiB/s for shop->psp',
    );
    expect(words('throttle', { target: ['psp'], config: { rate: 100 } })).toBe(
      'psp lets only 100/s through',
    );
    expect(words('throttle', { target: ['psp', 'bank'], config: { rate: 100 } })).toBe(
      'psp and bank let only 100/s through each',
    );
    const leak = { rate: 2 ** 20, perRequest: 10_240 };
    expect(words('memoryLeak', { target, config: { ...leak, max: 2 ** 29 } })).toBe(
      'shop leaks 1 MiB per second and 10 KiB per request, at most 512 MiB',
    );
    expect(
      words('memoryLeak', { target, config: { rate: Infinity, perRequest: 0, max: 2 ** 29 } }),
    ).toBe('512 MiB of the memory of shop are taken');
    expect(words('replicaLag', { target, config: { lag: by.ms(5000) } })).toBe(
      'shop falls 5 s behind',
    );
    expect(words('rebalance', { target })).toBe('shop rebalances');
  });

  it('tells more load by its factor', () => {
    expect(words('load', { target: ['users'], config: { factor: 2 } })).toBe(
      '2x the load of users',
    );
  });
});
