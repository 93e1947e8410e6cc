import type { MetastabilityProof } from './counterfactual.js';

/** How users fare in further runs, as the reason of a verdict; empty if none decides anything. */
export function rerunWords({ withoutTrigger, loopCut, loadPaused }: MetastabilityProof): string {
  const parts: string[] = [];
  if (withoutTrigger !== null) {
    const { words, users } = withoutTrigger;
    parts.push(`${words} users ${users === 'healthy' ? 'do not fail' : 'fail as well'}`);
  }
  for (const own of [loopCut, loadPaused]) {
    if (own === null) continue;
    const who = parts.length === 0 ? 'users' : 'they';
    parts.push(`${own.words} ${who} ${own.users === 'recovers' ? 'recover' : 'still fail'}`);
  }
  return parts.join('; ');
}
