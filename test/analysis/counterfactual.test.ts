import { describe, expect, it } from 'vitest';
import { faultSearch } from '../../src/analysis/verdicts/fault-search.js';
import { estimateOf, faultProof, inBoth } from '../../src/analysis/verdicts/counterfactual.js';
import { likenessOf, type FaultSet } from '../../src/analysis/verdicts/fault-sets.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import { withFaults } from '../../src/plan/without.js';
import { causeSentence } from '../../src/report/words/causes.js';
import type { Counterfactuals } from '../../src/contracts/result/counterfactual.js';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { summarise } from '../../src/analysis/summarise.js';
import { runHere } from '../support/built.js';
import type { RunPlans } from '../../src/api/proving/proof.js';
import { proofOf, runPlans } from '../support/proofs.js';
import { run } from '../theory/program.js';

/** The counterfactuals of the first variant of a scenario, with the runs that they need. */
async function explained(text: string): Promise<{
  own: Counterfactuals;
  variant: VariantResult;
  /** The account with the proof. */
  told: VariantResult;
}> {
  const ran = run(`faultline: 1\ntitle: Causes\n${text}`);
  const own = await proofOf(ran, { candidates: [], share: null });
  const proofs = new Map([[ran.plans[0]!.variant, own]]);
  const [told] = summarise(ran.file, ran.plans, ran.records, '0.0.0', null, null, proofs).variants;
  return { own, variant: ran.variant(), told: told! };
}

describe('the harm that is averted', () => {
  it('has the interval of a difference: longer where one run of five makes most of it', () => {
    const { value, ci95 } = estimateOf([10, 11, 12, 11, 60]);
    // Student alone: 20.8 +- 2.776 * 21.9 / sqrt(5) = [-6.4, 48].
    expect(value).toBeCloseTo(20.8, 10);
    expect(ci95![0]).toBeLessThan(0);
    expect(ci95![1]).toBeGreaterThan(60);
  });

  it('of two to four runs has the interval of Student', () => {
    const { ci95 } = estimateOf([2, 4, 6]);
    expect(ci95![0]).toBeCloseTo(4 - 4.968276, 5);
    expect(estimateOf([3]).ci95).toBeNull();
  });
});

const rolesOf = ({ faults }: Counterfactuals): Record<string, string> =>
  Object.fromEntries(faults.map(({ fault, role }) => [fault, role]));

/** A shop of one worker calls a bank; 10 orders a second of 50 ms each. */
const SHOP = `
run: { duration: 30s, replications: 2, seed: 4 }
services:
  shop: { concurrency: 4, queue: { capacity: 4 }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { concurrency: 8, endpoints: { pay: [ wait: 50ms ] } }
  mail: { endpoints: { send: [ wait: 5ms ] } }
workloads:
  users: { arrivals: poisson(20/s), requests: [ { call: shop.buy } ] }
  robots: { arrivals: poisson(20/s), requests: [ { call: mail.send } ] }
`;

/** The sets that a search asks for, where the harm of each set is known. */
function searched(
  faults: number,
  ranked: readonly number[],
  blamed: number,
  harmOf: (set: FaultSet) => number,
): readonly string[] {
  const usual = [harmOf(Array.from({ length: faults }, (_, k) => k))];
  const none = [harmOf([])];
  const rest = Array.from({ length: faults }, (_, k) => k).filter((k) => !ranked.includes(k));
  const questions = faultSearch(faults, { ranked: [...ranked, ...rest], blamed });
  const asked: string[] = [];
  for (let next = questions.next(); next.done !== true;) {
    asked.push(...next.value.map((set) => set.join('')));
    next = questions.next(next.value.map((set) => likenessOf([harmOf(set)], usual, none)));
  }
  return asked;
}

const has = (set: FaultSet, ...all: readonly number[]): boolean =>
  all.every((index) => set.includes(index));

