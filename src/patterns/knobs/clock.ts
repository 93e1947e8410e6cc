import type { Knob } from '../../model/faults/knob.js';
import type { Ns } from '../../kernel/time.js';
import { formatSeconds } from '../../text/figures.js';
import { OF_PROCESSES } from './usual.js';

interface Tokens {
  readonly tokenLifetime: Ns;
  readonly leeway: Ns;
  /** The fault says something about tokens. */
  readonly isOfTokens: boolean;
}

const NOTHING_READ =
  'reads no wall clock: it checks no `authenticate: { kind: jwt }`, has no `rateLimit` of kind fixedWindow, ' +
  'slidingWindow or kong that counts in its own memory, and is no cache with a shared level of kind redis or cdn ' +
  'with `ttl`. Timers, timeouts and other limits use a monotonic clock';

/** Time by which the wall clock of an instance is ahead; negative = behind. */
export const clock: Knob<Tokens> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'clock',
  combine: 'sum',
  neutral: 0,
  need({ more: { isOfTokens } }, name, { readsClock, checksTokens }) {
    if (!readsClock) return `\`${name}\` ${NOTHING_READ}`;
    return isOfTokens && !checksTokens
      ? `tokenLifetime and leeway are about \`authenticate: { kind: jwt }\`, which \`${name}\` does not have: remove them`
      : null;
  },
  words({ value }, { words, isMany }) {
    const clocks = isMany ? 'the clocks of' : 'the clock of';
    const verb = isMany ? 'are' : 'is';
    return `${clocks} ${words} ${verb} ${formatSeconds(Math.abs(value) / 1e9)} ${value < 0 ? 'behind' : 'ahead'}`;
  },
  instance(_controls, instance, held) {
    const edits = held.of(clock);
    instance.clock =
      edits.length === 0
        ? null
        : {
            aheadNs: held.effective(clock),
            // The verifier that is configured most strictly decides.
            tokenLifetimeNs: Math.min(...edits.map(({ edit: { more } }) => more.tokenLifetime)),
            leewayNs: Math.min(...edits.map(({ edit: { more } }) => more.leeway)),
          };
  },
};
