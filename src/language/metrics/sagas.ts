import { metric } from './entry.js';

const SAGA = ['saga'] as const;

/** Metrics of sagas and their steps. Each saga counts at the time at which it started. */
export const SAGA_METRICS = [
  metric('accepted', SAGA, 'number', 'none', 'none', 'Sagas started; the mean over runs.'),
  metric(
    'completed',
    SAGA,
    'share',
    'none',
    'high',
    'Share of the finished sagas whose effects all exist exactly once.',
  ),
  metric(
    'compensated',
    SAGA,
    'share',
    'none',
    'none',
    'Share of the finished sagas whose effects were all undone.',
  ),
  metric(
    'stuck',
    SAGA,
    'share',
    'none',
    'low',
    'Share of the sagas with an outcome that did not end within `stuckAfter`, or wait for a human, ' +
      'whatever their effects are.',
  ),
  metric(
    'inconsistent',
    SAGA,
    'share',
    'none',
    'low',
    'Share of the sagas with an outcome that ended with inconsistent effects.',
  ),
  metric(
    'lost',
    SAGA,
    'share',
    'none',
    'low',
    'Share of the sagas with an outcome that were accepted and then lost, with no instance that knows of ' +
      'them.',
  ),
  metric(
    'parked',
    SAGA,
    'number',
    'none',
    'low',
    'Sagas that wait for a human; the mean over runs.',
  ),
  metric(
    'takeovers',
    ['saga', 'projection'],
    'number',
    'none',
    'low',
    'Takeovers: an instance continued the work of another one after a crash or a `leaseTimeout`; for a ' +
      'projection, segments taken over after a `claimTimeout`; the mean over runs.',
  ),
  metric(
    'duration',
    SAGA,
    'seconds',
    'required',
    'low',
    'Time from the start of a saga to its consistent end, completed or compensated.',
  ),
  metric(
    'compensations',
    ['saga', 'step'],
    'number',
    'none',
    'low',
    'Effects that were undone; the mean over runs.',
  ),
  metric(
    'dirtyReads',
    SAGA,
    'number',
    'none',
    'low',
    'Dirty reads: sagas that started on a value that another one had changed and later undid; the mean ' +
      'over runs.',
  ),
  metric(
    'lostUpdates',
    SAGA,
    'number',
    'none',
    'low',
    'Lost updates: sagas that overwrote a write of another one made after they had read the value; the ' +
      'mean over runs.',
  ),
  metric(
    'fuzzyReads',
    SAGA,
    'number',
    'none',
    'low',
    'Sagas that completed on the value of a key between two steps of another one; the mean over runs.',
  ),
  metric(
    'lockConflicts',
    SAGA,
    'number',
    'none',
    'low',
    'Sagas refused by a semantic lock, or undone because their value had changed; the mean over runs.',
  ),
  metric(
    'valueCompleted',
    SAGA,
    'number',
    'none',
    'high',
    'Sum of the `value` of the sagas that completed; the mean over runs.',
  ),
  metric(
    'valueStuck',
    SAGA,
    'number',
    'none',
    'low',
    'Sum of the `value` of the sagas that are stuck; the mean over runs.',
  ),
  metric(
    'valueInconsistent',
    SAGA,
    'number',
    'none',
    'low',
    'Sum of the `value` of the inconsistent sagas; the mean over runs.',
  ),
  metric(
    'valueLost',
    SAGA,
    'number',
    'none',
    'low',
    'Sum of the `value` of the lost sagas; the mean over runs.',
  ),
] as const;
