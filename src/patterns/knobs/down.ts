import { meanOf, type Distribution } from '../../kernel/distribution.js';
import type { Knob } from '../../model/faults/knob.js';
import { formatSeconds } from '../../text/figures.js';
import { delayWords } from '../mechanisms/delay-words.js';
import { OF_PROCESSES } from './usual.js';

const turn: Knob['instance'] = ({ outages }, instance, held) => {
  const level = held.effective(down);
  outages.setDown(instance, level > 0, held.isOn(blackhole), level > 1);
};

const turnNode: Knob['node'] = ({ outages }, node, held) =>
  outages.nodes!.setDown(node, held.isOn(down));

/** 1 = the process of an instance is down; 2 = it is down and nothing restarts it. */
export const down: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'down',
  combine: 'max',
  neutral: 0,
  stops: 'kill',
  need: () => null,
  words({ recovery }, { does }) {
    if (recovery === undefined) return does('crashes', 'crash');
    if (recovery === 'never') return does('crashes permanently', 'crash permanently');
    return `${does('is out', 'are out')}${recoveryWords(recovery)}`;
  },
  instance: turn,
  node: turnNode,
};

/** 1 = while an instance is down, connections to it time out instead of being refused. */
export const blackhole: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'blackhole',
  combine: 'max',
  neutral: 0,
  isSilent: true,
  need: () => null,
  words: () => '',
  instance: turn,
  node: turnNode,
};

/** The recovery time of instances after the end of the fault; empty if they recover at once. */
function recoveryWords(recovery: Distribution): string {
  if (recovery.kind === 'uniform') return ` (recovery of ${delayWords(recovery)})`;
  const meanNs = meanOf(recovery);
  const about = recovery.kind === 'constant' ? '' : 'about ';
  return meanNs > 0 ? ` (recovery of ${about}${formatSeconds(meanNs / 1e9)})` : '';
}
