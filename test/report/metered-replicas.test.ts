import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import { run } from '../theory/program.js';
import { PAGE } from '../support/page.js';

/** Ten writes a second; from 2 s on they are not replicated, and from 3 s on half go to another primary. */
const database = (replicas: string): string => `
faultline: 1
title: Two primaries
run: { duration: 10s }
databases:
  store:
    ${replicas}
    operations: { write: { wait: 1ms, write: true } }
services:
  shop: { replicas: 2, endpoints: { buy: [ query: store.write ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop } ] }
`;

const SPLIT = `${database('replicas: 1\n    failover: { detect: 1s, fencing: false }')}
faults: [ { id: apart, kind: splitBrain, target: store, at: 2s, for: 4s } ]
`;

describe('a database with replicas in the report', () => {
  it('says how many confirmed writes are lost, and how many an old primary took', () => {
    const { result } = run(SPLIT);
    const { lostCommits, divergedWrites } = result.variants[0]!.metered['store']!.meters;
    const totals = [lostCommits, divergedWrites].map((one) => one?.form === 'counter' && one.total);
    expect(totals).toEqual([25, 15]);
    const page = renderHtml(result, PAGE);
    expect(page).toContain('id="replicas"');
    expect(page).toContain('25 confirmed writes of store are lost');
    expect(page).toContain('Written at an old primary');
    expect(page).toContain('the nodes of store cannot reach each other');
  });

  it('has no such section without replicas', () => {
    const { result } = run(database('pool: { maxOpen: 5 }'));
    expect(renderHtml(result, PAGE)).not.toContain('id="replicas"');
  });
});
