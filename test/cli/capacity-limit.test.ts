import { describe, expect, it } from 'vitest';
import { around, limitOf } from '../../src/api/capacity/limit.js';
import { raised, settingFor, type MoreOf } from '../../src/api/capacity/settings.js';
import type { ComponentHeadroom } from '../../src/contracts/result/headroom.js';
import { Problems } from '../../src/scenario/diagnostics.js';
import type { MapNode } from '../../src/scenario/located.js';
import { parseYaml } from '../../src/scenario/parse.js';

/** A search in a system with this limit, and the factors that it tries. */
async function search(limit: number, guess: number | null, resolution = 0.05) {
  const tried: number[] = [];
  const found = await limitOf(
    (factor) => {
      tried.push(factor);
      return Promise.resolve({ holds: factor <= limit });
    },
    { first: guess === null ? [] : around(guess, resolution), resolution },
  );
  return { ...found, tried };
}

describe('the search for a limit', () => {
  it('encloses the limit as closely as it is asked to', async () => {
    for (const limit of [0.07, 0.3, 0.99, 1, 1.7, 9, 15]) {
      const { holds, breaks } = await search(limit, null);
      expect([limit, holds <= limit, breaks! > limit]).toEqual([limit, true, true]);
      expect(1 - holds / breaks!).toBeLessThanOrEqual(0.05);
    }
  });

  it('needs three loads with a good guess', async () => {
    const { tried } = await search(2.2, 2.2);
    expect(tried).toEqual([1, 2.156, 2.244]);
  });

  it('tries no factor twice, also where the guess has more digits than a factor', async () => {
    const { tried } = await search(1.98, 1.98034 / 0.98);
    expect(new Set(tried).size).toBe(tried.length);
  });

  it('finds the limit far from a wrong guess', async () => {
    const { holds, breaks } = await search(0.5, 6);
    expect(holds).toBeLessThanOrEqual(0.5);
    expect(breaks!).toBeGreaterThan(0.5);
  });

  it('says where all that it tries holds, or nothing', async () => {
    expect(await search(1e9, null)).toEqual({ holds: 16, breaks: null, tried: [1, 2, 4, 8, 16] });
    // The headroom says where to look beyond that, but not how far beyond anything that anyone asked for.
    expect((await search(19, 18.5)).tried.slice(0, 4)).toEqual([1, 18.13, 18.87, 28.305]);
    expect((await search(1e9, 500)).holds).toBe(64);
    const { holds, breaks } = await search(0, null);
    expect([holds, breaks]).toEqual([0, 1 / 16]);
  });

  it.each([
    ['what is full at 1 + 0.95 / 0.02', { db: 0.05, api: 0.3 }, { db: 0.02, api: 0 }, 48.5],
    ['the first of two that fill', { db: 0.05, api: 0.3 }, { db: 0.02, api: 0.1 }, 8],
  ])('goes where the use of two loads says: %s', async (_, today, more, limit) => {
    const tried: number[] = [];
    const usesAt = (factor: number) =>
      new Map(
        Object.entries(today).map(([name, use]) => [
          name,
          use + (factor - 1) * more[name as 'db' | 'api'],
        ]),
      );
    const found = await limitOf(
      (factor) => {
        tried.push(factor);
        return Promise.resolve({ holds: factor <= limit, uses: usesAt(factor) });
      },
      { first: [2], resolution: 0.05 },
    );
    expect(tried).toEqual([1, 2, 0.98 * limit, 1.02 * limit]);
    expect(found).toEqual({ holds: 0.98 * limit, breaks: 1.02 * limit });
  });

  it('tries the largest load at once where no use grows', async () => {
    const tried: number[] = [];
    const uses = new Map([['db', 0.4]]);
    const ask = (factor: number) => {
      tried.push(factor);
      return Promise.resolve({ holds: true, uses });
    };
    await limitOf(ask, { first: [1.2], resolution: 0.05 });
    expect(tried).toEqual([1, 1.2, 16]);
  });

  it('stops at an interrupt with what is known', async () => {
    let asked = 0;
    const ask = () => Promise.resolve(asked++ === 0 ? { holds: true } : null);
    const found = await limitOf(ask, { first: [], resolution: 0.05 });
    expect(found).toEqual({ holds: 1, breaks: null });
  });
});

describe('the replicas that a load needs', () => {
  it('are a whole number for a resource of each', () => {
    expect(raised({ path: 'services.shop.replicas', now: 4 }, 1.25)).toBe(5);
  });

  it('give the busiest member fewer partitions: 4 members of 6 have up to 2, and so have 5', () => {
    const more = { path: 'services.billing.replicas', now: 4 };
    const six = { members: 4, partitions: 2, of: 6 };
    expect([1.02, 1.25, 3].map((by) => raised(more, by, six))).toEqual([6, 6, 6]);
    // 10 of 100 partitions each for 2 x 5 members, 9 for 12 and 5 for 20.
    const hundred = { members: 11, partitions: 10, of: 100 };
    expect([1.02, 2].map((by) => raised({ ...more, now: 11 }, by, hundred))).toEqual([12, 20]);
  });
});

describe('the setting that gives more replicas', () => {
  const settingOf = (scaling: string, full: Partial<ComponentHeadroom>): MoreOf | null => {
    const text = `services: { mailer: { replicas: 2${scaling} } }`;
    const written = parseYaml('mail.yaml', text, new Problems()) as MapNode;
    const shown = { component: 'mailer', of: null, used: 2, limit: 2, rate: 20, saturatesAt: 20 };
    return settingFor(written, { ...shown, factor: 1, resource: 'consumers', ...full });
  };
  const CPU = ', autoscaling: { metric: cpu, target: 70%, min: 2, max: 10 }';
  const MIN = {
    path: 'services.mailer.autoscaling.min',
    now: 2,
    most: 10,
    beside: [{ path: 'services.mailer.replicas', now: 2 }],
  };
  const MAX = { path: 'services.mailer.autoscaling.max', now: 10 };

  it.each([
    ['without an autoscaler', '', {}, { path: 'services.mailer.replicas', now: 2 }],
    ['of consumers that wait, which use no CPU', CPU, { of: 'orders' }, MIN],
    ['of consumers that an autoscaler follows', CPU.replace('cpu', 'lag'), { of: 'orders' }, MAX],
    [
      'of workers that are full before its metric rises',
      CPU,
      { resource: 'workers', replicas: 2 },
      MIN,
    ],
    ['of cores, of which it has added all', CPU, { resource: 'cores', replicas: 10 }, MAX],
  ] as const)('%s', (_, scaling, full, setting) => {
    expect(settingOf(scaling, full)).toEqual(setting);
  });
});
