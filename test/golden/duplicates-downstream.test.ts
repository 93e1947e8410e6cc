import { describe, expect, it } from 'vitest';
import { golden, instants, type Traced } from './tracing.js';

/** Duplicates that a run counted at a part. */
function counted({ ran }: Traced, part: string): number {
  const plan = ran.plans[0]!;
  const id = plan.parts.findIndex(
    ({ name, component }) => `${plan.components[component]!.name}.${name}` === part,
  );
  return ran.records[0]![0]!.parts[id]!.duplicates.reduce((a, b) => a + b, 0);
}

/**
 * Executions at a part beyond the first of the same operation, by the rows of the trace alone: two rows are the same
 * operation if their parents are, and if they are attempts of the same call, of which only the first has the number 1. Every execution that ended had its effect.
 */
function byTraces({ rows }: Traced, part: string): number {
  const calls = new Map<string, number>();
  const names = new Map<number, string>();
  for (const { id, parent, part: callee, attempt, root } of rows) {
    const call = `${names.get(parent) ?? root} (${parent}) / ${callee}`;
    const nth = (calls.get(call) ?? 0) + (attempt === 1 ? 1 : 0);
    calls.set(call, nth);
    names.set(id, `${names.get(parent) ?? root} / ${callee}#${nth}`);
  }
  const executions = new Map<string, number>();
  for (const row of rows) {
    if (row.part !== part || row.begun < 0 || row.ended < 0) continue;
    const name = names.get(row.id)!;
    executions.set(name, (executions.get(name) ?? 0) + 1);
  }
  return [...executions.values()].reduce((sum, count) => sum + count - 1, 0);
}

const CHARGE = 'wait: exponential(mean=80ms)';
const RETRY = '{ timeout: 100ms, retry: { attempts: 3, on: [any] } }';

/** 200 requests of users to `a`, which lead to charges at `bank`. */
const world = (a: string, b: string, more = '', policy = 'plain', bank = CHARGE): string => `
policies:
  again: ${RETRY}
  hedged: { hedge: { after: 60ms } }
  keyed: { timeout: 100ms, retry: { attempts: 3, on: [any] }, idempotencyKey: request }
  plain: { timeout: 10s }
services:
  a: { runtime: async, endpoints: { buy: [ ${a} ] } }
  b: { runtime: async, endpoints: { pay: ${b} } }
  bank: { runtime: async, endpoints: { charge: [ ${bank} ] } }
workloads:
  users:
    arrivals: { at: [${instants(50, 10_000, 50, 'ms')}] }
    requests: [ { call: a } ]
    policy: ${policy}
${more}`;

const TOPOLOGIES: Readonly<Record<string, string>> = {
  'a retry one hop above': world('{ call: b, policy: again }', '[ call: bank ]'),
  'a retry of the users': world('call: b', '[ call: bank ]', '', 'again'),
  'a retry of the call itself': world('call: b', '[ { call: bank, policy: again } ]'),
  'retries at two hops': world('{ call: b, policy: again }', '[ { call: bank, policy: again } ]'),
  'retries at three hops': world(
    '{ call: b, policy: again }',
    '[ { call: bank, policy: again } ]',
    '',
    'again',
  ),
  'a hedge one hop above': world('{ call: b, policy: hedged }', '[ call: bank ]'),
  'a hedge below a retry': world(
    '{ call: b, policy: again }',
    '[ { call: bank, policy: hedged } ]',
  ),
  'branches, each of which charges': world(
    '{ call: b, policy: again }',
    '[ { parallel: [ [ { wait: 1ms }, { call: bank } ], [ { wait: 2ms }, { call: bank } ] ] } ]',
  ),
  'a loop of three charges': world(
    '{ call: b, policy: again }',
    '[ { loop: { times: 3, steps: [ { call: bank } ] } } ]',
    '',
    'plain',
    'wait: exponential(mean=30ms)',
  ),
  'a callee in between that calls itself idempotent': world(
    '{ call: b, policy: again }',
    '{ idempotent: true, steps: [ call: bank ] }',
  ),
  'a fallback that charges': world(
    '{ call: b, policy: again }',
    '[ { wait: 30ms }, { call: c, policy: otherwise } ]',
  )
    .replace('policies:', 'policies:\n  otherwise: { timeout: 20ms, fallback: { call: bank } }')
    .replace('services:', 'services:\n  c: { endpoints: { serve: [ wait: 1s ] } }'),
  'a write to a database': world(
    '{ call: b, policy: again }',
    '[ { query: pg.write } ]',
    `databases: { pg: { kind: generic, pool: { maxOpen: 1000 }, operations: { write: { wait: exponential(mean=80ms), write: true } } } }`,
  ),
  'a message that is published again': world(
    '{ publish: orders }, { wait: exponential(mean=80ms) }',
    '[ call: bank ]',
    `queues: { orders: { kind: simple, consumers: [ { call: b.pay, concurrency: 100 } ] } }`,
    'again',
  ),
  'a message that is delivered again': world(
    'publish: orders',
    '[ { wait: 1ms }, { call: bank, policy: hasty } ]',
    `queues: { orders: { kind: simple, consumers: [ { call: b.pay, concurrency: 100, retry: { attempts: 3, mode: inProcess } } ] } }`,
  ).replace('policies:', 'policies:\n  hasty: { timeout: 80ms }'),
  'a transaction, which has its effect with the commit': world(
    '{ call: b, policy: again }',
    '[ { transaction: { database: pg, steps: [ { query: pg.write } ] } } ]',
    `databases: { pg: { kind: generic, pool: { maxOpen: 1000 }, operations: { write: { wait: exponential(mean=80ms), write: true } } } }`,
  ),
};

