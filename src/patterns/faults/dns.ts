import { z } from 'zod';
import { choice } from '../../contracts/quantities/fields.js';
import { NAME_FAULT } from '../../model/resources/discovery/name-faults.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { nameFault } from '../knobs/discovery.js';

const schema = z.strictObject({
  mode: choice(['error', 'random', 'stale'], 'error').describe(
    'Answer to a caller that resolves the name. `error`: none, so the list is empty once its answer has expired ' +
      '(`onEmpty`, `serveStale`); `random`: a wrong address, where calls are refused; `stale`: the records from ' +
      'before the fault. Defaults to error.',
  ),
});

/** `dns`: names resolve wrongly or not at all. Lists and connections that callers have remain until they expire. */
export const dns: FaultKind<typeof schema> = {
  kind: 'dns',
  summary:
    'Names no longer resolve, or to wrong addresses. It hits a service or gateway that is found through DNS, or all ' +
    'names of a registry of kind dns. A caller notices when its answer expires.',
  sources: [
    'Chaos Mesh, DNSChaos (actions error and random)',
    'Gremlin, DNS experiment',
    'RFC 8767, serving stale data',
  ],
  targets: ['instance'],
  schema,
  example: '- { id: no-dns, kind: dns, target: names, mode: error, at: 10s, for: 20s }\n',
  takesShare: false,
  ofWhole: true,
  takesNoRamp: true,
  edits: ({ mode }) => [edit(nameFault, NAME_FAULT[mode])],
};
