import { NS_PER_SECOND } from '../../kernel/time.js';
import type { QueueConsumer } from '../../spec/queues.js';
import type { QueueOutput } from '../schema/queues.js';
import { isFunction } from './consumer.js';
import type { ConsumerDefaults } from './consumer.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';

type SqsOutput = Extract<QueueOutput, { kind: 'sqs' }>;

/** A function that is invoked for the messages of a queue. */
export interface EventSource extends ConsumerDefaults {
  readonly scaleUp: QueueConsumer['scaleUp'];
}

/**
 * AWS Lambda developer guide, SQS event source mappings: batches of 10; from a standard queue 5 at once, 300
 * more a minute while messages are left, 1000 at most. From a FIFO queue as many as there are groups.
 */
export function eventSourceOf({ fifo }: SqsOutput): EventSource {
  const scaleUp = fifo ? null : { start: 5, everyNs: NS_PER_SECOND / 5 };
  return { concurrency: 1000, batch: 10, scaleUp };
}

/** MaxNumberOfMessages of ReceiveMessage is 1 to 10 (Amazon SQS API reference). */
const MOST_RECEIVED = 10;

type Receives = Pick<
  QueueConsumer,
  'maxNumberOfMessages' | 'partialFailures' | 'invokes' | 'scaleUp'
>;

/** How a consumer receives messages. */
export function receiveOf(
  output: object,
  batch: number,
  eventSource: EventSource | null,
): Receives {
  const own = output as Partial<SqsOutput['consumers'][number]>;
  // A handler of batches receives them whole.
  const standard = Math.min(MOST_RECEIVED, batch);
  const { maxNumberOfMessages = standard, partialFailures = false, scaleUp } = own;
  const ramp =
    scaleUp === undefined
      ? (eventSource?.scaleUp ?? null)
      : { start: scaleUp.start, everyNs: Math.round(NS_PER_SECOND / scaleUp.rate) };
  const invokes = eventSource !== null;
  return { maxNumberOfMessages, partialFailures, invokes, scaleUp: ramp };
}

/** Refuses each batch that would never fill: a run of a handler takes what the consumer has at hand. */
export function checkBatch(context: Context, output: QueueOutput, path: Path): void {
  output.consumers.forEach((consumer, index) => {
    const at = [...path, index];
    if (output.kind === 'sqs') {
      const own = consumer as SqsOutput['consumers'][number];
      checkReceive(context, own, at, isFunction(context, own));
    } else if (output.kind === 'persistentSubscription') {
      checkMost(context, consumer.batch, output.bufferSize, 'bufferSize', at);
    }
  });
}

/** Refuses a batch larger than the messages that `field` lets a consumer have at hand. */
export function checkMost(
  context: Context,
  batch: number | undefined,
  most: number,
  field: string,
  path: Path,
): void {
  if (batch === undefined || batch <= most) return;
  const message = `a run of the handler takes at most the ${most} messages of ${field}: write ${field}: ${batch}, or batch: ${most}`;
  report(context, 'FL208', [...path, 'batch'], message);
}

/** One run of a handler takes messages of one receive, so a larger batch would never fill. */
function checkReceive(
  context: Context,
  output: SqsOutput['consumers'][number],
  path: Path,
  isEventSource: boolean,
): void {
  const { batch = 1, maxNumberOfMessages } = output;
  if (isEventSource) {
    if (maxNumberOfMessages !== undefined) {
      const message =
        'the event source mapping of a function receives as many messages as its batch takes: write batch';
      report(context, 'FL208', [...path, 'maxNumberOfMessages'], message);
    }
    if (batch <= MOST_RECEIVED) return;
    const message = `an event source mapping without a batching window invokes its function with up to ${MOST_RECEIVED} messages: write batch: ${MOST_RECEIVED}`;
    report(context, 'FL208', [...path, 'batch'], message);
    return;
  }
  const most = maxNumberOfMessages ?? MOST_RECEIVED;
  if (batch <= most) return;
  const remedy =
    batch <= MOST_RECEIVED
      ? `write maxNumberOfMessages: ${batch}, or batch: ${most}`
      : `write batch: ${most}`;
  const message = `one receive brings up to ${most} messages, and a run of the handler takes those of one receive: ${remedy}`;
  report(context, 'FL208', [...path, 'batch'], message);
}
