import { expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { innocentsOf } from '../../src/report/words/innocents.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

/** A hanging partner leaves sagas without a consistent end; a crash of the orchestrator loses some of the same sagas. */
it('a fault without which the broken budget holds is the answer, though as much goes wrong without it', async () => {
  const ran = run(`
faultline: 1
title: Two ways to break a trip
run: { duration: 200s, warmup: 5s, seed: 8 }
policies: { partner: { timeout: 3s, retry: { attempts: 3, on: [any], backoff: { kind: exponential, base: 500ms } } } }
services:
  booking: { replicas: 2, endpoints: { book: [ work: 2ms, saga: trip ] } }
  flights: { endpoints: { reserve: [ wait: 50ms ], cancel: [ wait: 30ms ] } }
  hotels: { external: true, concurrency: 40, endpoints: { reserve: [ wait: 120ms ], cancel: [ wait: 100ms ] } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: booking
    timeout: 30s
    steps:
      - { name: flight, call: flights.reserve, compensation: flights.cancel, policy: partner }
      - { name: hotel, call: hotels.reserve, compensation: hotels.cancel, policy: partner }
workloads: { travellers: { arrivals: poisson(10/s), requests: [ { call: booking.book } ] } }
faults:
  - { id: hang, kind: hang, target: hotels, at: 60s, for: 40s }
  - { id: deploy, kind: crash, target: booking, instances: 1, at: 80s, for: 5s }
budgets: [ trip.lost <= 0 ]
`);
  const own = await proofOf(ran, { share: null });
  // Without the crash the lost sagas end inconsistent.
  const roles = own.unseen![0]!.faults.map(({ fault, role }) => `${fault} ${role}`);
  expect(roles).toEqual(expect.arrayContaining(['hang cause', 'deploy none']));
  const proofs = new Map([['base', own]]);
  const { file, plans, records } = ran;
  const result = summarise(file, plans, records, '0.0.0', null, null, proofs);
  const { why, also } = answerOf(viewOf(result));
  expect(plainWords(why ?? [])).toMatch(
    /^one instance of booking crashes \(proved\): trip\.lost is 0 % instead of \d+(\.\d+)? % without it\.$/u,
  );
  expect(innocentsOf(result.variants[0]!)).toEqual([]);
  expect(also.map(plainWords).join(' ')).not.toContain('as much goes wrong');
});

it('sagas whose effects are inconsistent show the steps of one of them', async () => {
  // 30x slower charges end after the 1 s for which the saga waits, and after the refund.
  const ran = run(`
faultline: 1
title: A charge that ends after its refund
run: { duration: 60s, warmup: 5s, seed: 4 }
services:
  psp: { concurrency: 200, endpoints: { charge: [ wait: 60ms ], refund: [ wait: 20ms ] } }
  stock: { endpoints: { reserve: [ wait: 10ms ], release: [ wait: 10ms ] } }
  shop: { endpoints: { buy: [ saga: order ] } }
sagas:
  order:
    kind: orchestrated
    orchestrator: shop
    steps:
      - { name: reserve, call: stock.reserve, compensation: stock.release }
      - { name: charge, call: psp.charge, compensation: psp.refund, policy: charge }
policies: { charge: { timeout: 1s } }
workloads: { buyers: { arrivals: poisson(20/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: slow, kind: slow, target: psp.charge, factor: 30, at: 20s, for: 10s } ]
budgets: [ order.inconsistent <= 0 ]
`);
  const own = await proofOf(ran, { share: null });
  const proofs = new Map([['base', own]]);
  const { file, plans, records } = ran;
  const result = summarise(file, plans, records, '0.0.0', null, null, proofs);
  const { why } = answerOf(viewOf(result));
  expect(plainWords(why ?? [])).toMatch(
    /^psp\.charge 30x slower \(proved\): .* In the first, charge remains and reserve is undone\.$/u,
  );
});
