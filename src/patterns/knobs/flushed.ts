import type { Knob } from '../../model/faults/knob.js';
import { formatShare } from '../../text/figures.js';
import { OF_OTHERS } from './usual.js';

/**
 * Share lost of a cache level, of the snapshots of a store, or of messages. Takes effect once, when the edit is
 * applied.
 */
export const flushed: Knob<null> = {
  ...OF_OTHERS,
  bounds: () => null,
  name: 'flushed',
  combine: 'max',
  neutral: 0,
  outlasts: true,
  words: ({ value }, { does }) =>
    `${value < 1 ? `${formatShare(value)} of ` : ''}${does('is', 'are')} flushed`,
  part({ world }, part, held) {
    const flushedShare = held.effective(flushed);
    if (flushedShare > 0) world.faultTargets.flushes.get(part)!(flushedShare);
  },
  holder({ world }, component, held) {
    const shares = held.of(flushed).map(({ edit, active }) => ({
      share: edit.value,
      key: active.key,
    }));
    if (shares.length > 0) world.faultTargets.holders.get(component)!.purge(shares);
  },
  needOfLog: ({ name, share: part }) =>
    part < 1
      ? {
          code: 'FL208',
          field: 'share',
          message: `${name} is a log, which can only be deleted from its beginning: remove share`,
        }
      : null,
};
