import type { RunVerdict } from '../../contracts/result/cascade.js';
import type { Counterfactuals } from '../../contracts/result/counterfactual.js';
import { capitalised } from '../../text/words.js';
import { rerunWords } from '../../contracts/result/rerun-words.js';

const NAMES: Readonly<Record<RunVerdict, string>> = {
  untouched: 'untouched',
  recovered: 'recovered',
  slowRecovery: 'slow to recover',
  metastable: 'metastable',
  overloaded: 'overloaded',
  lost: 'down for good',
  undecided: 'undecided',
};

/** `Metastable, confirmed: without the fault users do not fail; ...`; null if no such run decides anything. */
export function metastabilityWords({
  metastability: own,
}: Pick<Counterfactuals, 'metastability'>): string | null {
  if (own === undefined) return null;
  const why = rerunWords(own);
  if (why === '') return null;
  switch (own.proof) {
    case 'confirmed':
      return `${capitalised(NAMES[own.verdict])}, confirmed: ${why}.`;
    case 'changed':
      return own.usual === 'undecided'
        ? `${capitalised(NAMES[own.verdict])}, by further runs: ${why}.`
        : `Not ${NAMES[own.usual]} but ${NAMES[own.verdict]}: ${why}.`;
    case 'open': {
      const isUncut = own.loopCut === null && own.loadPaused === null;
      return `${capitalised(NAMES[own.usual])}, not confirmed: ${why}${isUncut ? '; no run cuts the loop' : ''}.`;
    }
  }
}
