import type { CountedView } from '../contracts/record/exported.js';
import { servedCodeOf, servedStatusOf } from './answers.js';
import { callerEnd, methodOf, NEVER, routeOf, type Call } from './calls.js';
import { goNameOf } from './grpc.js';
import { isServer, roleOf } from './products.js';
import type { Labels } from './series.js';

/** One event that a process, or a user, counts. */
export interface Counted {
  readonly view: CountedView;
  /** ns from the end of the warm-up. */
  readonly at: number;
  /** Process that counts; null = something that never dies. */
  readonly instance: string | null;
  readonly labels: Labels;
  /** The label that only the counter has. */
  readonly more: Labels[number];
  /** How long it took. */
  readonly ns: number;
}

/** What the row of a call makes its processes count. */
export function countedOf(call: Call, variant: string): readonly Counted[] {
  switch (call.role) {
    case 'request':
      return call.isUnfinished ? [] : [ofUser(call, variant)];
    case 'call':
      return [ofCaller(call, 'calls', variant)];
    case 'attempt': {
      const isEnded = !call.isUnfinished && !call.callerDied;
      const isServed = isServer(call.callee) && call.served !== null;
      return [
        ...(isEnded ? [ofCaller(call, call.via === 0 ? 'calls' : 'tries', variant)] : []),
        ...(isServed ? [ofServer(call, variant)] : []),
      ];
    }
    case 'publication':
    case 'task':
      return [];
  }
}

function ofUser(call: Call, variant: string): Counted {
  const { part, callee, outcome } = call;
  const at = callerEnd(call);
  return {
    view: 'users',
    at,
    instance: null,
    labels: [
      ['variant', variant],
      ['workload', callee.name],
      ['request', part.name],
    ],
    more: ['outcome', outcome],
    ns: at - call.called,
  };
}

function ofCaller(call: Call, view: 'calls' | 'tries', variant: string): Counted {
  const { part, callee, caller, callerInstance, outcome } = call;
  const at = callerEnd(call);
  return {
    view,
    at,
    instance: callerInstance,
    labels: [
      ['variant', variant],
      ['service', caller!.name],
      ...(callerInstance === null ? [] : [['instance', callerInstance] as const]),
      ['target', callee.name],
      ['endpoint', part.name],
    ],
    more: ['outcome', outcome],
    ns: at - (call.sent === NEVER ? call.called : call.sent),
  };
}

function ofServer(call: Call, variant: string): Counted {
  const { callee, instance, servedAt, part } = call;
  const process: Labels = [
    ['variant', variant],
    ['service', callee.name],
    ['instance', instance!],
  ];
  const common = { at: servedAt, instance, ns: servedAt - call.arrived };
  switch (roleOf(callee)) {
    case 'rpc':
      return {
        ...common,
        view: 'rpcs',
        labels: [
          ...process,
          ['grpc_type', 'unary'],
          ['grpc_service', callee.name],
          ['grpc_method', part.name],
        ],
        more: ['grpc_code', goNameOf(servedCodeOf(call))],
      };
    case 'tcp':
      return {
        ...common,
        view: 'tcp',
        labels: [...process, ['endpoint', part.name]],
        more: ['outcome', call.served!],
      };
    default:
      return {
        ...common,
        view: 'served',
        labels: [...process, ['method', methodOf(call)], ['endpoint', routeOf(call)]],
        more: ['status_code', String(servedStatusOf(call))],
      };
  }
}
