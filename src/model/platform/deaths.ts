import { engine } from '../../kernel/engine.js';
import { invariant } from '../../kernel/invariant.js';
import { OUTCOME } from '../../contracts/outcome.js';
import { openAll } from '../data/edges/edge.js';
import { RETURN, STATE, strands } from '../data/strands/strands.js';
import { replayCalls } from './freezes.js';
import { isHeld, type Instance } from '../data/instances/instance.js';
import type { OutagesParts } from './outages-parts.js';

/**
 * A process has just ended: its work ends, its connections close, and all state in it is lost. `stopped` ends what
 * watches it.
 */
export function endWork(world: OutagesParts, instance: Instance, stopped: () => void): void {
  const { server } = world;
  for (let strand = 0; strand < strands.slots.touched; strand++) {
    if (!strands.alive(strand) || strands.instance[strand] !== instance.id) continue;
    if (strands.parent[strand] >= 0 || strands.returns[strand] === RETURN.root) continue;
    const state = strands.state[strand];
    const away = state === STATE.REPLYING || state === STATE.LOST;
    if (away || (state === STATE.TRANSIT && !isHeld(instance, strand))) continue;
    server.stopJob(strand, OUTCOME.reset);
  }
  instance.stalled.length = instance.held.length = 0;
  // Its calls are dropped, so events on hold find no receiver.
  replayCalls(instance);
  instance.cores.clear();
  world.connections.instanceDown(instance);
  invariant(
    instance.busy === 0 && instance.queue.length === 0,
    'a dead process has no busy worker',
  );
  instance.cold = null;
  stopped();
  instance.memory?.run(false);
  openAll(world, instance);
  for (const policy of instance.policies) {
    invariant(policy.held() === 0, 'the policies of a dead process hold nothing');
    policy.reset?.();
  }
  instance.codel?.reset();
  instance.door?.overload?.reset(engine.now);
  world.gates.reset(instance);
  for (const outliers of instance.outliers) outliers.reset();
  for (const room of instance.rooms) room.reset();
  for (const balancer of instance.balancers) balancer.reset?.();
  for (const limiter of world.limiters) {
    if (limiter.component !== instance.component || limiter.shared) continue;
    limiter.states[instance.index].reset();
  }
  world.checks.reset(instance);
  world.coalescing?.reset(instance);
  for (const resident of instance.residents) resident.died();
}
