import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

const BASE = 'data-sagas.yaml';

type Saga = Tree & { steps: unknown[] };

function trip(tree: Tree): Saga {
  return (tree.sagas as Record<string, Saga>).trip!;
}

/** Commands are tried again, quickly. */
function repeated(tree: Tree): void {
  const saga = trip(tree);
  saga.retry = { attempts: 4, interval: '20ms', ...(saga.retry as Tree | undefined) };
}

/** The short form of `persistence` written out. */
function saved(tree: Tree): void {
  const saga = trip(tree);
  if (typeof saga.persistence !== 'object') return;
  const own = saga.persistence as Tree;
  if (!String(own.query).startsWith('log.')) own.query = 'log.write';
}

/** Two steps whose effects must balance, and compensations that fail permanently. */
function ruled(tree: Tree): void {
  const saga = trip(tree);
  saga.onCompensationFailure = 'fail';
  const [rule] = saga.invariants as Tree[];
  const names = ['fly', 'stay', 'drive'];
  if (!names.includes(String(rule!.if))) rule!.if = 'fly';
  if (!names.includes(String(rule!.then))) rule!.then = 'drive';
}

/** Fields that the kind needs: the orchestrator, or the endpoints that begin and end the saga. */
function watched(tree: Tree): void {
  const saga = trip(tree);
  if (saga.kind !== 'choreographed') return;
  for (const field of ['orchestrator', 'persistence', 'key']) delete saga[field];
  Object.assign(saga, {
    startedBy: 'desk.begin',
    completedBy: 'desk.done',
    cancelledBy: 'desk.undone',
    steps: [{ name: 'fly', call: 'flight.book', compensation: 'flight.cancel' }],
  });
  const { agency } = tree.services as Record<string, { endpoints: Tree }>;
  agency!.endpoints.book = [{ call: 'desk.begin' }];
}

/** A step that is not compensable has no compensation. */
function asItsKind(tree: Tree): void {
  for (const step of trip(tree).steps.flat() as Tree[]) {
    if (step.kind === 'pivot') delete step.compensation;
  }
}

/** The same in a last stage of one step: those that run at once are of one kind, and none is undone after a pivot. */
function alone(tree: Tree): void {
  const { steps } = trip(tree);
  steps.splice(1, 2, [(steps[1] as Tree[])[0]]);
  asItsKind(tree);
}

const STEP = ['sagas', 'trip', 'steps'];

function of(path: string, values: readonly unknown[], more: Partial<Hint> = {}): Hint {
  const option = new RegExp(`^sagas\\.\\*\\.${path}$`);
  return { option, base: BASE, values, ...more };
}

function inStage(path: string, values: readonly unknown[], more: Partial<Hint> = {}): Hint {
  return of(`steps\\[\\]\\[\\]\\.${path}`, values, { at: [...STEP, 1, 0], ...more });
}

/** Hints for sagas. */
export const sagas: readonly Hint[] = [
  of('onCompensationFailure', ['park', 'fail']),
  of('retry\\.(interval|max)', ['5ms', '700ms'], { beside: repeated }),
  of('retry\\.factor', [1, 6], { beside: repeated }),
  of('recoveryDelay', ['100ms', '3s']),
  of('leaseTimeout', ['60ms', '2s']),
  of('persistence\\.before', [true, false], { beside: saved }),
  of('persistence\\.read', ['log.read'], { beside: saved }),
  of('persistence\\.query', ['log.write', 'log.read']),
  of('invariants\\[\\]\\.if', ['fly', 'stay', 'drive'], { beside: ruled }),
  of('invariants\\[\\]\\.then', ['fly', 'stay', 'drive'], { beside: ruled }),
  of('isolation', ['semanticLock', 'reread']),
  of('orchestrator', ['second']),
  of('kind', ['orchestrated', 'choreographed'], { beside: watched }),
  of('critical', [true, false]),
  of('steps\\[\\]\\.kind', ['compensable', 'pivot'], { at: [...STEP, 2], beside: asItsKind }),
  of('steps\\[\\]\\.readOnly', [true, false], { at: ['sagas', 'move', 'steps', 1] }),
  inStage('name', ['stay', 'rest']),
  inStage('call', ['hotel.book', 'car.book']),
  inStage('compensation', ['hotel.cancel', 'car.cancel']),
  inStage('kind', ['compensable', 'pivot'], { beside: alone }),
  inStage('readOnly', [true]),
  inStage('policy', ['short', 'keyed']),
  inStage('policy\\.(timeout|deadline)', ['20ms', '300ms']),
];