describe('duplicates below a repeated call', () => {
  it.each(Object.entries(TOPOLOGIES))('equal a count by traces: %s', (_, text) => {
    const traced = golden(text, '60s');
    const part = text.includes('databases') ? 'pg.write' : 'bank.charge';
    const expected = byTraces(traced, part);
    expect(expected).toBeGreaterThan(20);
    expect(counted(traced, part)).toBe(expected);
  });
});

describe('a request that times out twice above a bank that takes 200 ms', () => {
  // 10 requests at `a`, each of which calls `b` at 0 and at 101 ms; both calls reach the bank and are executed.
  const run = (b: string): Traced =>
    golden(
      `
policies: { twice: { timeout: 100ms, retry: { attempts: 2, on: [timeout], backoff: { kind: constant, base: 1ms } } } }
services:
  a: { runtime: async, endpoints: { buy: [ { call: b, policy: twice } ] } }
  b: { runtime: async, endpoints: { pay: ${b} } }
  bank: { runtime: async, endpoints: { charge: [ wait: 200ms ] } }
workloads: { users: { arrivals: { at: [${instants(1, 10, 1, 's')}] }, requests: [ { call: a } ] } }
`,
      '20s',
    );

  it('charges twice, whatever the callee in between says of itself', () => {
    const plain = run('[ call: bank ]');
    expect([counted(plain, 'bank.charge'), counted(plain, 'b.pay')]).toEqual([10, 10]);
    const claimed = run('{ idempotent: true, steps: [ call: bank ] }');
    expect([counted(claimed, 'bank.charge'), counted(claimed, 'b.pay')]).toEqual([10, 0]);
  });

  it('charges once if the callee in between recognizes the repetition', () => {
    const keyed = run('{ idempotent: request, steps: [ call: bank ] }');
    expect(keyed.at('bank.charge')).toHaveLength(10);
    expect([counted(keyed, 'bank.charge'), counted(keyed, 'b.pay')]).toEqual([0, 0]);
  });
});

describe('a write whose request fails and is repeated', () => {
  // The check fails until 1,005 ms; the second attempt arrives there at 1,010 ms.
  const run = (steps: string): number =>
    counted(
      golden(
        `
policies: { twice: { retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 10ms } } } }
services:
  a: { runtime: async, endpoints: { buy: [ { call: b, policy: twice } ] } }
  b: { runtime: async, endpoints: { pay: [ ${steps} ] } }
  check: { endpoints: { ok: [ wait: 1ns ] } }
databases: { pg: { kind: generic, operations: { write: { wait: 1ms, write: true } } } }
workloads: { users: { arrivals: { at: [1s] }, requests: [ { call: a } ] } }
faults: [ { id: bad, kind: error, target: check, at: 0s, for: 1005ms } ]
`,
        '5s',
      ),
      'pg.write',
    );

  it('takes effect twice, except in a transaction, which was rolled back', () => {
    const body = '{ query: pg.write }, { call: check }';
    expect(run(body)).toBe(1);
    expect(run(`{ transaction: { database: pg, steps: [ ${body} ] } }`)).toBe(0);
  });
});
