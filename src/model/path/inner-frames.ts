import { engine } from '../../kernel/engine.js';
import { frames } from '../data/strands/frames.js';

/** Opens a frame for the part of a call that is inside a layer. Its attempt and its lineage are still to be set. */
export function openBelow(frame: number, layer: number): number {
  const child = frames.open();
  frames.edge[child] = frames.edge[frame];
  frames.caller[child] = frames.caller[frame];
  frames.chain[child] = frames.chain[frame];
  frames.depth[child] = frames.depth[frame];
  frames.base[child] = layer + 1;
  frames.parent[child] = frame;
  frames.under[child] = layer;
  frames.owner[child] = frames.owner[frame];
  frames.ownerStamp[child] = frames.ownerStamp[frame];
  frames.attempt[child] = frames.attempt[frame];
  frames.cell[child] = frames.cell[frame];
  frames.deadline[child] = frames.deadline[frame];
  frames.start[child] = engine.now;
  return child;
}

/** Opens a frame that is the same call, with a strand of its own: its draws and its operation are those of the call. */
export function openSame(frame: number, layer: number, owner: number): number {
  const child = openBelow(frame, layer);
  frames.owner[child] = owner;
  frames.hedged[child] = frames.hedged[frame];
  frames.lineageA[child] = frames.lineageA[frame];
  frames.lineageB[child] = frames.lineageB[frame];
  frames.operation[child] = frames.operation[frame];
  frames.operationA[child] = frames.operationA[frame];
  frames.operationB[child] = frames.operationB[frame];
  return child;
}
