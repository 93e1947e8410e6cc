import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { whole } from '../../contracts/quantities/quantities.js';
import { threadLimit as limit } from '../knobs/thread-limit.js';

const schema = z.strictObject({
  max: whole({ min: 0, max: 1_000_000 }).describe(
    'Threads or handles that each process may use: one for each request in progress or queued. Several faults: the ' +
      'smallest. Unit: requests. Required.',
  ),
  status: whole({ min: 500, max: 599 })
    .prefault(500)
    .describe('Status of the failures. Unit: HTTP status, 500 to 599. Defaults to 500.'),
});

/** `threadLimit`: the operating system gives a process no more threads or file descriptors. */
export const threadLimit: FaultKind<typeof schema> = {
  kind: 'threadLimit',
  summary:
    'Limits the threads or handles of each process: while `max` requests are in progress or queued there, further ones ' +
    'fail at once, without a place in the queue. Requests that are already inside continue.',
  sources: [
    'AWS, Summary of the Amazon Kinesis event in the Northern Virginia (US-EAST-1) region, November 2020',
    'setrlimit(2), RLIMIT_NPROC and RLIMIT_NOFILE; Gremlin, process exhaustion',
  ],
  targets: ['instance'],
  schema,
  example: '- { id: thread-cap, kind: threadLimit, target: shop, max: 8, at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: ({ max, status }) => [{ knob: limit, value: max, more: { status } }],
};
