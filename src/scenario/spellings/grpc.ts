import { items, list, scalar, type Node } from '../located.js';
import { same, timeIn, wordOf } from './read.js';
import { blocksOf, moved, type Row, type Spellings } from './row.js';

/** A Duration of protobuf as JSON has it, such as `0.1s`. */
const time = timeIn('s');

/** What a client sees as each status; UNAVAILABLE is what the kind retries by itself. doc/http-grpc-status-mapping.md. */
const STATUSES: Readonly<Record<string, readonly (string | number)[]>> = {
  UNAVAILABLE: ['connect', 'reset', 'gateway', 'overload', 'throttled'],
  RESOURCE_EXHAUSTED: ['throttled'],
  DEADLINE_EXCEEDED: ['timeout'],
  INTERNAL: [500],
};

/** The outcomes of a list of status codes; null if one has no counterpart. */
function outcomesOf(value: Node): Node | null {
  const codes = items(value).map((code) => wordOf(code)?.toUpperCase() ?? '');
  if (codes.length === 0 || codes.some((code) => !Object.hasOwn(STATUSES, code))) return null;
  const found = new Set(codes.flatMap((code) => STATUSES[code]!));
  return list(
    [...found].map((term) => scalar(term, value.at)),
    value.at,
  );
}

/** grpc/proposal A6-client-retries.md, retryPolicy. */
const OF_RETRIES: readonly Row[] = [
  moved('maxattempts', 'retry.attempts', same),
  moved('initialbackoff', 'retry.backoff.base', time),
  moved('maxbackoff', 'retry.backoff.max', time),
  moved('backoffmultiplier', 'retry.backoff.factor', same),
  moved('retryablestatuscodes', 'retry.on', outcomesOf),
];

/** The same proposal, hedgingPolicy. */
const OF_HEDGES: readonly Row[] = [
  moved('maxattempts', 'hedge.attempts', same),
  moved('hedgingdelay', 'hedge.after', time),
  moved('nonfatalstatuscodes', 'hedge.nonFatal', outcomesOf),
];

const block = blocksOf('gRPC');

/** A method of a service config of gRPC. */
export const grpc: Spellings = {
  blocks: [block('retry', 'retrypolicy', OF_RETRIES), block('hedge', 'hedgingpolicy', OF_HEDGES)],
  rows: [],
};
