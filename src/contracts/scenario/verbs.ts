import { z } from 'zod';
import { NEVER_AGAIN, OUTCOME_NAMES } from '../outcome.js';
import { certainty, nameText, textMap, when, withShort, CALL_PATTERN } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { distribution, quantity, stepCount, whole } from '../quantities/quantities.js';
import {
  DURATION_PATTERN,
  parseDuration,
  QuantityError,
  show,
} from '../quantities/quantity-text.js';
import { readFields } from './projections.js';
import { readRoute } from './replication.js';

/** Outcomes that a `fail` step can set. */
export const FAILURES = OUTCOME_NAMES.filter((name) =>
  [
    'clientError',
    'throttled',
    'serverError',
    'timeout',
    'refused',
    'reset',
    'rejectedOverload',
  ].includes(name),
);

/** Join of a parallel step: `all`, `any`, `quorum(2)`, `bestEffort(60ms)`. */
export type WrittenJoin =
  | { readonly kind: 'all' | 'any' }
  | { readonly kind: 'quorum'; readonly count: number }
  | { readonly kind: 'bestEffort'; readonly within: string };

const join = quantity(
  (input): WrittenJoin => {
    if (input === 'all' || input === 'any') return { kind: input };
    const match =
      typeof input === 'string' ? /^(quorum|bestEffort)\(([^()]*)\)$/.exec(input) : null;
    if (match?.[1] === 'quorum' && /^[1-9]\d{0,5}$/.test(match[2])) {
      return { kind: 'quorum', count: Number(match[2]) };
    }
    if (match?.[1] === 'bestEffort') return { kind: 'bestEffort', within: match[2] };
    throw new QuantityError(
      `${show(input)} is not a join: expected all, any, quorum(2) or bestEffort(60ms)`,
    );
  },
  { type: 'string', pattern: '^(all|any|quorum\\([1-9]\\d*\\)|bestEffort\\(.+\\))$' },
);

const failure = quantity(
  (input): string | number => {
    if (typeof input === 'number' && Number.isInteger(input) && input >= 400 && input <= 599)
      return input;
    if (typeof input === 'string' && (FAILURES as string[]).includes(input)) return input;
    const share = typeof input === 'string' && /^[\d.]+ *%$/.test(input);
    throw new QuantityError(
      share
        ? `${show(input)} is a share: write { fail: 500, probability: ${input} }`
        : `${show(input)} is not a failure: expected a status from 400 to 599 or one of ${FAILURES.join(' ')}`,
    );
  },
  { anyOf: [{ type: 'integer', minimum: 400, maximum: 599 }, { enum: [...FAILURES] }] },
);

const hint = quantity((input): number => (input === 'never' ? NEVER_AGAIN : parseDuration(input)), {
  anyOf: [{ type: 'string', pattern: DURATION_PATTERN }, { const: 0 }, { const: 'never' }],
});

const queryFields = {
  database: field.of(nameText(), required, 'Name of the database.'),
  operation: nameText()
    .optional()
    .describe('Operation to run; optional if the database has only one.'),
  route: field.of(
    readRoute,
    absent('that of the database'),
    'Node that serves the query, unless it writes.',
  ),
  ...readFields,
};
export const querySchema = entry(queryFields);

export const failSchema = entry({
  status: field.of(failure, required, 'Status or outcome.'),
  retryAfterNs: field.of(
    hint,
    absent(),
    'Retry hint of the response: the Retry-After or grpc-retry-pushback-ms of a status; `never` is a negative ' +
      'pushback.',
    'duration or `never`',
  ),
});

/** Schema of an HTTP method. */
export const methodText = z.string().regex(/^[A-Za-z]{1,20}$/);

/** Fields of a call: its target, and properties that a router can match. */
export const callFields = {
  method: methodText.optional().describe('HTTP method, for routing by a gateway.'),
  path: z.string().max(2000).optional().describe('Path, for routing by a gateway.'),
  host: z.string().max(300).optional().describe('Host, for routing by a gateway.'),
  headers: textMap()
    .optional()
    .describe('Headers; they travel down the tree for `match` and `when`.'),
  requestBytes: field.size(absent('the `requestSize` of the callee'), 'Size of this request.'),
};

export const callSchema = entry(
  {
    to: field.of(
      z.string().regex(CALL_PATTERN).max(200),
      required,
      'Component, component.endpoint, component@version.endpoint or self.endpoint.',
    ),
    ...callFields,
  },
  undefined,
  { requestBytes: 'requestSize' },
);
export type WrittenCall = z.output<typeof callSchema>;

/** A `work` or `wait` step. */
export const timeSchema = entry({
  time: field.of(distribution(), required, 'Duration of the step.', 'distribution of durations'),
});

/** A `transaction` step. */
export function transactionSchema<Steps>(steps: z.ZodType<Steps>) {
  return entry({
    database: field.of(nameText(), required, 'Name of the database.'),
    steps: field.of(
      steps,
      required,
      'Steps of the transaction. They use one connection, held from before the first step until after the ' +
        'commit, for queries of this database; branches of `parallel` and background steps use their own. A ' +
        'failure rolls back.',
    ),
    commit: field.cost('0ms', 'Time of the commit at the server.'),
    requiresNew: field.flag(
      false,
      'Whether, inside another transaction of the same database, it is a transaction of its own, on a second ' +
        'connection, as with REQUIRES_NEW of Spring. The outer one keeps its connection while it waits for it.',
    ),
    key: field.of(
      nameText(),
      absent('the key of the shards'),
      'With a sharded database: key whose value selects the shard of the transaction and all its queries.',
    ),
  });
}