describe('the sets of faults that run', () => {
  it('are two where one of many faults, which is blamed, does all of the harm', () => {
    const asked = searched(9, [4], 1, (set) => (has(set, 4) ? 500 : 1));
    expect(asked).toEqual(['4', '01235678']);
  });

  it('are four where the account blames a harmless one first', () => {
    const asked = searched(3, [0, 1], 2, (set) => (has(set, 1) ? 500 : 0));
    expect(asked).toEqual(['01', '0', '1', '2']);
  });

  it('are every combination of those that matter, which is fair to two that do harm only together', () => {
    const asked = searched(5, [3, 1], 2, (set) => (has(set, 1, 3) ? 800 : has(set, 1) ? 90 : 0));
    expect(asked).toEqual(['13', '3', '1', '024']);
  });

  it('find two faults that nothing blames among sixty-four, in far fewer runs than there are faults', () => {
    const harm = (set: FaultSet): number => (has(set, 17) ? 300 : 0) + (has(set, 50) ? 200 : 0);
    const asked = searched(64, [], 0, harm);
    expect(asked).toContain('17');
    expect(asked).toContain('50');
    expect(asked.length).toBeLessThan(50);
  });

  it('do not clear a fault that is enough beside one that is enough too', () => {
    const asked = searched(2, [0], 1, (set) => (set.length > 0 ? 400 : 0));
    expect(asked).toEqual(['0', '1']);
  });
});

describe('a fault without which there is a little more harm', () => {
  /** The role of a fault beside a cause, by the harm of each run with both of them and of each without the fault. */
  const roleOf = (both: readonly number[], without: readonly number[]): string => {
    const none = both.map(() => 10);
    const harms = new Map([
      ['0 1', both],
      ['0', without],
      ['1', none],
      ['', none],
    ]);
    const plan = { faults: [{ id: 'surge' }, { id: 'delay' }] } as unknown as Plan;
    return faultProof(plan, harms).faults[1]!.role;
  };

  it('protects nothing by one run: a crowded system moves by that with any change', () => {
    // A 4 ms delay in an overload: other runs have 150, 7, 371 more, and 130 less.
    expect(roleOf([6086], [6227])).toBe('none');
    expect(roleOf([6086], [6500])).toBe('protection');
    expect(roleOf([6086, 6100, 6090], [6227, 6240, 6235])).toBe('protection');
  });

  it('has a part in it where slow requests fail by it, and protects where it is the other way round', () => {
    expect(inBoth('none', 800, 6086)).toBe('part');
    expect(inBoth('none', -800, 6086)).toBe('protection');
    expect(inBoth('none', 80, 6086)).toBe('none');
    expect(inBoth('cause', -800, 6086)).toBe('cause');
  });
});

