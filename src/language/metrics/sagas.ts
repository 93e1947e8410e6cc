import { counted, portion, timed } from './entry.js';

const SAGA = ['saga'] as const;

/** Metrics of sagas and their steps. Each saga counts at the time at which it started. */
export const SAGA_METRICS = [
  counted('accepted', SAGA, 'none', 'Sagas started; the mean over runs.'),
  portion(
    'completed',
    SAGA,
    'high',
    'Share of the finished sagas whose effects all exist exactly once.',
  ),
  portion(
    'compensated',
    SAGA,
    'none',
    'Share of the finished sagas whose effects were all undone.',
  ),
  portion(
    'stuck',
    SAGA,
    'low',
    'Share of the sagas with an outcome that did not end within `stuckAfter`, or wait for a human, ' +
      'whatever their effects are.',
  ),
  portion(
    'inconsistent',
    SAGA,
    'low',
    'Share of the sagas with an outcome that ended with inconsistent effects.',
  ),
  portion(
    'lost',
    SAGA,
    'low',
    'Share of the sagas with an outcome that were accepted and then lost, with no instance that knows of ' +
      'them.',
  ),
  counted('parked', SAGA, 'low', 'Sagas that wait for a human; the mean over runs.'),
  counted(
    'takeovers',
    ['saga', 'projection'],
    'low',
    'Takeovers: an instance continued the work of another one after a crash or a `leaseTimeout`; for a ' +
      'projection, segments taken over after a `claimTimeout`; the mean over runs.',
  ),
  timed(
    'duration',
    SAGA,
    'low',
    'Time from the start of a saga to its consistent end, completed or compensated.',
  ),
  counted(
    'compensations',
    ['saga', 'step'],
    'low',
    'Effects that were undone; the mean over runs.',
  ),
  counted(
    'dirtyReads',
    SAGA,
    'low',
    'Dirty reads: sagas that started on a value that another one had changed and later undid; the mean ' +
      'over runs.',
  ),
  counted(
    'lostUpdates',
    SAGA,
    'low',
    'Lost updates: sagas that overwrote a write of another one made after they had read the value; the ' +
      'mean over runs.',
  ),
  counted(
    'fuzzyReads',
    SAGA,
    'low',
    'Sagas that completed on the value of a key between two steps of another one; the mean over runs.',
  ),
  counted(
    'lockConflicts',
    SAGA,
    'low',
    'Sagas refused by a semantic lock, or undone because their value had changed; the mean over runs.',
  ),
  counted(
    'valueCompleted',
    SAGA,
    'high',
    'Sum of the `value` of the sagas that completed; the mean over runs.',
  ),
  counted(
    'valueStuck',
    SAGA,
    'low',
    'Sum of the `value` of the sagas that are stuck; the mean over runs.',
  ),
  counted(
    'valueInconsistent',
    SAGA,
    'low',
    'Sum of the `value` of the inconsistent sagas; the mean over runs.',
  ),
  counted('valueLost', SAGA, 'low', 'Sum of the `value` of the lost sagas; the mean over runs.'),
] as const;
