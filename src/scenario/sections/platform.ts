import type { Platform, WrittenPlatform } from '../../contracts/scenario/platform.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { restartSchema } from '../../contracts/scenario/restarts.js';
import { cursorAt, type Context } from '../resolve/context.js';
import { resolveNodes } from './nodes.js';

/** First restart delay of the kubelet; a smaller maxContainerRestartPeriod replaces it. */
const FIRST_WAIT_NS = 10e9;
/** Shortest restart delay. Shorter ones would flood the journal with failed starts. */
const SHORTEST_NS = 10e6;

/** Resolves `platform`. */
export function resolvePlatform(context: Context, platform: WrittenPlatform): Platform {
  const { endpointPropagation: propagation } = platform;
  const isAtOnce = propagation.kind === 'constant' && propagation.valueNs === 0;
  return {
    replaces: platform.kind === 'kubernetes',
    restart: resolveRestart(context, platform),
    placing: { schedulingDelay: platform.schedulingDelay, imagePull: platform.imagePull },
    endpointPropagation: isAtOnce ? null : propagation,
    nodes: resolveNodes(context, platform),
  };
}

function resolveRestart(context: Context, { kind, restart }: WrittenPlatform): Platform['restart'] {
  const here = cursorAt(context, 'platform', 'restart');
  if (kind === 'none') {
    if (restart !== null) {
      const message =
        'has no effect with kind: none: write kind: custom too, or restart: null to remove it';
      here.conflict(message);
    }
    return null;
  }
  if (kind === 'custom' && restart === null) {
    const message = 'restart is missing: write one, such as { initial: 1s, max: 30s }';
    cursorAt(context, 'platform').report('FL203', message);
  }
  const waits = restart ?? restartSchema.parse({});
  const { maxNs } = waits;
  const initialNs = waits.initialNs ?? Math.min(FIRST_WAIT_NS, maxNs);
  if (initialNs < SHORTEST_NS) {
    const message = `expected at least ${formatDuration(SHORTEST_NS)}, because a process takes time to end`;
    here.in('initial').report('FL204', message);
  }
  if (initialNs > maxNs) {
    const message = `the first wait is longer than max, ${formatDuration(maxNs)}: lower initial or raise max`;
    here.in('initial').conflict(message);
  }
  return { ...waits, initialNs };
}
