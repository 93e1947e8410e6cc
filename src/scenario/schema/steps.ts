import { valuesOf } from '../../contracts/fields/kinds.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { NEVER_AGAIN, OUTCOME_NAMES } from '../../contracts/outcome.js';
import {
  countDistribution,
  distribution,
  quantity,
  whole,
} from '../../contracts/quantities/quantities.js';
import {
  DURATION_PATTERN,
  parseDuration,
  QuantityError,
  show,
} from '../../contracts/quantities/quantity-text.js';
import { STEP_VERBS } from '../verbs.js';
import type { BundleOutput } from './bundle.js';
import { cacheStepSchema } from './cache-step.js';
import { publishFields } from '../../contracts/scenario/messaging.js';
import { sagaStepFields } from '../../contracts/scenario/saga-step.js';
import { readRoute } from '../../contracts/scenario/replication.js';
import { appendFields, loadFields } from '../../contracts/scenario/event-stores.js';
import { readFields } from '../../contracts/scenario/projections.js';
import { lockSchema, transactionSchema } from './sections.js';
import {
  certainty,
  NAME_PATTERN,
  nameText,
  CALL_PATTERN,
  REFERENCE_PATTERN,
  textMap,
  when,
  withShort,
} from '../../contracts/fields/common.js';

/** Outcomes that a `fail` step can set. */
const FAILURES = OUTCOME_NAMES.filter((name) =>
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

const DISTRIBUTION_SHORT = { $ref: '#/definitions/distribution' };

/** Join of a parallel step: `all`, `any`, `quorum(2)`, `bestEffort(60ms)`. */
export type JoinOutput =
  | { readonly kind: 'all' | 'any' }
  | { readonly kind: 'quorum'; readonly count: number }
  | { readonly kind: 'bestEffort'; readonly within: string };

const join = quantity(
  (input): JoinOutput => {
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
    throw new QuantityError(
      `${show(input)} is not a failure: expected a status from 400 to 599 or one of ${FAILURES.join(' ')}`,
    );
  },
  { anyOf: [{ type: 'integer', minimum: 400, maximum: 599 }, { enum: [...FAILURES] }] },
);

const hint = quantity((input): number => (input === 'never' ? NEVER_AGAIN : parseDuration(input)), {
  anyOf: [{ type: 'string', pattern: DURATION_PATTERN }, { const: 0 }, { const: 'never' }],
});

const query = z.strictObject({
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
});

const fail = z.strictObject({
  status: field.of(failure, required, 'Status or outcome.'),
  retryAfter: field.of(
    hint,
    absent(),
    'Retry hint of the response: the Retry-After or grpc-retry-pushback-ms of a status; `never` is a negative ' +
      'pushback.',
    'duration or `never`',
  ),
});

type Fields<Step> = ReturnType<typeof verbs<Step>> & ReturnType<typeof modifiers<Step>>;

/** All fields of a step in its long form. */
export interface StepOutput extends z.output<z.ZodObject<Fields<StepOutput>>> {}

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
  requestSize: field.size(absent('the `requestSize` of the callee'), 'Size of this request.'),
};

/** A list of steps. */
export function stepsSchema(bundle: z.ZodType<BundleOutput>): z.ZodType<StepOutput[]> {
  const steps: z.ZodType<StepOutput[]> = z.lazy(() => z.array(step));
  const step = valuesOf<StepOutput>(
    z
      .strictObject({ ...verbs(steps), ...modifiers(bundle, steps) })
      .describe('One verb, and what modifies it.')
      .meta({
        id: 'step',
        oneOf: STEP_VERBS.map((verb) => ({ required: [verb] })),
      }),
  );
  return steps;
}

