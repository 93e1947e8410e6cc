import type { BadCase } from './bad-input.js';

const report = 'report: { focus: [orders] }';
const STEP = '{ name: charge, call: payments.charge, compensation: orders.show }';
const DRIVEN = 'kind: orchestrated, orchestrator: orders';
const WATCHED =
  'kind: choreographed, startedBy: orders.create, completedBy: orders.show, cancelledBy: orders.show';

/** The right scenario and a saga of these fields and steps. */
const saga = (fields: string, steps = STEP): readonly [string, string] => [
  report,
  `${report}\nsagas: { trip: { ${fields}, steps: [ ${steps} ] } }`,
];

/** Mistakes in sagas, and in the steps that begin them. */
export const BAD_SAGAS: readonly BadCase[] = [
  {
    title: 'a step that cannot be undone',
    edit: saga(DRIVEN, '{ name: charge, call: payments.charge }'),
    code: 'FL208',
    at: '{ name: charge, call: payments.charge } ]',
    says: 'cannot be undone: write a compensation, readOnly: true if it changes nothing, or kind: retryable if',
  },
  {
    title: 'a pivot that is undone',
    edit: saga(DRIVEN, STEP.replace(' }', ', kind: pivot }')),
    code: 'FL208',
    at: 'orders.show, kind',
    says: 'a pivot step is never undone',
  },
  {
    title: 'a compensable step behind the pivot',
    edit: saga(DRIVEN, `{ name: decide, call: orders.show, kind: pivot }, ${STEP}`),
    code: 'FL208',
    at: '{ name: charge, call: payments.charge',
    says: 'charge is compensable and is parallel to or after the pivot: the order is',
  },
  {
    title: 'two pivots',
    edit: saga(
      DRIVEN,
      '{ name: one, call: orders.show, kind: pivot }, { name: two, call: orders.show, kind: pivot }',
    ),
    code: 'FL208',
    at: '{ name: two',
    says: 'the order is compensable steps, at most one pivot, then retryable',
  },
  {
    title: 'a pivot among steps that run at once',
    edit: saga(DRIVEN, `[ { name: decide, call: orders.show, kind: pivot }, ${STEP} ]`),
    code: 'FL208',
    at: '{ name: decide',
    says: 'and runs in parallel with steps of other kinds: move it into an entry',
  },
  {
    title: 'a read that is undone',
    edit: saga(DRIVEN, STEP.replace(' }', ', readOnly: true }')),
    code: 'FL208',
    at: 'orders.show, readOnly',
    says: 'a readOnly step needs no compensation',
  },
  {
    title: 'a saga without its orchestrator',
    edit: saga('kind: orchestrated'),
    code: 'FL203',
    at: '{ kind: orchestrated, steps',
    says: 'orchestrator is missing',
  },
  {
    title: 'an orchestrator that does not exist',
    edit: saga('kind: orchestrated, orchestrator: ordres'),
    code: 'FL404',
    at: 'ordres',
    says: 'there is no service ordres',
    suggestion: 'orders',
  },
  {
    title: 'an orchestrator of a choreography',
    edit: saga(`${WATCHED}, orchestrator: payments`),
    code: 'FL208',
    at: 'payments, steps',
    says: 'applies only to an orchestrated saga',
  },
  {
    title: 'a time limit that nobody keeps',
    edit: saga(`${WATCHED}, timeout: 77s`),
    code: 'FL208',
    at: '77s',
    says: 'a choreographed saga has no orchestrator to enforce a timeout',
  },
  {
    title: 'a lease where nobody drives',
    edit: saga(`${WATCHED}, leaseTimeout: 77s`),
    code: 'FL208',
    at: '77s',
    says: 'applies only to an orchestrated saga',
  },
  {
    title: 'a lease of what only one process knows',
    edit: saga(`${DRIVEN}, leaseTimeout: 77s`),
    code: 'FL208',
    at: '77s',
    says: 'no instance can take over a saga whose state is not persisted',
  },
  {
    title: 'a beginning of a saga that is driven',
    edit: saga(`${DRIVEN}, startedBy: payments.charge`),
    code: 'FL208',
    at: 'payments.charge, steps',
    says: 'applies only to a choreographed saga',
  },
  {
    title: 'an effect of a gateway',
    edit: saga(DRIVEN, '{ name: charge, call: edge, readOnly: true }'),
    code: 'FL405',
    at: 'edge, readOnly',
    says: 'is not a service',
  },
  {
    title: 'a rule about a step that is not there',
    edit: saga(`${DRIVEN}, invariants: [ { if: charge, then: shp } ]`),
    code: 'FL404',
    at: 'shp',
    says: 'the saga has no step shp',
  },
  {
    title: 'isolation of sagas that share nothing',
    edit: saga(`${DRIVEN}, isolation: semanticLock`),
    code: 'FL208',
    at: 'semanticLock',
    says: 'isolation needs a key: two sagas conflict only if they have the same value of',
  },
  {
    title: 'a wait for a lock that is none',
    edit: saga(`${DRIVEN}, key: product, isolation: { kind: reread, lockTimeout: 7s }`),
    code: 'FL208',
    at: '7s',
    says: 'does not wait for a lock',
  },
  {
    title: 'repetitions for ever without a pause',
    edit: saga(`${DRIVEN}, retry: { attempts: unlimited, interval: 0s }`),
    code: 'FL208',
    at: '0s }, steps',
    says: 'write an interval',
  },
  {
    title: 'a step called like a metric',
    edit: saga(DRIVEN, STEP.replace('name: charge', 'name: lost')),
    code: 'FL407',
    at: 'name: lost',
    says: 'is the name of a metric',
  },
  {
    title: 'two steps of one name',
    edit: saga(DRIVEN, `${STEP}, [ ${STEP} ]`),
    code: 'FL402',
    at: 'name: charge, call: payments.charge, compensation: orders.show } ] ]',
    says: 'another step of trip is called charge',
  },
  {
    title: 'a call of a saga',
    edit: [
      report,
      `${report}\nsagas: { trip: { ${DRIVEN}, steps: [ { name: a, call: trip, readOnly: true } ] } }`,
    ],
    code: 'FL405',
    at: 'trip, readOnly',
    says: 'is a saga, and a step of a saga calls an endpoint',
  },
];