describe('a fault', () => {
  it('that never strikes leaves every request as it is', () => {
    const faults = `faults:
      - { id: hang, kind: hang, target: bank, at: 10s, for: 5s }
      - { id: never, kind: crash, target: mail, at: 12s, for: 5s, probability: 0% }`;
    const ran = run(`faultline: 1\ntitle: Never\n${SHOP}${faults}`);
    const index = ran.plans[0]!.faults.findIndex(({ id }) => id === 'never');
    const [without] = runHere([withFaults(ran.plans[0]!, (k) => k !== index)], 2);
    const outcomes = (records: typeof without): unknown =>
      records!.map(({ parts }) => parts.map((part) => [...part.outcomes]));
    expect(outcomes(without)).toEqual(outcomes(ran.records[0]));
  });

  it('is the cause, and a harmless one that begins at the same instant is not, whatever their names', async () => {
    for (const [cause, decoy] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const { own, variant, told } = await explained(`${SHOP}faults:
      - { id: ${cause}, kind: hang, target: bank, at: 10s, for: 5s }
      - { id: ${decoy}, kind: slow, target: mail, factor: 1.5, at: 10s, for: 5s }`);
      expect(rolesOf(own)).toEqual({ [cause]: 'cause', [decoy]: 'none' });
      expect(own.harm).toBeGreaterThan(80);
      expect(own.background).toBeLessThan(5);
      expect(told.cascade.sentence).toMatch(/^bank hangs at 10 s \(proved\) -> /);
      expect(told.summary.recovery.fault).toBe(cause);
      const sentence = causeSentence({ variant, own });
      expect(sentence).toMatch(
        /^Cause: “bank hangs”\. Of \d+ failed and \d+ slow requests, \d+ and \d+ remain without the fault\./,
      );
      expect(sentence).toContain('No difference: “mail 1.5x slower”.');
    }
  });

  it('is enough beside another one that is enough too: neither averts it, each does it alone', async () => {
    const { own, variant } = await explained(`${SHOP}faults:
      - { id: hang, kind: hang, target: bank, at: 10s, for: 5s }
      - { id: errors, kind: error, target: bank, at: 10s, for: 5s }`);
    const [errors, hang] = own.faults;
    expect([hang!.role, errors!.role]).toEqual(['cause', 'cause']);
    expect(own.harm - hang!.without!).toBeLessThan((own.harm - own.background) / 2);
    expect(causeSentence({ variant, own })).toMatch(/^“.*” and “.*” are each enough\./);
  });

  it('that harms only together with another one makes it worse', async () => {
    // 40 workers: busy are 10 of them, 19 where the bank is slow, 23 under the load, and 44 would be with both.
    const { own, variant } = await explained(`
run: { duration: 30s, replications: 5, seed: 4 }
services:
  shop: { concurrency: 40, queue: { capacity: 4 }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 50ms ] } }
workloads: { users: { arrivals: poisson(200/s), requests: [ { call: shop.buy } ] } }
faults:
  - { id: slow, kind: slow, target: bank, factor: 1.9, at: 10s, for: 10s }
  - { id: load, kind: load, target: users, factor: 2.3, at: 10s, for: 10s }`);
    expect(rolesOf(own)).toEqual({ load: 'amplifier', slow: 'amplifier' });
    expect(causeSentence({ variant, own })).toMatch(/^Only together “.*” and “.*” do harm\. Of /);
  });

  it('of a rollout is a fault too: a good release beside a hanging bank is innocent', async () => {
    const { own } = await explained(`
run: { duration: 40s, replications: 2, seed: 4 }
services:
  shop:
    replicas: 2
    concurrency: 8
    queue: { capacity: 4 }
    versions: { v1: {}, v2: {} }
    rollout: { to: v2, kind: rolling, at: 9s }
    endpoints: { buy: [ call: bank.pay ] }
  bank: { endpoints: { pay: [ wait: 50ms ] } }
workloads: { users: { arrivals: poisson(20/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: hang, kind: hang, target: bank, at: 10s, for: 5s } ]`);
    expect(rolesOf(own)).toEqual({ hang: 'cause', 'shop@v2': 'none' });
  });

  it('is not the cause of an overload that is there without it', async () => {
    const { own, variant } =
      await explained(`${SHOP.replace('users: { arrivals: poisson(20/s)', 'users: { arrivals: poisson(160/s)')}faults:
      - { id: mails, kind: slow, target: mail, factor: 1.5, at: 10s, for: 5s }`);
    expect(rolesOf(own)).toEqual({ mails: 'none' });
    expect(causeSentence({ variant, own })).toMatch(
      /^The faults are not the cause: without them [\d,]+ requests fail instead of [\d,]+.*\.$/,
    );
  });
});

