import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { blackhole as silent, down } from '../knobs/down.js';

const schema = z.strictObject({
  restart: field.flag(
    true,
    'Whether the process restarts, with empty state and cold: at the end of `for`, or on a `platform` at the first ' +
      'restart after that. With false it stays down.',
  ),
  blackhole: field.flag(
    false,
    'Whether the host is down too: connection attempts get no response and end only by a timeout, instead of being ' +
      'refused. A node always takes its host with it.',
  ),
});

/**
 * `crash`: the process dies. Its in-flight and queued work is lost. Waiting callers get `reset` after the network
 * delay, or nothing with `blackhole`. Its own calls are dropped, and its breakers, budgets and limiters lose their
 * state. Responses already on the way still arrive. `for: 0s` kills the process once. A platform with back-off tries to
 * restart it during the fault, in vain.
 */
export const crash: FaultKind<typeof schema> = {
  kind: 'crash',
  summary:
    'Kills the process: work in flight is lost, callers get a reset, new connections are ' +
    'refused (or get no response). It restarts with empty state. A node (`nodes[0]`) dies with ' +
    'all its processes; they are made elsewhere after `platform.nodes.eviction`.',
  sources: ['Linux kernel ip-sysctl.rst (tcp_retries2)', 'Nygard 2018 ch. 4'],
  targets: ['instance', 'zone', 'node'],
  schema,
  example: '- { id: payments-crash, kind: crash, target: payments, at: 10s, for: 5s }\n',
  takesShare: false,
  takesNoRamp: true,
  mayBeInstant: true,
  edits(config) {
    const downForGood = config.restart ? edit(down, 1) : edit(down, 2, { recovery: 'never' });
    return config.blackhole ? [downForGood, edit(silent, 1)] : [downForGood];
  },
};