/** A `lock` step. */
export function lockSchema<Steps>(steps: z.ZodType<Steps>) {
  return entry(
    {
      key: field.of(
        nameText(),
        required,
        'Key: requests with the same value wait for each other, in FIFO order.',
      ),
      steps: field.of(steps, required, 'Steps that run while the lock is held.'),
      acquireTimeoutNs: field.timeLimit(
        'none',
        'Longest wait for the lock; then the step fails with `timeout`.',
      ),
      scope: field.choice(
        ['instance', 'service', 'global'],
        'instance',
        'Scope of the lock: requests of one instance, of all instances of the service, or all steps that lock on ' +
          'this key.',
      ),
    },
    undefined,
    { key: 'on' },
  );
}

/** A `cache` step: one of four verbs, and the fields that belong to it. */
export function cacheStepSchema<Steps>(steps: z.ZodType<Steps>) {
  return entry({
    get: nameText()
      .optional()
      .describe('Looks the value up in the levels of this cache, nearest first.'),
    set: nameText().optional().describe('The value has changed and is stored at every level.'),
    delete: nameText()
      .optional()
      .describe(
        'The value has changed and is invalidated at every level that this instance can reach.',
      ),
    refresh: nameText()
      .optional()
      .describe('Loads the value and stores it, even if it is already cached.'),
    key: field.of(
      nameText(),
      absent('that of the cache'),
      'Key whose value selects the entry.',
      'name of a key',
    ),
    onMiss: field.of(
      steps,
      absent(),
      'With `get` and `refresh`: steps that load the value. Without them a miss fails with 404.',
      'list of steps',
    ),
    write: field.of(
      steps,
      absent(),
      'With `set` and the patterns writeThrough and writeBehind: steps that write the value to the data source.',
      'list of steps',
    ),
    store: field.flag(true, 'Whether the value that `onMiss` loads is stored.'),
  });
}

/** A `parallel` step: branches that run at once, and how they join. */
export function parallelSchema<Steps>(steps: z.ZodType<Steps>) {
  return entry({
    branches: field.of(
      z.array(withShort(steps, { $ref: '#/definitions/step' })).min(1),
      required,
      'Branches, each a step or a list of steps.',
    ),
    join: field.of(
      join,
      'all',
      'Condition to continue: `all` `any` `quorum(k)` `bestEffort(60ms)`, which continues with the branches that have ' +
        'ended by then, and counts the answer as `degraded` if one failed or is missing that is not `optional`.',
    ),
    each: field.of(
      stepCount(),
      1,
      'Number of parallel copies of each branch; `messages`: one for each message of the batch that the endpoint ' +
        'handles, 1 in any other call. With `partialFailures` a branch that fails fails its message alone.',
      'count, or messages',
    ),
    maxConcurrent: field.limit('unlimited', 'Largest number of branches that run in parallel.'),
  });
}

/** A branch of a `choose` step. */
export function choiceSchema<Steps>(steps: z.ZodType<Steps>) {
  return entry(
    {
      weight: z.number().positive().max(1e9).optional().describe('Relative weight.'),
      when: when.optional(),
      steps: field.of(steps, required, 'Steps of this branch.'),
    },
    'A branch with a weight, or with a condition.',
  );
}

/** A `loop` step: rounds of the same steps. */
export function loopSchema<Steps>(steps: z.ZodType<Steps>) {
  return entry(
    {
      count: field.of(
        stepCount(),
        required,
        'Number of rounds; `messages`: one for each message of the batch that the endpoint handles, 1 in any other ' +
          'call. With `partialFailures` a round that fails fails its message alone.',
        'count, distribution of counts, or messages',
      ),
      steps: field.of(steps, required, 'Steps of one round.'),
    },
    undefined,
    { count: 'times' },
  );
}

/** A `respond` step: the response, and what runs after it. */
export function respondSchema<Steps>(steps: z.ZodType<Steps>) {
  return entry(
    {
      status: field.of(whole({ min: 200, max: 599 }), required, 'HTTP status of the response.'),
      degraded: field.flag(
        false,
        'Whether the response is degraded: it counts as `degraded`, a separate kind of success, and so does every ' +
          'response that uses it.',
      ),
      responseBytes: field.size(
        absent('that'),
        'Size of this response, instead of `responseSize` of the endpoint.',
      ),
      then: steps.optional().describe('Steps that run after the response has been sent.'),
    },
    undefined,
    { responseBytes: 'responseSize' },
  );
}

/** Fields beside the verb of a step. */
export function modifierFields<B, Steps>(bundle: z.ZodType<B>, steps: z.ZodType<Steps>) {
  return {
    name: nameText().optional().describe('Name of the step, for paths and reports.'),
    policy: bundle.optional().describe('Policy bundle of this call only.'),
    probability: certainty(
      'Probability that the step runs, drawn per request. Unit: share. Defaults to 100%.',
    ),
    times: field.of(
      stepCount(),
      1,
      'Number of times the step runs, one after the other; `messages` as in a `loop`. Not with `fail` and ' +
        '`respond`, which end the program.',
      'count, distribution of counts, or messages',
    ),
    optional: field.of(
      z.boolean(),
      false,
      'Whether a failure is counted but does not fail the request. Like `onError`, it is refused where the step ' +
        'cannot fail: `work` and `wait` only take time, and a crash, a cancellation or a time limit during them ' +
        'ends the program.',
    ),
    onError: field.of(
      steps,
      absent(),
      'Steps that run when this one fails; the failure is then handled. Not with `optional` or `background`.',
    ),
    background: field.of(
      z.boolean(),
      false,
      'Whether the program continues without waiting for the step. With `runtime: threads` the step has a worker of its ' +
        'own until it ends; without a free one it waits, before requests that wait. A failure of it is only counted.',
    ),
    when: when.optional(),
  };
}