describe('a limited proof', () => {
  it('handles about as many events as the usual runs, and presumes that a fault does nothing that nothing blames', async () => {
    // More than 400,000 events: fewer take a fraction of a second, and are always affordable.
    const ran = run(`faultline: 1
title: Large
run: { duration: 120s, replications: 2, seed: 4 }
services:
  shop: { concurrency: 400, endpoints: { buy: [ call: bank.pay ] } }
  bank: { concurrency: 400, endpoints: { pay: [ wait: 5ms ] } }
workloads: { users: { arrivals: poisson(400/s), requests: [ { call: shop.buy } ] } }
faults:
  - { id: errors, kind: error, target: bank, share: 50%, at: 20s, for: 30s }
  - { id: slow, kind: slow, target: bank, factor: 1.1, at: 20s, for: 30s }`);
    const usual = ran.records[0]!.reduce((sum, { totals }) => sum + totals.events, 0);
    expect(usual).toBeGreaterThan(400_000);
    let events = 0;
    const counted: RunPlans = async (plans, replications) => {
      const all = await runPlans(plans, replications);
      events += all.flatMap((own) => own ?? []).reduce((sum, { totals }) => sum + totals.events, 0);
      return all;
    };
    const own = await proofOf(ran, { candidates: [] }, counted);
    // One replication without faults, and one with the errors alone.
    expect(own.runs).toBe(2);
    expect(events).toBeLessThan(1.1 * usual);
    expect(rolesOf(own)).toEqual({ errors: 'cause', slow: 'none' });
    expect(own.faults[1]!.alone).toBeNull();
  }, 20_000);

  it('of one long run tries one remedy beside the run without faults', async () => {
    // Of 1,500/s the slow bank handles 100 workers / 100 ms = 1,000/s, and twice as many workers handle all.
    const ran = run(`faultline: 1
title: Long
run: { duration: 120s, replications: 1, seed: 4 }
services:
  shop: { runtime: async, endpoints: { buy: [ wait: 300ms, call: bank.pay ] } }
  bank: { concurrency: 100, endpoints: { pay: [ wait: 5ms ] } }
workloads: { users: { arrivals: poisson(1500/s), patience: 500ms, requests: [ { call: shop.buy } ] } }
faults: [ { id: slow, kind: slow, target: bank, factor: 20, at: 20s, for: 20s } ]`);
    const usual = ran.records[0]![0]!.totals.events;
    expect(usual).toBeGreaterThan(900_000);
    const asked: number[] = [];
    const own = await proofOf(ran, {}, (plans, replications) => {
      asked.push(plans.length);
      return runPlans(plans, replications);
    });
    expect(asked).toEqual([2]);
    expect(rolesOf(own)).toEqual({ slow: 'cause' });
    const [remedy] = own.interventions;
    expect(remedy).toMatchObject({ kind: 'capacity', subject: 'bank', role: 'remedy' });
    expect(remedy!.averted.value).toBeGreaterThan(0.95 * own.harm);
  }, 20_000);
});

describe('the account with a proof', () => {
  it('begins with the slow bank, and not with the load that comes later and makes it worse', async () => {
    const { own, told } = await explained(`
run: { duration: 60s, replications: 3, seed: 1 }
services:
  shop: { concurrency: 24, queue: { capacity: 48 }, outbound: { bank: calls }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { concurrency: 16, endpoints: { pay: [ wait: exponential(20ms) ] } }
policies: { calls: { timeout: 500ms } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults:
  - { id: slow, kind: slow, target: bank, factor: 7.6, at: 20s, for: 20s }
  - { id: load, kind: load, target: users, factor: 1.5, at: 28s, for: 12s }`);
    expect(rolesOf(own)).toEqual({ load: 'amplifier', slow: 'cause' });
    expect(told.summary.recovery.fault).toBe('slow');
    expect(told.cascade.sentence).toMatch(/^bank 7\.6x slower at 20 s/);
  });
});

describe('fair shares', () => {
  it('add up to the harm above the background', async () => {
    const { own } = await explained(`${SHOP}faults:
      - { id: hang, kind: hang, target: bank, at: 10s, for: 3s }
      - { id: load, kind: load, target: users, factor: 3, at: 12s, for: 6s }
      - { id: errors, kind: error, target: shop, share: 30%, at: 14s, for: 10s }`);
    const sum = own.faults.reduce((total, { share }) => total + share!, 0);
    expect(sum).toBeCloseTo(own.harm - own.background, 9);
    expect(own.runs).toBe(14);
  });
});
