import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { errorAfter, errorBefore } from '../knobs/injected.js';

const schema = z.strictObject({
  afterWork: field.flag(
    false,
    'Whether the callee does its work first, so that only its answer is lost: the effect has happened, and the ' +
      'caller cannot know. With false the request is reset on arrival and costs nothing.',
  ),
});

/** `reset`: a share of requests ends with a reset of its connection instead of an answer. */
export const reset: FaultKind<typeof schema> = {
  kind: 'reset',
  summary:
    'Resets a share of the requests: the caller gets the outcome `reset` instead of an answer. Over HTTP/1.1 and to a ' +
    'database the connection closes, and the pool opens another one; over HTTP/2 only the stream ends. Of requests in ' +
    'flight when the fault begins, only those with afterWork that end later are hit.',
  sources: [
    'Chaos Mesh, HTTPChaos abort (target Request or Response)',
    'Shopify/toxiproxy README (reset_peer)',
    'RFC 9113, RST_STREAM',
  ],
  targets: ['instance', 'endpoint'],
  schema,
  example: '- { id: resets, kind: reset, target: payments, share: 20%, at: 10s, for: 20s }\n',
  takesShare: true,
  ofEveryNode: true,
  edits: ({ afterWork }, strength, share = 1) => [
    { knob: afterWork ? errorAfter : errorBefore, value: share * strength, more: { status: null } },
  ],
};