function verbs<Step>(steps: z.ZodType<Step[]>) {
  const time = field.of(
    distribution(),
    required,
    'Duration of the step.',
    'distribution of durations',
  );
  return {
    work: withShort(z.strictObject({ time }), DISTRIBUTION_SHORT)
      .optional()
      .describe('CPU time: uses the cores of the instance.'),
    wait: withShort(z.strictObject({ time }), DISTRIBUTION_SHORT)
      .optional()
      .describe('Time without CPU.'),
    call: withShort(
      z.strictObject({
        to: field.of(
          z.string().regex(CALL_PATTERN).max(200),
          required,
          'Component, component.endpoint, component@version.endpoint or self.endpoint.',
        ),
        ...callFields,
      }),
      { type: 'string', pattern: CALL_PATTERN.source },
    )
      .optional()
      .describe('A synchronous call through the policy.'),
    query: withShort(query, { type: 'string', pattern: REFERENCE_PATTERN.source })
      .optional()
      .describe('An operation of a database over a connection of the pool.'),
    load: withShort(loadFields, { type: 'string', pattern: NAME_PATTERN.source })
      .optional()
      .describe('Loads the events of a stream and applies them, which takes CPU time.'),
    append: withShort(appendFields, { type: 'string', pattern: NAME_PATTERN.source })
      .optional()
      .describe('Appends events to a stream, all of them or none.'),
    publish: withShort(publishFields, { type: 'string', pattern: NAME_PATTERN.source })
      .optional()
      .describe('Publishes messages to a topic or queue.'),
    saga: withShort(sagaStepFields, { type: 'string', pattern: NAME_PATTERN.source })
      .optional()
      .describe('Starts a saga that this service drives.'),
    transaction: transactionSchema(steps)
      .optional()
      .describe('Runs steps in a transaction, on one connection of a database, and commits.'),
    lock: lockSchema(steps).optional().describe('Runs steps while holding a lock.'),
    cache: cacheStepSchema(steps).optional().describe('Reads or changes a value of a cache.'),
    parallel: withShort(parallelSchema(steps), {
      type: 'array',
      items: { $ref: '#/definitions/step' },
    })
      .optional()
      .describe('Runs branches in parallel.'),
    choose: z
      .array(choiceSchema(steps))
      .min(1)
      .optional()
      .describe('Runs one of several branches.'),
    loop: z
      .strictObject({
        times: field.of(
          countDistribution(),
          required,
          'Number of rounds.',
          'count or distribution of counts',
        ),
        steps: field.of(steps, required, 'Steps of one round.'),
      })
      .optional()
      .describe('Repeats several steps.'),
    fail: withShort(fail, {
      anyOf: [{ type: 'integer', minimum: 400, maximum: 599 }, { enum: [...FAILURES] }],
    })
      .optional()
      .describe('Ends the program with this outcome; `probability` makes it an error rate.'),
    respond: withShort(
      z.strictObject({
        status: field.of(whole({ min: 200, max: 599 }), required, 'HTTP status of the response.'),
        degraded: field.flag(
          false,
          'Whether the response is degraded: it counts as `degraded`, a separate kind of success, and so does every ' +
            'response that uses it.',
        ),
        responseSize: field.size(
          absent('that'),
          'Size of this response, instead of `responseSize` of the endpoint.',
        ),
        then: steps.optional().describe('Steps that run after the response has been sent.'),
      }),
      { type: 'integer', minimum: 200, maximum: 599 },
    )
      .optional()
      .describe('Ends the endpoint with this response.'),
  };
}

function parallelSchema<Step>(steps: z.ZodType<Step[]>) {
  return z.strictObject({
    branches: field.of(
      z.array(withShort(steps, { $ref: '#/definitions/step' })).min(1),
      required,
      'Branches, each a step or a list of steps.',
    ),
    join: field.of(
      join,
      'all',
      'Condition to continue: `all` `any` `quorum(k)` `bestEffort(60ms)`.',
    ),
    each: field.of(countDistribution(), 1, 'Number of parallel copies of each branch.', 'count'),
    maxConcurrent: field.limit('unlimited', 'Largest number of branches that run in parallel.'),
  });
}

function choiceSchema<Step>(steps: z.ZodType<Step[]>) {
  return z
    .strictObject({
      weight: z.number().positive().max(1e9).optional().describe('Relative weight.'),
      when: when.optional(),
      steps: field.of(steps, required, 'Steps of this branch.'),
    })
    .describe('A branch with a weight, or with a condition.');
}

function modifiers<Step>(bundle: z.ZodType<BundleOutput>, steps: z.ZodType<Step[]>) {
  return {
    name: nameText().optional().describe('Name of the step, for paths and reports.'),
    policy: bundle.optional().describe('Policy bundle of this call only.'),
    probability: certainty(
      'Probability that the step runs, drawn per request. Unit: share. Defaults to 100%.',
    ),
    times: field.of(
      countDistribution(),
      1,
      'Number of times the step runs, one after the other. Not with `fail` and `respond`, which end the ' +
        'program.',
      'count or distribution of counts',
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
      'Whether the program continues without waiting for the step.',
    ),
    when: when.optional(),
  };
}
