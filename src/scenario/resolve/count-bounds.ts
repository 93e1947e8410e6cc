import type { StepCount } from '../../contracts/quantities/quantities.js';

/** The smallest possible value of a count. */
export function leastOf(count: StepCount): number {
  switch (count.kind) {
    case 'constant':
      return count.value;
    case 'uniform':
      return count.min;
    case 'geometric':
    case 'messages':
      return 1;
    case 'choice':
      return Math.min(...count.branches.map((branch) => branch.value));
    case 'normal':
      return 0;
  }
}

/** The mean of a count in a call; the handler of a batch may have more messages. */
export function meanOf(count: StepCount): number {
  switch (count.kind) {
    case 'messages':
      return 1;
    case 'constant':
      return count.value;
    case 'uniform':
      return (count.min + count.max) / 2;
    case 'geometric':
    case 'normal':
      return count.mean;
    case 'choice':
      return count.branches.reduce((sum, branch) => sum + branch.weight * branch.value, 0);
  }
}
